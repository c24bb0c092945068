package io.lxc4j.security;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;

/**
 * Something that is done with a file or directory, and that {@link Landlock} can deny. What is not here it can't: looking at
 * permissions and sizes, changing owners, permissions and times, and entering a directory.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/landlock.7.html">landlock(7), filesystem actions</a>
 */
public enum FileAccess {
    /** Execute a file. */
    EXECUTE(Constants.LANDLOCK_ACCESS_FS_EXECUTE, 1, true),
    /** Open a file for writing. */
    WRITE_FILE(Constants.LANDLOCK_ACCESS_FS_WRITE_FILE, 1, true),
    /** Open a file for reading. */
    READ_FILE(Constants.LANDLOCK_ACCESS_FS_READ_FILE, 1, true),
    /** Open a directory, or list what is in it. */
    READ_DIR(Constants.LANDLOCK_ACCESS_FS_READ_DIR, 1, false),
    /** Remove an empty directory, or rename one. */
    REMOVE_DIR(Constants.LANDLOCK_ACCESS_FS_REMOVE_DIR, 1, false),
    /** Remove a file, or rename one. */
    REMOVE_FILE(Constants.LANDLOCK_ACCESS_FS_REMOVE_FILE, 1, false),
    /** Make a character device; in this and the next, to rename one or to give it another name is to make it. */
    MAKE_CHAR(Constants.LANDLOCK_ACCESS_FS_MAKE_CHAR, 1, false),
    /** Make a directory. */
    MAKE_DIR(Constants.LANDLOCK_ACCESS_FS_MAKE_DIR, 1, false),
    /** Make a regular file. */
    MAKE_REG(Constants.LANDLOCK_ACCESS_FS_MAKE_REG, 1, false),
    /** Make a UNIX socket. */
    MAKE_SOCK(Constants.LANDLOCK_ACCESS_FS_MAKE_SOCK, 1, false),
    /** Make a named pipe. */
    MAKE_FIFO(Constants.LANDLOCK_ACCESS_FS_MAKE_FIFO, 1, false),
    /** Make a block device. */
    MAKE_BLOCK(Constants.LANDLOCK_ACCESS_FS_MAKE_BLOCK, 1, false),
    /** Make a symbolic link. */
    MAKE_SYM(Constants.LANDLOCK_ACCESS_FS_MAKE_SYM, 1, false),
    /**
     * Move a file to another directory, or give it a name there, unless more is allowed there than where it was. Since Linux 5.19;
     * before that Landlock always denies it.
     */
    REFER(Constants.LANDLOCK_ACCESS_FS_REFER, 2, false),
    /** Truncate a file, also one that can't be opened for writing; since Linux 6.2. */
    TRUNCATE(Constants.LANDLOCK_ACCESS_FS_TRUNCATE, 3, true),
    /** Call {@code ioctl(2)} on a device that was opened after the start; since Linux 6.10. */
    IOCTL_DEV(Constants.LANDLOCK_ACCESS_FS_IOCTL_DEV, 5, true),
    /** Connect to a UNIX socket that has a path, and whose server is not under the same restriction; since Linux 7.1. */
    RESOLVE_UNIX(Constants.LANDLOCK_ACCESS_FS_RESOLVE_UNIX, 9, true);

    private final long bit;
    private final int abi;
    private final boolean ofFiles;

    FileAccess(Constant bit, int abi, boolean ofFiles) {
        this.bit = bit.value();
        this.abi = abi;
        this.ofFiles = ofFiles;
    }

    Constant bit() {
        return new Constant(toString(), bit);
    }

    /** The version of Landlock that brought it. */
    int abi() {
        return abi;
    }

    /** Whether it can be allowed for a file alone. */
    boolean isOfFiles() {
        return ofFiles;
    }

    /**
     * Its name in C, for instance {@code LANDLOCK_ACCESS_FS_EXECUTE}.
     *
     * @return the name
     */
    @Override
    public String toString() {
        return "LANDLOCK_ACCESS_FS_" + name();
    }
}
