package io.lxc4j.launch;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.EpollEvent;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that waits for all processes, pipes and times of this JVM, by {@code epoll(7)}.
 *
 * <p>Thread-safe. Handlers run on that thread, so they must not wait for anything.
 */
public final class Reactor {
    private static final Logger LOG = LoggerFactory.getLogger(Reactor.class);
    private static final int EVENTS = 64;
    private static final long FOREVER = -1;

    private static final Lazy<Reactor> SHARED = new Lazy<>(Reactor::new);

    private final Fd epoll;
    private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();

    private Reactor() {
        epoll = new Fd(
                (int) Kernel.check(
                        Kernel.tryCall(Sys.EPOLL_CREATE1, Constants.EPOLL_CLOEXEC.value()),
                        Sys.EPOLL_CREATE1,
                        "EPOLL_CLOEXEC"),
                "epoll of the reactor");
        Thread.ofPlatform().daemon().name("lxc4j-reactor").start(this::loop);
    }

    /**
     * The reactor of this JVM, started at its first use.
     *
     * @return the one reactor
     */
    public static Reactor shared() {
        return SHARED.get();
    }

    /**
     * Prepares to watch a descriptor. Nothing is reported before {@link Watch#arm()}.
     *
     * @param fd what to watch; it must stay open until the watch is cancelled
     * @param events {@code EPOLLIN} or {@code EPOLLOUT}; errors and hang-ups are reported always
     * @param handler called on the reactor's thread, once for each time the watch is armed
     * @return the watch
     */
    public Watch watch(Fd fd, Constant events, Runnable handler) {
        return watch(fd, events, _ -> handler.run());
    }

    /**
     * Prepares to watch a descriptor. Nothing is reported before {@link Watch#arm()}.
     *
     * @param fd what to watch; it must stay open until the watch is cancelled
     * @param events {@code EPOLLIN} or {@code EPOLLOUT}; errors and hang-ups are reported always
     * @param handler called on the reactor's thread, once for each time the watch is armed, with what is ready
     * @return the watch
     */
    public Watch watch(Fd fd, Constant events, IntConsumer handler) {
        return new Watch(tokens.incrementAndGet(), fd, events.value() | Constants.EPOLLONESHOT.value(), handler);
    }

    /**
     * Prepares to watch a descriptor that forgets that it was ready as soon as it is asked, such as a trigger of pressure: to arm it
     * again would ask, and lose what has come meanwhile. It is armed once, and reports each time that it becomes ready.
     *
     * @param fd what to watch; it must stay open until the watch is cancelled
     * @param events {@code EPOLLIN}, {@code EPOLLOUT} or {@code EPOLLPRI}; errors and hang-ups are reported always
     * @param handler called on the reactor's thread, with what is ready
     * @return the watch
     */
    public Watch watchEdges(Fd fd, Constant events, IntConsumer handler) {
        return new Watch(tokens.incrementAndGet(), fd, events.value() | Constants.EPOLLET.value(), handler);
    }

    private void loop() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENTS * EpollEvent.SIZE, 8);
            while (true) {
                long count = Kernel.tryCall(Sys.EPOLL_PWAIT, epoll.number(), events.address(), EVENTS, FOREVER, 0, 8);
                if (count < 0 && count != -Errno.EINTR.number()) {
                    Kernel.check(count, Sys.EPOLL_PWAIT, () -> epoll + ", …");
                }
                for (int i = 0; i < count; i++) {
                    Watch watch = watches.get(EpollEvent.data(events, i));
                    if (watch != null) {
                        watch.run(EpollEvent.events(events, i));
                    }
                }
            }
        }
    }

    /** A descriptor that is watched. Its methods may be called by several threads, but not while the descriptor closes. */
    public final class Watch {
        private final long token;
        private final Fd fd;
        private final long events;
        private final IntConsumer handler;
        private boolean added;

        private Watch(long token, Fd fd, long events, IntConsumer handler) {
            this.token = token;
            this.fd = fd;
            this.events = events;
            this.handler = handler;
        }

        /** Has the handler called as soon as the descriptor is ready, which may be at once; once, unless edges are watched. */
        public synchronized void arm() {
            watches.put(token, this);
            control(added ? Constants.EPOLL_CTL_MOD : Constants.EPOLL_CTL_ADD);
            added = true;
        }

        /** Ends the watch; the handler may still be running. A second call does nothing. */
        public synchronized void cancel() {
            watches.remove(token);
            if (added) {
                added = false;
                control(Constants.EPOLL_CTL_DEL);
            }
        }

        /** Ends a watch that has fired and is not armed: the kernel forgets it when the descriptor is closed. */
        synchronized void forget() {
            watches.remove(token);
        }

        private void control(Constant operation) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment event = arena.allocate(EpollEvent.SIZE, 8);
                EpollEvent.set(event, events, token);
                Kernel.check(
                        Kernel.tryCall(Sys.EPOLL_CTL, epoll.number(), operation.value(), fd.number(), event.address()),
                        Sys.EPOLL_CTL,
                        () -> epoll + ", " + operation.name() + ", " + fd);
            }
        }

        private void run(int ready) {
            try {
                handler.accept(ready);
            } catch (RuntimeException | Error e) {
                LOG.error("the handler of {} failed", fd, e);
            }
        }
    }
}
