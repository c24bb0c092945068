package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.kernel.Constants.PROC_SUPER_MAGIC;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_SYMLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_XDEV;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.OpenHow;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * This JVM's {@code /proc}, verified before anything is written there: that it is a proc file system, and one that numbers
 * processes as this JVM does, so that a child's files are not those of another process.
 */
final class ProcDirectory {
    private static final String PATH = "/proc";

    /** Larger than {@code struct statfs}, which begins with the type of the file system. */
    private static final int STATFS_BYTES = 256;

    private static final int NUMBER_BYTES = 32;

    private ProcDirectory() {}

    /**
     * Opens it.
     *
     * @return a descriptor to resolve paths from
     * @throws HostUnsupportedException if it is not what it should be
     */
    static Fd open() {
        return open(PATH);
    }

    static Fd open(String path) {
        Fd directory = Kernel.open(path, Constant.or(O_PATH, O_DIRECTORY), 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(STATFS_BYTES, 8);
            Kernel.check(
                    Kernel.tryCall(Sys.FSTATFS, directory.number(), memory.address()), Sys.FSTATFS, () -> path + ", …");
            if (memory.get(JAVA_LONG, 0) != PROC_SUPER_MAGIC.value()) {
                throw new HostUnsupportedException(path + " is not a proc file system; mount proc there");
            }
            String self = self(directory, arena, memory);
            String own = Long.toString(Kernel.tryCall(Sys.GETPID));
            if (!self.equals(own)) {
                throw new HostUnsupportedException(path + " is that of another PID namespace: there this process is "
                        + (self.isEmpty() ? "missing" : self) + ", here " + own
                        + "; mount proc in the namespace that this JVM is in");
            }
            return directory;
        } catch (RuntimeException | Error e) {
            directory.close();
            throw e;
        }
    }

    /**
     * Opens a file below it, through no link and on no other mount.
     *
     * @param directory what was opened
     * @param path the file's path in it
     * @return its descriptor
     */
    static Fd openToWrite(Fd directory, String path) {
        return open(directory, path, O_WRONLY);
    }

    /**
     * Opens a file below it, through no link and on no other mount.
     *
     * @param directory what was opened
     * @param path the file's path in it
     * @return its descriptor
     */
    static Fd openToRead(Fd directory, String path) {
        return open(directory, path, O_RDONLY);
    }

    private static Fd open(Fd directory, String path, Constant access) {
        long resolve = Constant.or(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_XDEV)
                .value();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(OpenHow.SIZE, 8)
                    .copyFrom(MemorySegment.ofArray(OpenHow.bytes(access.value() | O_CLOEXEC.value(), resolve)));
            long result = Kernel.tryCall(
                    Sys.OPENAT2, directory.number(), arena.allocateFrom(path).address(), how.address(), OpenHow.SIZE);
            return new Fd(
                    (int) Kernel.check(
                            result,
                            Sys.OPENAT2,
                            () -> PATH + ", \"" + path + "\", " + access.name() + ", RESOLVE_BENEATH…"),
                    PATH + "/" + path);
        }
    }

    private static String self(Fd directory, Arena arena, MemorySegment memory) {
        long length = Kernel.tryCall(
                Sys.READLINKAT,
                directory.number(),
                arena.allocateFrom("self").address(),
                memory.address(),
                NUMBER_BYTES);
        return length < 0 ? "" : new String(memory.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.US_ASCII);
    }
}
