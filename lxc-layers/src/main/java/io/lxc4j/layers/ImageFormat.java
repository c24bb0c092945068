package io.lxc4j.layers;

/** Forms in which images are handed on as files. */
public enum ImageFormat {
    /**
     * An OCI image layout, a directory: several images, each for several platforms, and what they share once.
     *
     * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md">OCI image layout</a>
     */
    OCI_DIRECTORY,
    /** The same in an archive of tar. */
    OCI_ARCHIVE,
    /**
     * What {@code docker save} writes and {@code docker load} reads, an archive of tar: several images, each for one platform, with
     * layers that are not compressed.
     */
    DOCKER_ARCHIVE
}
