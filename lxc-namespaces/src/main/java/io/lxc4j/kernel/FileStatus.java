package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.lxc4j.error.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * What a file is, from {@code struct statx}.
 *
 * <pre>
 * struct statx {
 *     __u32 stx_mask;    //   0
 *     …
 *     __u16 stx_mode;    //  28
 *     …
 *     __u64 stx_size;    //  40
 *     …
 *     __u32 stx_rdev_major; // 128
 *     __u32 stx_rdev_minor; // 132
 *     __u32 stx_dev_major;  // 136
 *     …
 * };                     // 256
 * </pre>
 *
 * @param mode type and permissions
 * @param size its size in bytes
 * @param deviceMajor the major number of the device that a device node stands for; else 0
 * @param deviceMinor its minor number
 * @param onDevice whether its file system has a device; those that the kernel makes up have none
 * @see <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>
 */
public record FileStatus(int mode, long size, int deviceMajor, int deviceMinor, boolean onDevice) {
    static final int SIZE = 256;
    static final int MODE = 28;
    static final int SIZE_IN_BYTES = 40;
    static final int DEVICE_MAJOR = 128;
    static final int DEVICE_MINOR = 132;
    static final int FILE_SYSTEM_MAJOR = 136;

    private static final int PERMISSIONS = 0777;

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
            return new FileStatus(
                    Short.toUnsignedInt(buffer.get(JAVA_SHORT, MODE)),
                    buffer.get(JAVA_LONG, SIZE_IN_BYTES),
                    buffer.get(JAVA_INT, DEVICE_MAJOR),
                    buffer.get(JAVA_INT, DEVICE_MINOR),
                    buffer.get(JAVA_INT, FILE_SYSTEM_MAJOR) != 0);
        }
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
