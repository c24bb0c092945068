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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads files of cgroups one after the other into the same memory, which is kept for the next reader.
 *
 * <p>A file is opened for each read. Open files would be read in a third of the time, but some fifteen for each of many
 * cgroups are more descriptors than a JVM may have, and each would make the launch of a process dearer.
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

    private StatsBuffer() {}

    /** Takes the buffer that is kept, or makes one if another thread has it. */
    static StatsBuffer take() {
        StatsBuffer spare = SPARE.getAndSet(null);
        return spare == null ? new StatsBuffer() : spare;
    }

    /** Keeps the buffer for the next reader, unless it has become large. */
    void giveBack() {
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
        length = 0;
        long number = call(Sys.OPENAT, directory.number(), file.address(), READ.value());
        if (number < 0) {
            return isThere(number, Sys.OPENAT, directory, file);
        }
        long result;
        try {
            result = readAll(number);
        } finally {
            Kernel.tryCall(Sys.CLOSE, number);
        }
        return isThere(result, Sys.READ, directory, file);
    }

    /** Reads until the kernel gives less than asked for; it has no more then. */
    private long readAll(long number) {
        while (true) {
            int room = bytes.length - length;
            long count = call(Sys.READ, number, memory.address() + length, room);
            if (count < 0) {
                return count;
            }
            length += (int) count;
            if (count < room) {
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
        MemorySegment next = Arena.ofAuto().allocate(larger);
        MemorySegment.copy(memory, 0, next, 0, length);
        memory = next;
        bytes = Arrays.copyOf(bytes, larger);
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
                sys == Sys.READ
                        ? "read(\"" + file + "\") in " + directory
                        : "openat(" + directory + ", \"" + file + "\")",
                errno);
    }

    private static long call(Sys sys, long first, long second, long third) {
        long result;
        do {
            result = Kernel.tryCall(sys, first, second, third);
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
