package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.lxc4j.error.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What a file is, from {@code struct statx}.
 *
 * <pre>
 * struct statx {
 *     __u32 stx_mask;                  //   0
 *     __u32 stx_blksize;               //   4
 *     __u64 stx_attributes;            //   8
 *     __u32 stx_nlink;                 //  16
 *     __u32 stx_uid;                   //  20
 *     __u32 stx_gid;                   //  24
 *     __u16 stx_mode;                  //  28
 *     __u64 stx_ino;                   //  32
 *     __u64 stx_size;                  //  40
 *     __u64 stx_blocks;                //  48
 *     …
 *     struct statx_timestamp stx_mtime; // 112: __s64 tv_sec, __u32 tv_nsec
 *     __u32 stx_rdev_major;            // 128
 *     __u32 stx_rdev_minor;            // 132
 *     __u32 stx_dev_major;             // 136
 *     __u32 stx_dev_minor;             // 140
 *     …
 * };                                   // 256
 * </pre>
 *
 * @param mode type and permissions
 * @param size its size in bytes
 * @param owner its user and group
 * @param links how many names it has
 * @param inode its number in its file system
 * @param fileSystem what tells its file system apart from others
 * @param device the numbers of a device node, as the kernel packs them; else 0
 * @param blocks how much room it takes, in 512 bytes
 * @param modified when its content was last changed
 * @param onDevice whether its file system has a device; those that the kernel makes up have none
 * @see <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>
 */
public record FileStatus(
        int mode,
        long size,
        Owner owner,
        int links,
        long inode,
        long fileSystem,
        long device,
        long blocks,
        Instant modified,
        boolean onDevice) {
    static final int SIZE = 256;
    static final int LINKS = 16;
    static final int UID = 20;
    static final int GID = 24;
    static final int MODE = 28;
    static final int INODE = 32;
    static final int SIZE_IN_BYTES = 40;
    static final int BLOCKS = 48;
    static final int MODIFIED_SECONDS = 112;
    static final int MODIFIED_NANOS = 120;
    static final int DEVICE_MAJOR = 128;
    static final int DEVICE_MINOR = 132;
    static final int FILE_SYSTEM_MAJOR = 136;
    static final int FILE_SYSTEM_MINOR = 140;

    private static final int PERMISSIONS = 0777;

    /**
     * Whose it is.
     *
     * @param uid a user id, from 0 to 4294967295
     * @param gid a group id, from 0 to 4294967295
     */
    public record Owner(long uid, long gid) {}

    /**
     * Looks at an open file.
     *
     * @param fd the file, which may be open as a path only
     * @return what it is
     */
    public static FileStatus of(Fd fd) {
        return look(fd.number(), "", Constants.AT_EMPTY_PATH, fd.toString());
    }

    /**
     * Looks at a file; symbolic links are followed.
     *
     * @param path an absolute path
     * @return what it leads to
     * @throws SystemCallException if it can't be reached
     */
    public static FileStatus of(Path path) {
        return look((int) Constants.AT_FDCWD.value(), path.toString(), Constant.or(), "AT_FDCWD");
    }

    private static FileStatus look(int directory, String path, Constant how, String shown) {
        Constant wanted = Constants.STATX_BASIC_STATS;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(SIZE, 8);
            Kernel.check(
                    Kernel.tryCall(
                            Sys.STATX,
                            directory,
                            arena.allocateFrom(path).address(),
                            how.value(),
                            wanted.value(),
                            buffer.address()),
                    Sys.STATX,
                    () -> shown + ", \"" + path + "\", " + how.name() + ", " + wanted.name());
            return read(buffer);
        }
    }

    /** Reads the struct that the kernel has filled. */
    static FileStatus read(MemorySegment buffer) {
        int major = buffer.get(JAVA_INT, FILE_SYSTEM_MAJOR);
        return new FileStatus(
                Short.toUnsignedInt(buffer.get(JAVA_SHORT, MODE)),
                buffer.get(JAVA_LONG, SIZE_IN_BYTES),
                new Owner(
                        Integer.toUnsignedLong(buffer.get(JAVA_INT, UID)),
                        Integer.toUnsignedLong(buffer.get(JAVA_INT, GID))),
                buffer.get(JAVA_INT, LINKS),
                buffer.get(JAVA_LONG, INODE),
                deviceNumber(major, buffer.get(JAVA_INT, FILE_SYSTEM_MINOR)),
                deviceNumber(buffer.get(JAVA_INT, DEVICE_MAJOR), buffer.get(JAVA_INT, DEVICE_MINOR)),
                buffer.get(JAVA_LONG, BLOCKS),
                Instant.ofEpochSecond(
                        buffer.get(JAVA_LONG, MODIFIED_SECONDS),
                        Integer.toUnsignedLong(buffer.get(JAVA_INT, MODIFIED_NANOS))),
                major != 0);
    }

    /**
     * Packs the numbers of a device as {@code mknod(2)} takes them.
     *
     * @param major from 0 to 4095
     * @param minor from 0 to 1048575
     * @return both
     */
    public static long deviceNumber(int major, int minor) {
        return (minor & 0xffL) | ((major & 0xfffL) << 8) | ((minor & 0xfff00L) << 12);
    }

    /**
     * The major number of the device that it is.
     *
     * @return a number from 0 to 4095
     */
    public int major() {
        return (int) (device >>> 8 & 0xfff);
    }

    /**
     * The minor number of the device that it is.
     *
     * @return a number from 0 to 1048575
     */
    public int minor() {
        return (int) ((device & 0xff) | ((device >>> 12) & 0xfff00));
    }

    private boolean is(Constant type) {
        return (mode & Constants.S_IFMT.value()) == type.value();
    }

    /**
     * Whether it is a directory.
     *
     * @return whether it is one
     */
    public boolean isDirectory() {
        return is(Constants.S_IFDIR);
    }

    /**
     * Whether it is a regular file.
     *
     * @return whether it is one
     */
    public boolean isRegular() {
        return is(Constants.S_IFREG);
    }

    /**
     * Whether it is a symbolic link.
     *
     * @return whether it is one
     */
    public boolean isLink() {
        return is(Constants.S_IFLNK);
    }

    /**
     * Whether it is a socket.
     *
     * @return whether it is one
     */
    public boolean isSocket() {
        return is(Constants.S_IFSOCK);
    }

    /**
     * Whether it is a node of a character device.
     *
     * @return whether it is one
     */
    public boolean isCharacterDevice() {
        return is(Constants.S_IFCHR);
    }

    /**
     * Whether it is a device node, of a character or a block device.
     *
     * @return whether it is one
     */
    public boolean isDevice() {
        return is(Constants.S_IFCHR) || is(Constants.S_IFBLK);
    }

    /**
     * Whether it is a device node of a block device.
     *
     * @return whether it is one
     */
    public boolean isBlockDevice() {
        return is(Constants.S_IFBLK);
    }

    /**
     * What may be done with it, without the bits that change who does it.
     *
     * @return a number from 0 to 0777
     */
    public int permissions() {
        return mode & PERMISSIONS;
    }
}
