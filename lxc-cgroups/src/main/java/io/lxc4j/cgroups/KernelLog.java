package io.lxc4j.cgroups;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel's log, {@code /dev/kmsg}, says of processes that were ended for want of memory. It is open while somebody listens, and
 * read when the count of such processes has changed: the kernel writes before it counts, and so all else that it logs wakes nobody.
 *
 * <p>Thread-safe.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/abi-testing.html">ABI, /dev/kmsg</a>
 */
final class KernelLog {
    private static final KernelLog SHARED = new KernelLog("/dev/kmsg");
    private static final Constant HOW = Constant.or(Constants.O_RDONLY, Constants.O_NONBLOCK);
    private static final int RECORD_BYTES = 8192;
    private static final int MOST_RECORDS = 1024;

    private final String path;
    private final Deque<Numbered> records = new ArrayDeque<>();
    private long numbers;
    private int users;
    private @Nullable Fd log;
    private String problem = "";

    /**
     * A log.
     *
     * @param path where it is read
     */
    KernelLog(String path) {
        this.path = path;
    }

    static KernelLog shared() {
        return SHARED;
    }

    /**
     * A record that was read.
     *
     * @param number counts from 1
     * @param record what it says
     */
    private record Numbered(long number, OomRecord record) {}

    /**
     * What was found.
     *
     * @param position where to go on
     * @param seen the records, the oldest first
     */
    record Found(long position, List<OomRecord.Seen> seen) {}

    /** One more listens. */
    synchronized void open() {
        users++;
        if (log == null) {
            try {
                Fd opened = Kernel.open(path, HOW, 0);
                Kernel.tryCall(Sys.LSEEK, opened.number(), 0, Constants.SEEK_END.value());
                log = opened;
                problem = "";
            } catch (ContainerException e) {
                problem = "the kernel's log can't be read; that takes CAP_SYSLOG, or kernel.dmesg_restrict=0 and the"
                        + " right to read "
                        + path + ": " + e.getMessage();
            }
        }
    }

    /** One less listens. */
    synchronized void close() {
        users--;
        if (users == 0 && log != null) {
            log.close();
            log = null;
            records.clear();
        }
    }

    /** Why it can't be read; empty if it can. */
    synchronized String problem() {
        return problem;
    }

    /** Where it ends now. */
    synchronized long position() {
        read();
        return numbers;
    }

    /**
     * Looks for processes of a cgroup, and of those below it.
     *
     * @param position where to begin
     * @param cgroup its path from the root of the hierarchy
     * @param most how many
     */
    synchronized Found find(long position, String cgroup, long most) {
        read();
        List<OomRecord.Seen> found = new ArrayList<>();
        for (Numbered numbered : records) {
            if (numbered.number > position) {
                var seen = numbered.record.from(cgroup);
                if (seen.isPresent()) {
                    if (found.size() == most) {
                        return new Found(numbered.number - 1, found);
                    }
                    found.add(seen.get());
                }
            }
        }
        return new Found(numbers, found);
    }

    private void read() {
        if (log == null) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(RECORD_BYTES);
            while (true) {
                long count = Kernel.tryCall(Sys.READ, log.number(), buffer.address(), RECORD_BYTES);
                if (count > 0) {
                    // All bytes but printable ASCII are escaped.
                    keep(new String(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE), ISO_8859_1));
                } else if (count != -Errno.EPIPE.number() && count != -Errno.EINTR.number()) {
                    return; // EPIPE says that old records were overwritten before they were read
                }
            }
        }
    }

    private void keep(String text) {
        OomRecord.parse(text).ifPresent(record -> {
            records.addLast(new Numbered(++numbers, record));
            if (records.size() > MOST_RECORDS) {
                records.removeFirst();
            }
        });
    }
}
