package io.lxc4j.cgroups;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.OpenFile;
import io.lxc4j.kernel.Sys;
import io.lxc4j.launch.Reactor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often a cgroup of version 1 was out of memory, counted by an {@code eventfd(2)}. The kernel says so before it ends a process.
 * Thread-safe.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#oom-control">cgroup-v1, OOM control</a>
 */
final class OomNotices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OomNotices.class);
    private static final String CONTROL = "cgroup.event_control";
    private static final Constant FLAGS = Constant.or(Constants.EFD_CLOEXEC, Constants.EFD_NONBLOCK);
    private static final int COUNT_BYTES = 8;

    private final Fd counter;
    private final Runnable handler;
    private final Reactor.Watch watch;
    private long count;

    /**
     * Begins to count.
     *
     * @param handler called on the reactor's thread when the count has changed
     */
    OomNotices(CgroupDirectory memory, Runnable handler) {
        this.handler = handler;
        counter = new Fd(
                (int) Kernel.check(Kernel.tryCall(Sys.EVENTFD2, 0, FLAGS.value()), Sys.EVENTFD2, "0, " + FLAGS.name()),
                "out of memory in " + memory);
        watch = Reactor.shared().watch(counter, Constants.EPOLLIN, this::ready);
        try (Fd control = OpenFile.open(memory.fd(), CgroupCounters.V1_OOM_CONTROL, Constants.O_RDONLY, 0)) {
            memory.write(CONTROL, counter.number() + " " + control.number());
            watch.arm();
        } catch (RuntimeException | Error e) {
            counter.close();
            throw e;
        }
    }

    /** Whether a kernel refuses this, as those with real-time preemption do, and those without the old interface. */
    static boolean isRefused(SystemCallException e) {
        return switch (e.errno()) {
            case ENOENT, EOPNOTSUPP, EINVAL, EACCES, EPERM -> true;
            default -> false;
        };
    }

    private void ready() {
        synchronized (this) {
            if (!counter.isOpen()) {
                return;
            }
            add();
            watch.arm();
        }
        handler.run();
    }

    private void add() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(COUNT_BYTES, 8);
            long result = Kernel.tryCall(Sys.READ, counter.number(), buffer.address(), COUNT_BYTES);
            if (result == COUNT_BYTES) {
                count += buffer.get(ValueLayout.JAVA_LONG, 0);
            } else if (result != -Errno.EAGAIN.number()) {
                LOG.debug("reading {} gave {}", counter, result);
            }
        }
    }

    /** How often since it began. */
    synchronized long count() {
        if (counter.isOpen()) {
            add();
        }
        return count;
    }

    /** The kernel stops as soon as the descriptor is closed. */
    @Override
    public synchronized void close() {
        watch.cancel();
        counter.close();
    }
}
