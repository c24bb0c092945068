package io.lxc4j.layers.tar;

import io.lxc4j.kernel.FileStatus;

/**
 * What an entry makes.
 *
 * @see <a href="https://man.freebsd.org/cgi/man.cgi?query=tar&sektion=5">tar(5)</a>
 */
public enum TarType {
    /** A regular file. */
    FILE('0'),
    /** One more name of a file. */
    HARD_LINK('1'),
    /** A symbolic link. */
    SYMBOLIC_LINK('2'),
    /** A character device. */
    CHARACTER_DEVICE('3'),
    /** A block device. */
    BLOCK_DEVICE('4'),
    /** A directory. */
    DIRECTORY('5'),
    /** A named pipe. */
    FIFO('6');

    private final char flag;

    TarType(char flag) {
        this.flag = flag;
    }

    /**
     * What makes a file of a file system again.
     *
     * @param status what the file system tells of it; a socket, which no archive can hold, is taken for a named pipe
     * @return its type
     */
    public static TarType of(FileStatus status) {
        if (status.isRegular()) {
            return FILE;
        }
        if (status.isDirectory()) {
            return DIRECTORY;
        }
        if (status.isLink()) {
            return SYMBOLIC_LINK;
        }
        if (status.isCharacterDevice()) {
            return CHARACTER_DEVICE;
        }
        return status.isDevice() ? BLOCK_DEVICE : FIFO;
    }

    char flag() {
        return flag;
    }

    /**
     * Whether it is a device.
     *
     * @return whether it has numbers of a device
     */
    public boolean isDevice() {
        return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
    }
}
