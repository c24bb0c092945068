package io.lxc4j.cgroups;

import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of cgroups one after the other into the same memory, which is kept for the next reader.
 *
 * <p>Files of a cgroup that is read again and again stay open, see {@link KeptFiles}.
 *
 * <p>Not thread-safe: who has taken a buffer has it alone until it is given back.
 */
final class StatsBuffer {
    private static final int FIRST_BYTES = 8192;
    private static final int LARGEST_KEPT_BYTES = 65_536;
    private static final int LARGEST_BYTES = 1 << 26;

    /** In every cgroup of every version. */
    private static final StatsFile PROCESSES = new StatsFile("cgroup.procs");

    private static final Constant READ = Constant.or(O_RDONLY, O_CLOEXEC);
    private static final Constant LOOK = Constant.or(O_PATH, O_CLOEXEC);

    private static final AtomicReference<@Nullable StatsBuffer> SPARE = new AtomicReference<>();

    private MemorySegment memory = Arena.ofAuto().allocate(FIRST_BYTES);
    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;
    private final List<Fd> incomplete = new ArrayList<>();
    private @Nullable KeptFiles kept;

    private StatsBuffer() {}

    /**
     * Takes the buffer that is kept, or makes one if another thread has it.
     *
     * @param files files that may be open
     */
    static StatsBuffer take(KeptFiles files) {
        StatsBuffer spare = SPARE.getAndSet(null);
        StatsBuffer taken = spare == null ? new StatsBuffer() : spare;
        taken.kept = files.tryBegin() ? files : null;
        return taken;
    }

    /** Keeps the buffer for the next reader, unless it has become large. */
    void giveBack() {
        if (kept != null) {
            kept.end();
            kept = null;
        }
        if (bytes.length <= LARGEST_KEPT_BYTES) {
            length = 0;
            incomplete.clear();
            SPARE.set(this);
        }
    }

    /**
     * Reads a whole file.
     *
     * @return whether the kernel has it
     * @throws ContainerException if the cgroup is gone
     */
    boolean read(Fd directory, StatsFile file) {
        KeptFiles files = kept;
        long open = files == null ? -1 : files.find(directory, file);
        if (files != null && open >= 0) {
            long result = readAll(open);
            if (result != -Errno.ENODEV.number()) {
                return isThere(result, Sys.PREAD64, directory, file);
            }
            files.forget(); // its controller was disabled, or the cgroup is gone: looking again tells
        }
        long number = call(Sys.OPENAT, directory.number(), file.address(), READ.value());
        if (number < 0) {
            length = 0;
            return isThere(number, Sys.OPENAT, directory, file);
        }
        boolean keeps = false;
        try {
            long result = readAll(number);
            keeps = result >= 0 && files != null && files.tryKeep(directory, file, number);
            return isThere(result, Sys.PREAD64, directory, file);
        } finally {
            if (!keeps) {
                Kernel.tryCall(Sys.CLOSE, number);
            }
        }
    }

    /**
     * Reads until the kernel gives less than asked for; it has no more then. A file that does not fit is read from its begin once more, as
     * its parts would be of different moments.
     */
    private long readAll(long number) {
        while (true) {
            length = 0;
            int room = bytes.length;
            long count = call(Sys.PREAD64, number, memory.address(), room, 0);
            if (count < 0) {
                return count;
            }
            if (count < room) {
                length = (int) count;
                MemorySegment.copy(memory, JAVA_BYTE, 0, bytes, 0, length);
                return length;
            }
            grow();
        }
    }

    private void grow() {
        int larger = bytes.length * 4;
        if (larger > LARGEST_BYTES) {
            throw new ContainerException("a file of statistics is larger than " + LARGEST_BYTES + " bytes");
        }
        memory = Arena.ofAuto().allocate(larger);
        bytes = new byte[larger];
    }

    private boolean isThere(long result, Sys sys, Fd directory, StatsFile file) {
        if (result >= 0) {
            return true;
        }
        Errno errno = Errno.of((int) -result);
        if (errno == Errno.ENOENT || errno == Errno.EOPNOTSUPP) {
            if (!incomplete.contains(directory)) {
                incomplete.add(directory);
            }
            return false;
        }
        SystemCallException refused = refused(sys, directory, file, errno);
        throw errno == Errno.ENODEV ? gone(directory, refused) : refused;
    }

    /**
     * Looks whether the directories in which files were missing since the buffer was taken are still there. In that of a
     * cgroup that is gone all are.
     *
     * @throws ContainerException if one is gone
     */
    void checkPresence() {
        incomplete.forEach(StatsBuffer::checkPresence);
    }

    private static void checkPresence(Fd directory) {
        long number = call(Sys.OPENAT, directory.number(), PROCESSES.address(), LOOK.value());
        if (number >= 0) {
            Kernel.tryCall(Sys.CLOSE, number);
            return;
        }
        Errno errno = Errno.of((int) -number);
        SystemCallException refused = refused(Sys.OPENAT, directory, PROCESSES, errno);
        throw errno == Errno.ENOENT || errno == Errno.ENODEV ? gone(directory, refused) : refused;
    }

    private static ContainerException gone(Fd directory, SystemCallException cause) {
        return new ContainerException(
                "reading statistics: the cgroup of " + directory + " has been removed: " + cause.getMessage(), cause);
    }

    private static SystemCallException refused(Sys sys, Fd directory, StatsFile file, Errno errno) {
        return new SystemCallException(
                sys == Sys.PREAD64
                        ? "pread64(\"" + file + "\") in " + directory
                        : "openat(" + directory + ", \"" + file + "\")",
                errno);
    }

    private static long call(Sys sys, long first, long second, long third) {
        return call(sys, first, second, third, 0);
    }

    private static long call(Sys sys, long first, long second, long third, long fourth) {
        long result;
        do {
            result = Kernel.tryCall(sys, first, second, third, fourth);
        } while (result == -Errno.EINTR.number());
        return result;
    }

    /** The words of the file that was read; valid until the next is. */
    StatsWords words() {
        return new StatsWords(bytes, length);
    }

    /** Reads a file that holds one number. */
    long readNumber(Fd directory, StatsFile file) {
        return read(directory, file) ? StatsWords.number(bytes, length) : StatsValues.ABSENT;
    }

    /** Reads a file that has a key and a number in each line. */
    long[] readKeys(Fd directory, StatsFile file, StatsWords.Keys keys) {
        read(directory, file);
        return words().numbers(keys);
    }
}
