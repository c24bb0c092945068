package io.lxc4j.layers;

/**
 * How the layers of an image become one tree of files for a container.
 *
 * @see LayerStore#withDriver(LayerDriver)
 */
public enum LayerDriver {
    /**
     * The overlay wherever this kernel has it, and the store's file system can take what is written; else the copy. The default.
     */
    AUTOMATIC,

    /** An overlay mount: containers share what they do not change, and start at once, however large the image is. */
    OVERLAY,

    /**
     * A directory of the store that has all files of the image, for each container and each writable layer. Files share their room with the
     * layers' on file systems that can (XFS, Btrfs); in a root that is read only, they are the same files everywhere. So it needs time and
     * room in proportion to the image, but nothing of the kernel.
     */
    COPY
}
