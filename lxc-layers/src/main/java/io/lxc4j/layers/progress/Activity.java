package io.lxc4j.layers.progress;

/** What takes its time. */
public enum Activity {
    /** Files become the archive of a layer. How many there are is not known before. */
    PACK,
    /** The archive of a layer becomes files. */
    UNPACK,
    /** A blob comes from a registry. */
    FETCH,
    /** A blob goes to a registry. */
    PUSH,
    /** A blob comes from an archive or a layout. */
    LOAD,
    /** A blob goes to an archive or a layout. */
    SAVE,
    /** All blobs of a store are read and compared with their digests. */
    CHECK,
    /** What nobody needs of a store is removed. */
    COLLECT;

    /** What is counted. */
    public enum Unit {
        /** Bytes, as they are read or written. */
        BYTES,
        /** Blobs. */
        BLOBS
    }

    /**
     * What is counted.
     *
     * @return bytes of all but {@link #COLLECT}
     */
    public Unit unit() {
        return this == COLLECT ? Unit.BLOBS : Unit.BYTES;
    }
}
