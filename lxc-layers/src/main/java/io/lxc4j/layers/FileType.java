package io.lxc4j.layers;

import io.lxc4j.kernel.FileStatus;
import io.lxc4j.layers.tar.TarType;

/** What a file of an image is. */
public enum FileType {
    /** A regular file. */
    FILE,
    /** A directory. */
    DIRECTORY,
    /** A symbolic link. */
    SYMBOLIC_LINK,
    /** A named pipe. */
    FIFO,
    /** A character device. */
    CHARACTER_DEVICE,
    /** A block device. */
    BLOCK_DEVICE,
    /** A socket, which a writable directory can have. No archive of a layer holds one, so a commit leaves it out. */
    SOCKET;

    static FileType of(FileStatus status) {
        return status.isSocket() ? SOCKET : valueOf(TarType.of(status).name());
    }
}
