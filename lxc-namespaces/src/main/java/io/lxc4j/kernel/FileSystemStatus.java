package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What {@code statfs(2)} tells.
 *
 * <pre>
 * struct statfs {
 *     long f_type;  //   0  the file system's magic number
 *     …
 * };                // 120
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/statfs.2.html">statfs(2)</a>
 */
public final class FileSystemStatus {
    /** Size of the struct in bytes. */
    public static final int SIZE = 120;

    /** Offset of {@code f_type}. */
    public static final int TYPE = 0;

    private FileSystemStatus() {}

    /**
     * The type of the file system that a file is on.
     *
     * @param path an absolute path; symbolic links are followed
     * @return the type's magic number
     * @throws SystemCallException if the file can't be reached
     */
    public static long type(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(SIZE, 8);
            Kernel.check(
                    Kernel.tryCall(Sys.STATFS, arena.allocateFrom(path).address(), status.address()),
                    Sys.STATFS,
                    () -> "\"" + path + "\", …");
            return status.get(JAVA_LONG, TYPE);
        }
    }
}
