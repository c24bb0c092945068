package io.lxc4j.kernel;

import static io.lxc4j.kernel.Constants.AT_SYMLINK_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Works on a tree of files by descriptor and name, so that no path is ever followed to elsewhere. Names, link contents and values of
 * attributes are strings of bytes: each character is a byte from 0 to 255.
 *
 * <p>It keeps buffers, so that a call for one file of a hundred thousand allocates nothing. Not thread-safe: one a thread.
 */
public final class FileTree implements AutoCloseable {
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;
    private static final int NAME_BYTES = 4097;
    private static final int VALUE_BYTES = 1 << 16;
    private static final int DATA_BYTES = 1 << 18;

    private static final int RECORD_LENGTH = 16;
    private static final int RECORD_NAME = 19;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment first = arena.allocate(NAME_BYTES);
    private final MemorySegment second = arena.allocate(NAME_BYTES);
    private final MemorySegment value = arena.allocate(VALUE_BYTES);
    private final MemorySegment data = arena.allocate(DATA_BYTES, 8);
    private final MemorySegment times = arena.allocate(32, 8);
    private final MemorySegment status = arena.allocate(FileStatus.SIZE, 8);
    private final MemorySegment how = arena.allocate(OpenHow.SIZE, 8);

    /** Allocates the buffers, some 340 kB, which {@link #close} gives back. */
    public FileTree() {}

    @Override
    public void close() {
        arena.close();
    }

    private static MemorySegment put(MemorySegment buffer, String name) {
        byte[] bytes = name.getBytes(BYTES);
        if (bytes.length >= NAME_BYTES) {
            throw new SystemCallException("a name of " + bytes.length + " bytes", Errno.ENAMETOOLONG);
        }
        MemorySegment.copy(bytes, 0, buffer, JAVA_BYTE, 0, bytes.length);
        buffer.set(JAVA_BYTE, bytes.length, (byte) 0);
        return buffer;
    }

    private static String show(Fd directory, String name) {
        return directory + ", \"" + name.replaceAll("[^ -~]", "?") + "\"";
    }

    // ---- opening

    /**
     * Opens a file in a directory, {@code openat(2)} with {@code O_CLOEXEC}.
     *
     * @param directory the directory
     * @param name its name there
     * @param flags access mode and flags
     * @param mode permissions of a file that is made, to which the umask applies
     * @return a descriptor or an error
     */
    public long tryOpen(Fd directory, String name, Constant flags, int mode) {
        return Kernel.tryCall(
                Sys.OPENAT, directory.number(), put(first, name).address(), flags.value() | O_CLOEXEC.value(), mode);
    }

    /**
     * Opens a file in a directory as {@link #tryOpen} does.
     *
     * @param directory the directory
     * @param name its name there
     * @param flags access mode and flags
     * @return its descriptor
     */
    public Fd open(Fd directory, String name, Constant flags) {
        long result = tryOpen(directory, name, flags, 0);
        return new Fd((int) check(result, Sys.OPENAT, directory, name), name);
    }

    /**
     * Opens what a path leads to, {@code openat2(2)} with {@code O_CLOEXEC}.
     *
     * @param root where the path begins
     * @param path a relative path
     * @param flags access mode and flags
     * @param resolve {@code RESOLVE_*}
     * @return a descriptor or an error
     */
    public long tryOpen(Fd root, String path, Constant flags, Constant resolve) {
        how.copyFrom(MemorySegment.ofArray(OpenHow.bytes(flags.value() | O_CLOEXEC.value(), resolve.value())));
        return Kernel.tryCall(Sys.OPENAT2, root.number(), put(first, path).address(), how.address(), OpenHow.SIZE);
    }

    /**
     * Checks a result of a call on a file.
     *
     * @param result what a {@code try} method returned
     * @param sys which call it was
     * @param directory the directory of the file
     * @param name its name
     * @return the result, not negative
     * @throws SystemCallException if it is an error
     */
    public static long check(long result, Sys sys, Fd directory, String name) {
        return result >= 0 ? result : Kernel.check(result, sys, show(directory, name));
    }

    // ---- making and removing

    /**
     * Makes a directory, {@code mkdirat(2)}.
     *
     * @param directory where
     * @param name its name
     * @param mode its permissions, to which the umask applies
     * @return 0 or an error
     */
    public long tryMakeDirectory(Fd directory, String name, int mode) {
        return Kernel.tryCall(Sys.MKDIRAT, directory.number(), put(first, name).address(), mode);
    }

    /**
     * Makes a symbolic link, {@code symlinkat(2)}.
     *
     * @param content what it points to
     * @param directory where
     * @param name its name
     * @return 0 or an error
     */
    public long trySymbolicLink(String content, Fd directory, String name) {
        return Kernel.tryCall(
                Sys.SYMLINKAT,
                put(second, content).address(),
                directory.number(),
                put(first, name).address());
    }

    /**
     * Makes one more name of a file, {@code linkat(2)}. A symbolic link is not followed.
     *
     * @param from the directory of the file
     * @param file its name there
     * @param to the directory of the new name
     * @param name the new name
     * @return 0 or an error
     */
    public long tryHardLink(Fd from, String file, Fd to, String name) {
        return Kernel.tryCall(
                Sys.LINKAT,
                from.number(),
                put(second, file).address(),
                to.number(),
                put(first, name).address(),
                0);
    }

    /**
     * Makes a device node, a named pipe or a socket, {@code mknodat(2)}.
     *
     * @param directory where
     * @param name its name
     * @param mode its type and permissions, to which the umask applies
     * @param device the numbers of a device, see {@link FileStatus#deviceNumber}
     * @return 0 or an error
     */
    public long tryMakeNode(Fd directory, String name, long mode, long device) {
        return Kernel.tryCall(Sys.MKNODAT, directory.number(), put(first, name).address(), mode, device);
    }

    /**
     * Removes a name, {@code unlinkat(2)}.
     *
     * @param directory where
     * @param name which
     * @param flags {@code AT_REMOVEDIR} for an empty directory, else none
     * @return 0 or an error
     */
    public long tryRemove(Fd directory, String name, Constant flags) {
        return Kernel.tryCall(Sys.UNLINKAT, directory.number(), put(first, name).address(), flags.value());
    }

    /**
     * Renames a file, {@code renameat2(2)} with {@code RENAME_NOREPLACE}.
     *
     * @param from its directory
     * @param file its name there
     * @param to the directory that it comes to
     * @param name the name that it gets, which nothing may have yet
     * @return 0 or an error
     */
    public long tryRename(Fd from, String file, Fd to, String name) {
        return Kernel.tryCall(
                Sys.RENAMEAT2,
                from.number(),
                put(second, file).address(),
                to.number(),
                put(first, name).address(),
                Constants.RENAME_NOREPLACE.value());
    }

    /**
     * Renames a file within its directory, {@code renameat2(2)}, and what had the new name is gone: at no time is nothing of that name.
     *
     * @param directory the directory
     * @param file its name
     * @param name the name that it gets
     * @return 0 or an error
     */
    public long tryReplace(Fd directory, String file, String name) {
        return Kernel.tryCall(
                Sys.RENAMEAT2,
                directory.number(),
                put(second, file).address(),
                directory.number(),
                put(first, name).address(),
                0);
    }

    // ---- attributes; of a symbolic link its own

    /**
     * What a file is, {@code statx(2)}.
     *
     * @param directory where
     * @param name which; empty for the directory itself
     * @return what it is
     */
    public FileStatus status(Fd directory, String name) {
        Constant flags = Constant.or(AT_SYMLINK_NOFOLLOW, Constants.AT_EMPTY_PATH);
        check(
                Kernel.tryCall(
                        Sys.STATX,
                        directory.number(),
                        put(first, name).address(),
                        flags.value(),
                        Constants.STATX_BASIC_STATS.value(),
                        status.address()),
                Sys.STATX,
                directory,
                name);
        return FileStatus.read(status);
    }

    /**
     * Sets user and group, {@code fchownat(2)}.
     *
     * @param directory where
     * @param name which; empty for the directory itself
     * @param uid the user
     * @param gid the group
     */
    public void own(Fd directory, String name, long uid, long gid) {
        Constant flags = Constant.or(AT_SYMLINK_NOFOLLOW, Constants.AT_EMPTY_PATH);
        check(
                Kernel.tryCall(
                        Sys.FCHOWNAT, directory.number(), put(first, name).address(), uid, gid, flags.value()),
                Sys.FCHOWNAT,
                directory,
                name);
    }

    /**
     * Sets permissions, {@code fchmodat(2)}, which follows symbolic links: the file must be known to be none.
     *
     * @param directory where
     * @param name which; empty for an open file itself
     * @param mode its permissions, from 0 to 07777
     */
    public void permit(Fd directory, String name, int mode) {
        if (name.isEmpty()) {
            OpenFile.permissions(directory, mode);
            return;
        }
        check(
                Kernel.tryCall(
                        Sys.FCHMODAT, directory.number(), put(first, name).address(), mode),
                Sys.FCHMODAT,
                directory,
                name);
    }

    /**
     * Sets the time of the last change of the content, {@code utimensat(2)}.
     *
     * @param directory where
     * @param name which; empty for an open file itself
     * @param modified the time
     */
    public void touch(Fd directory, String name, Instant modified) {
        times.set(JAVA_LONG, 0, 0);
        times.set(JAVA_LONG, 8, Constants.UTIME_OMIT.value());
        times.set(JAVA_LONG, 16, modified.getEpochSecond());
        times.set(JAVA_LONG, 24, modified.getNano());
        boolean itself = name.isEmpty();
        check(
                Kernel.tryCall(
                        Sys.UTIMENSAT,
                        directory.number(),
                        itself ? 0 : put(first, name).address(),
                        times.address(),
                        itself ? 0 : AT_SYMLINK_NOFOLLOW.value()),
                Sys.UTIMENSAT,
                directory,
                name);
    }

    /**
     * Sets an extended attribute, {@code lsetxattr(2)}.
     *
     * @param directory where
     * @param name which file; empty for the directory itself
     * @param attribute the attribute's name
     * @param bytes its value
     * @return 0 or an error
     */
    public long trySetAttribute(Fd directory, String name, String attribute, String bytes) {
        byte[] all = bytes.getBytes(BYTES);
        if (all.length > VALUE_BYTES) {
            return -Errno.E2BIG.number();
        }
        MemorySegment.copy(all, 0, value, JAVA_BYTE, 0, all.length);
        return name.isEmpty()
                ? Kernel.tryCall(
                        Sys.FSETXATTR,
                        directory.number(),
                        put(second, attribute).address(),
                        value.address(),
                        all.length)
                : Kernel.tryCall(
                        Sys.LSETXATTR,
                        put(first, path(directory, name)).address(),
                        put(second, attribute).address(),
                        value.address(),
                        all.length);
    }

    /** Only the last part can be a link, and that is not followed. */
    private static String path(Fd directory, String name) {
        return "/proc/self/fd/" + directory.number() + "/" + name;
    }

    /**
     * The names of a file's extended attributes, {@code llistxattr(2)}.
     *
     * @param directory where
     * @param name which file; empty for the directory itself
     * @return the names; none where the file system has no such attributes
     */
    public List<String> attributes(Fd directory, String name) {
        long count = name.isEmpty()
                ? Kernel.tryCall(Sys.FLISTXATTR, directory.number(), value.address(), VALUE_BYTES)
                : Kernel.tryCall(
                        Sys.LLISTXATTR, put(first, path(directory, name)).address(), value.address(), VALUE_BYTES);
        if (count == 0 || count == -Errno.EOPNOTSUPP.number()) {
            return List.of();
        }
        check(count, Sys.LLISTXATTR, directory, name);
        return List.of(text(value, count - 1).split("\0", -1));
    }

    /**
     * The value of an extended attribute, {@code lgetxattr(2)}.
     *
     * @param directory where
     * @param name which file; empty for the directory itself
     * @param attribute the attribute's name
     * @return its value
     */
    public String attribute(Fd directory, String name, String attribute) {
        long count = name.isEmpty()
                ? Kernel.tryCall(
                        Sys.FGETXATTR,
                        directory.number(),
                        put(second, attribute).address(),
                        value.address(),
                        VALUE_BYTES)
                : Kernel.tryCall(
                        Sys.LGETXATTR,
                        put(first, path(directory, name)).address(),
                        put(second, attribute).address(),
                        value.address(),
                        VALUE_BYTES);
        return text(value, check(count, Sys.LGETXATTR, directory, name));
    }

    private static String text(MemorySegment buffer, long length) {
        return new String(buffer.asSlice(0, length).toArray(JAVA_BYTE), BYTES);
    }

    // ---- content

    /**
     * What a symbolic link points to, {@code readlinkat(2)}.
     *
     * @param directory where
     * @param name which
     * @return its content
     */
    public String link(Fd directory, String name) {
        long count = Kernel.tryCall(
                Sys.READLINKAT, directory.number(), put(first, name).address(), value.address(), VALUE_BYTES);
        return text(value, check(count, Sys.READLINKAT, directory, name));
    }

    /**
     * Lists a directory, {@code getdents64(2)}.
     *
     * @param directory the directory, open for reading, at its beginning
     * @return the names in no order, without {@code .} and {@code ..}
     */
    public List<String> list(Fd directory) {
        List<String> names = new ArrayList<>();
        long count;
        while ((count = check(
                        Kernel.tryCall(Sys.GETDENTS64, directory.number(), data.address(), DATA_BYTES),
                        Sys.GETDENTS64,
                        directory,
                        ""))
                > 0) {
            for (long at = 0; at < count; at += recordLength(at)) {
                String name = data.getString(at + RECORD_NAME, BYTES);
                if (!name.equals(".") && !name.equals("..")) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private int recordLength(long at) {
        return Byte.toUnsignedInt(data.get(JAVA_BYTE, at + RECORD_LENGTH))
                | Byte.toUnsignedInt(data.get(JAVA_BYTE, at + RECORD_LENGTH + 1)) << 8;
    }

    /**
     * Writes to an open file, {@code pwrite(2)}, until all is written.
     *
     * @param file the file
     * @param bytes where from
     * @param offset from which index on
     * @param length how many, at most 262144
     * @param position where in the file
     */
    public void write(Fd file, byte[] bytes, int offset, int length, long position) {
        MemorySegment.copy(bytes, offset, data, JAVA_BYTE, 0, length);
        int done = 0;
        while (done < length) {
            long result =
                    Kernel.tryCall(Sys.PWRITE64, file.number(), data.address() + done, length - done, position + done);
            if (result != -Errno.EINTR.number()) {
                done += (int) Kernel.check(result, Sys.PWRITE64, file.toString());
            }
        }
    }

    /**
     * Reads from an open file, {@code read(2)}.
     *
     * @param file the file
     * @param bytes where to, at most its first 262144
     * @return how many there were; 0 at the end
     */
    public int read(Fd file, byte[] bytes) {
        long result;
        do {
            result = Kernel.tryCall(Sys.READ, file.number(), data.address(), Math.min(bytes.length, DATA_BYTES));
        } while (result == -Errno.EINTR.number());
        Kernel.check(result, Sys.READ, () -> file.toString());
        MemorySegment.copy(data, JAVA_BYTE, 0, bytes, 0, (int) result);
        return (int) result;
    }

    /**
     * Sets how long an open file is, {@code ftruncate(2)}.
     *
     * @param file the file
     * @param size its new size in bytes
     */
    public static void resize(Fd file, long size) {
        Kernel.check(Kernel.tryCall(Sys.FTRUNCATE, file.number(), size), Sys.FTRUNCATE, () -> file + ", " + size);
    }
}
