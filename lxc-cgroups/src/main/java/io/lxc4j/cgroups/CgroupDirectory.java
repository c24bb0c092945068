package io.lxc4j.cgroups;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.OpenFile;
import io.lxc4j.kernel.Sys;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A cgroup in one hierarchy: its directory, open. Thread-safe, but must not be closed while it is used. */
final class CgroupDirectory implements AutoCloseable {
    private static final int CHUNK_BYTES = 16_384;
    private static final int MOST_FILES = 1_000_000;
    private static final Constant DIRECTORY =
            Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY, Constants.O_NOFOLLOW);

    private final Path path;
    private final CgroupVersion version;
    private final Fd fd;

    private CgroupDirectory(Path path, CgroupVersion version, Fd fd) {
        this.path = path;
        this.version = version;
        this.fd = fd;
    }

    static CgroupDirectory open(Path path, CgroupVersion version) {
        return new CgroupDirectory(path, version, Kernel.open(path.toString(), DIRECTORY, 0));
    }

    Path path() {
        return path;
    }

    CgroupVersion version() {
        return version;
    }

    Fd fd() {
        return fd;
    }

    // ---- files

    boolean has(String file) {
        try (Fd _ = OpenFile.open(fd, file, Constants.O_PATH, 0)) {
            return true;
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /** What a file has; empty if there is none of that name. */
    Optional<String> find(String file) {
        try {
            return Optional.of(read(file));
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** What a file has, without white space at the ends. */
    String read(String file) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (Fd open = OpenFile.open(fd, file, Constants.O_RDONLY, 0);
                Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK_BYTES);
            long count;
            while ((count = Kernel.check(
                            Kernel.tryCall(Sys.READ, open.number(), buffer.address(), CHUNK_BYTES),
                            Sys.READ,
                            () -> path + "/" + file))
                    > 0) {
                all.writeBytes(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return all.toString(UTF_8).strip();
    }

    List<String> lines(String file) {
        return read(file).lines().toList();
    }

    /** A value of a file of keys and values; empty if the file or the key is not there. */
    Optional<String> value(String file, String key) {
        return find(file)
                .flatMap(text -> text.lines()
                        .filter(line -> line.startsWith(key + " "))
                        .map(line -> line.substring(key.length() + 1))
                        .findFirst());
    }

    /** Writes a value at once, as the kernel takes one with each write. */
    void write(String file, String value) {
        try (Fd open = OpenFile.open(fd, file, Constants.O_WRONLY, 0)) {
            OpenFile.write(open, value);
        }
    }

    // ---- the tree

    /** The cgroups right below it. */
    List<String> children() {
        List<String> children = new ArrayList<>();
        try (Fd listed = OpenFile.open(fd, ".", DIRECTORY, 0)) {
            for (String name : OpenFile.list(listed, MOST_FILES)) {
                try (Fd _ = OpenFile.open(fd, name, Constant.or(Constants.O_PATH, Constants.O_DIRECTORY), 0)) {
                    children.add(name);
                } catch (SystemCallException _) {
                    // a file, or a cgroup that is gone
                }
            }
        }
        return children;
    }

    CgroupDirectory child(String name) {
        return new CgroupDirectory(path.resolve(name), version, OpenFile.open(fd, name, DIRECTORY, 0));
    }

    void make(String name) {
        OpenFile.makeDirectory(fd, name, 0755);
    }

    /** Removes a cgroup below it; gives 0 or an error. */
    long tryRemove(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return Kernel.tryCall(
                    Sys.UNLINKAT, fd.number(), arena.allocateFrom(name).address(), Constants.AT_REMOVEDIR.value());
        }
    }

    /** Marks it as in use as long as it is open, for all programs; gives whether nobody else has. */
    boolean tryLock() {
        return Kernel.tryCall(
                        Sys.FLOCK,
                        fd.number(),
                        Constant.or(Constants.LOCK_EX, Constants.LOCK_NB).value())
                == 0;
    }

    @Override
    public void close() {
        fd.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
