package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.lxc4j.error.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Works on files by descriptor, where a path could lead elsewhere in the meantime.
 *
 * <pre>
 * struct linux_dirent64 {
 *     ino64_t        d_ino;     //  0
 *     off64_t        d_off;     //  8
 *     unsigned short d_reclen;  // 16
 *     unsigned char  d_type;    // 18
 *     char           d_name[];  // 19
 * };
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/getdents.2.html">getdents(2)</a>
 */
public final class OpenFile {
    private static final int RECORD_LENGTH = 16;
    private static final int NAME = 19;
    private static final int BUFFER_BYTES = 65_536;
    private static final int LINK_BYTES = 4096;

    private OpenFile() {}

    /**
     * Lists a directory.
     *
     * @param directory the directory, open for reading, at its beginning
     * @param most how many entries are taken at most
     * @return their names, in no order, without {@code .} and {@code ..}; bytes that are no UTF-8 are replaced
     */
    public static List<String> list(Fd directory, int most) {
        List<String> names = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
            long count;
            while ((count = Kernel.check(
                            Kernel.tryCall(Sys.GETDENTS64, directory.number(), buffer.address(), BUFFER_BYTES),
                            Sys.GETDENTS64,
                            directory.toString()))
                    > 0) {
                for (long at = 0; at < count; at += length(buffer, at)) {
                    String name = buffer.getString(at + NAME, StandardCharsets.UTF_8);
                    if (!name.equals(".") && !name.equals("..") && names.size() < most) {
                        names.add(name);
                    }
                }
            }
        }
        return names;
    }

    private static int length(MemorySegment buffer, long at) {
        return Byte.toUnsignedInt(buffer.get(JAVA_BYTE, at + RECORD_LENGTH))
                | Byte.toUnsignedInt(buffer.get(JAVA_BYTE, at + RECORD_LENGTH + 1)) << 8;
    }

    /**
     * Reads a symbolic link.
     *
     * @param link the link itself, open as a path
     * @return what it points to
     */
    public static String readLink(Fd link) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(LINK_BYTES);
            long count = Kernel.check(
                    Kernel.tryCall(
                            Sys.READLINKAT, link.number(), arena.allocate(1).address(), buffer.address(), LINK_BYTES),
                    Sys.READLINKAT,
                    () -> link + ", \"\"");
            return new String(buffer.asSlice(0, count).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        }
    }

    /**
     * Opens a file in a directory, {@code openat(2)} with {@code O_CLOEXEC}.
     *
     * @param directory the directory
     * @param name its name there
     * @param flags access mode and flags
     * @param mode permissions of a file that is made
     * @return its descriptor
     */
    public static Fd open(Fd directory, String name, Constant flags, int mode) {
        Constant all = Constant.or(flags, Constants.O_CLOEXEC);
        try (Arena arena = Arena.ofConfined()) {
            long result = Kernel.tryCall(
                    Sys.OPENAT, directory.number(), arena.allocateFrom(name).address(), all.value(), mode);
            return new Fd(
                    (int) Kernel.check(result, Sys.OPENAT, () -> directory + ", \"" + name + "\", " + all.name()),
                    name);
        }
    }

    /**
     * Writes a text in one {@code write(2)}, as files of the kernel want it.
     *
     * @param file where
     * @param text what
     */
    public static void write(Fd file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, buffer, JAVA_BYTE, 0, bytes.length);
            Kernel.check(
                    Kernel.tryCall(Sys.WRITE, file.number(), buffer.address(), bytes.length),
                    Sys.WRITE,
                    () -> file + ", \"" + text + "\"");
        }
    }

    /**
     * Makes a directory, {@code mkdirat(2)}.
     *
     * @param directory where
     * @param name its name
     * @param mode its permissions
     */
    public static void makeDirectory(Fd directory, String name, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.check(
                    Kernel.tryCall(
                            Sys.MKDIRAT,
                            directory.number(),
                            arena.allocateFrom(name).address(),
                            mode),
                    Sys.MKDIRAT,
                    () -> directory + ", \"" + name + "\", 0" + Integer.toOctalString(mode));
        }
    }

    /**
     * Makes a symbolic link, {@code symlinkat(2)}.
     *
     * @param content what it points to
     * @param directory where
     * @param name its name
     */
    public static void makeLink(String content, Fd directory, String name) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.check(
                    Kernel.tryCall(
                            Sys.SYMLINKAT,
                            arena.allocateFrom(content).address(),
                            directory.number(),
                            arena.allocateFrom(name).address()),
                    Sys.SYMLINKAT,
                    () -> "\"" + content + "\", " + directory + ", \"" + name + "\"");
        }
    }

    /**
     * Sets permissions, {@code fchmod(2)}.
     *
     * @param file the file
     * @param mode its permissions
     */
    public static void permissions(Fd file, int mode) {
        Kernel.check(
                Kernel.tryCall(Sys.FCHMOD, file.number(), mode),
                Sys.FCHMOD,
                () -> file + ", 0" + Integer.toOctalString(mode));
    }

    /**
     * Copies a file's bytes, {@code sendfile(2)}.
     *
     * @param from a regular file, at its beginning
     * @param to a regular file
     * @param bytes how many at most
     */
    public static void copy(Fd from, Fd to, long bytes) {
        long left = bytes;
        while (left > 0) {
            long result = Kernel.tryCall(Sys.SENDFILE, to.number(), from.number(), 0, left);
            if (result != -Errno.EINTR.number()) {
                Kernel.check(result, Sys.SENDFILE, () -> to + ", " + from);
                if (result == 0) {
                    return; // it has become shorter
                }
                left -= result;
            }
        }
    }
}
