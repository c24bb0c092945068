package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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
 * };                     // 256
 * </pre>
 *
 * @param mode type and permissions
 * @param size its size in bytes
 * @see <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>
 */
public record FileStatus(int mode, long size) {
    static final int SIZE = 256;
    static final int MODE = 28;
    static final int SIZE_IN_BYTES = 40;

    private static final int PERMISSIONS = 0777;

    /**
     * Looks at an open file.
     *
     * @param fd the file, which may be open as a path only
     * @return what it is
     */
    public static FileStatus of(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(SIZE, 8);
            Constant wanted = Constants.STATX_BASIC_STATS;
            Kernel.check(
                    Kernel.tryCall(
                            Sys.STATX,
                            fd.number(),
                            arena.allocate(JAVA_INT).address(),
                            Constants.AT_EMPTY_PATH.value(),
                            wanted.value(),
                            buffer.address()),
                    Sys.STATX,
                    () -> fd + ", \"\", AT_EMPTY_PATH, " + wanted.name());
            return new FileStatus(
                    Short.toUnsignedInt(buffer.get(JAVA_SHORT, MODE)), buffer.get(JAVA_LONG, SIZE_IN_BYTES));
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
     * What may be done with it, without the bits that change who does it.
     *
     * @return a number from 0 to 0777
     */
    public int permissions() {
        return mode & PERMISSIONS;
    }
}
