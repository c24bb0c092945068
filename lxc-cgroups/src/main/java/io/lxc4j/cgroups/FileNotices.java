package io.lxc4j.cgroups;

import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.InotifyEvent;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.Sys;
import io.lxc4j.launch.Reactor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells when files of cgroups change: one {@code inotify(7)} descriptor serves all cgroups of this JVM, where polling would need
 * one for each file. The kernel makes both notices in the same place, and slows both down to one in 10 ms for each file.
 *
 * <p>Thread-safe. Handlers run on the reactor's thread, so they must not wait for anything.
 */
final class FileNotices {
    private static final int BUFFER_BYTES = 4096;
    private static final Constant FLAGS = Constant.or(Constants.IN_CLOEXEC, Constants.IN_NONBLOCK);
    private static final Lazy<FileNotices> SHARED = new Lazy<>(FileNotices::new);

    private final Fd inotify;
    private final Reactor.Watch watch;
    private final Map<Integer, Runnable> handlers = new HashMap<>();

    private FileNotices() {
        inotify = new Fd(
                (int) check(Kernel.tryCall(Sys.INOTIFY_INIT1, FLAGS.value()), Sys.INOTIFY_INIT1, FLAGS.name()),
                "inotify of cgroups");
        watch = Reactor.shared().watch(inotify, Constants.EPOLLIN, this::read);
        watch.arm();
    }

    static FileNotices shared() {
        return SHARED.get();
    }

    /**
     * Watches a file.
     *
     * @param handler called on the reactor's thread after it has changed, from now on
     * @return what {@link #remove} takes
     */
    synchronized int add(CgroupDirectory directory, String file, Runnable handler) {
        String path = "/proc/self/fd/" + directory.fd().number() + "/" + file;
        try (Arena arena = Arena.ofConfined()) {
            int number = (int) check(
                    Kernel.tryCall(
                            Sys.INOTIFY_ADD_WATCH,
                            inotify.number(),
                            arena.allocateFrom(path).address(),
                            Constants.IN_MODIFY.value()),
                    Sys.INOTIFY_ADD_WATCH,
                    inotify + ", \"" + directory + "/" + file + "\", IN_MODIFY");
            handlers.put(number, handler);
            return number;
        }
    }

    /** The kernel does so itself where the file is gone. */
    synchronized void remove(int number) {
        handlers.remove(number);
        Kernel.tryCall(Sys.INOTIFY_RM_WATCH, inotify.number(), number);
    }

    private static long check(long result, Sys sys, String arguments) {
        try {
            return Kernel.check(result, sys, arguments);
        } catch (SystemCallException e) {
            throw switch (e.errno()) {
                case EMFILE ->
                    new HostUnsupportedException(
                            "listening to cgroups: this user has as many inotify descriptors as"
                                + " fs.inotify.max_user_instances, or this JVM as many descriptors as RLIMIT_NOFILE;"
                                + " raise them",
                            e);
                case ENOSPC ->
                    new HostUnsupportedException(
                            "listening to a cgroup: this user watches as many files as fs.inotify.max_user_watches;"
                                    + " raise it",
                            e);
                default -> e;
            };
        }
    }

    private void read() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
            long count = Kernel.tryCall(Sys.READ, inotify.number(), buffer.address(), BUFFER_BYTES);
            for (long at = 0; at < count; at = InotifyEvent.next(buffer, at)) {
                boolean lost = (InotifyEvent.mask(buffer, at) & Constants.IN_Q_OVERFLOW.value()) != 0;
                concerned(lost, InotifyEvent.watch(buffer, at)).forEach(Runnable::run);
            }
            if (count < 0 && count != -Errno.EAGAIN.number() && count != -Errno.EINTR.number()) {
                Kernel.check(count, Sys.READ, inotify::toString);
            }
        } finally {
            watch.arm();
        }
    }

    /** Where the kernel has lost some, any may have changed. */
    private synchronized List<Runnable> concerned(boolean all, int number) {
        if (all) {
            return List.copyOf(handlers.values());
        }
        Runnable handler = handlers.get(number);
        return handler == null ? List.of() : List.of(handler);
    }
}
