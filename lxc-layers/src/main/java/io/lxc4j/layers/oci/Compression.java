package io.lxc4j.layers.oci;

/** How the archive of a layer is compressed. */
public enum Compression {
    /** It is not. */
    NONE,
    /** RFC 1952, of one or more members. */
    GZIP,
    /** RFC 8878, of one or more frames. */
    ZSTD
}
