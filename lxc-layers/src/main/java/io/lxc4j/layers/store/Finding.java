package io.lxc4j.layers.store;

/**
 * Something that is wrong in a store.
 *
 * @param kind what
 * @param where a path in the store, or a name
 * @param what what is wrong with it
 * @param outcome what was done
 */
public record Finding(Kind kind, String where, String what, Outcome outcome) {
    /** What is wrong. */
    public enum Kind {
        /** A blob has another content. */
        DAMAGED_BLOB,
        /** A name leads to less than a whole image. */
        INCOMPLETE_IMAGE,
        /** A name's file can't be read. */
        DAMAGED_NAME,
        /** The files of an unpacked layer are others than its archive has. */
        DAMAGED_LAYER,
        /** An unpacked layer is not where it should be. */
        MISSING_LAYER,
        /** Something does not belong where it is. */
        FOREIGN_FILE
    }

    /** What was done. */
    public enum Outcome {
        /** Nothing, as nobody asked for it. */
        NOTHING,
        /** It is as it should be. */
        RESTORED,
        /** It is gone. */
        REMOVED,
        /** It is as it was, since nothing can be done here. */
        LEFT
    }
}
