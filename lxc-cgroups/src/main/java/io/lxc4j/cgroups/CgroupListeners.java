package io.lxc4j.cgroups;

import io.lxc4j.cgroups.CgroupEvent.Emptied;
import io.lxc4j.cgroups.CgroupEvent.OomKill;
import io.lxc4j.cgroups.CgroupEvent.Pressure;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who listens to a cgroup. It is watched as long as somebody does. Thread-safe; its lock is never held while a listener is told.
 */
final class CgroupListeners {
    private static final Logger LOG = LoggerFactory.getLogger(CgroupListeners.class);
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(1);

    private final String cgroup;
    private final CgroupCounters counters;
    private final KernelLog log;
    private final List<Inbox> inboxes = new CopyOnWriteArrayList<>();
    private final List<Subscription> others = new ArrayList<>();
    private @Nullable CgroupWatch watch;
    private boolean isEmptyingTold;

    /**
     * Nobody yet.
     *
     * @param cgroup its name
     * @param counters what happens to it
     * @param log where the kernel tells more
     */
    CgroupListeners(String cgroup, CgroupCounters counters, KernelLog log) {
        this.cgroup = cgroup;
        this.counters = counters;
        this.log = log;
    }

    // ---- events

    synchronized Subscription add(Class<? extends CgroupEvent> kind, Consumer<CgroupEvent> listener) {
        if (kind == Pressure.class) {
            throw new InvalidSpecificationException(
                    "listening to the cgroup " + cgroup + ": pressure needs a trigger; use onPressure");
        }
        CgroupWatch running = watch;
        if (running == null) {
            running = new CgroupWatch(counters, this::tell);
            running.start();
        }
        try {
            requireKind(kind, running.kinds());
            Inbox inbox = new Inbox(cgroup, kind, listener);
            if (inbox.wants(OomKill.class)) {
                running.tellKills(log);
            }
            inboxes.add(inbox);
            watch = running;
            return new Subscription(() -> remove(inbox));
        } finally {
            if (watch == null) {
                running.close();
            }
        }
    }

    private void requireKind(Class<? extends CgroupEvent> kind, Set<Class<? extends CgroupEvent>> kinds) {
        if (kinds.stream().noneMatch(kind::isAssignableFrom)) {
            throw new HostUnsupportedException("listening to the cgroup " + cgroup + ": this host tells no "
                    + kind.getSimpleName() + ", but "
                    + kinds.stream().map(Class::getSimpleName).toList()
                    + "; what is missing needs cgroup version 2 or the controller of that resource");
        }
    }

    private void tell(CgroupEvent event) {
        inboxes.forEach(inbox -> inbox.offer(event));
    }

    private synchronized void remove(Inbox inbox) {
        inbox.close();
        inboxes.remove(inbox);
        if (inboxes.isEmpty() && watch != null) {
            watch.close();
            watch = null;
        }
    }

    // ---- pressure

    synchronized Subscription add(PressureTrigger trigger, Consumer<Pressure> listener) {
        Optional<CgroupDirectory> unified = counters.unified();
        if (unified.isEmpty()) {
            throw new HostUnsupportedException("listening to the pressure of the cgroup " + cgroup
                    + ": only cgroup version 2 tells it, and it is not mounted, or not this user's to use");
        }
        Inbox inbox = new Inbox(cgroup, Pressure.class, event -> listener.accept((Pressure) event));
        PressureNotices notices = new PressureNotices(cgroup, unified.get(), trigger, inbox);
        return keep(notices::close, inbox::close);
    }

    // ---- statistics

    synchronized Subscription add(
            Duration interval, Supplier<Optional<CgroupStats>> reader, Consumer<CgroupStats> consumer) {
        if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
            throw new InvalidSpecificationException("statistics of the cgroup " + cgroup + " each " + interval.toNanos()
                    + " ns: the interval must be at least 1 ms");
        }
        Listener<CgroupStats> listener = new Listener<>(cgroup, consumer);
        AtomicBoolean closed = new AtomicBoolean();
        SerialTask task = new SerialTask("lxc4j-cgroup-stats", () -> {
            if (!closed.get()) {
                read(reader).ifPresent(listener::tell);
            }
        });
        Clock.Alarm alarm = Clock.shared().every(interval, task::request);
        task.request();
        return keep(alarm::cancel, () -> closed.set(true));
    }

    /** Somebody else may have removed the cgroup. */
    private Optional<CgroupStats> read(Supplier<Optional<CgroupStats>> reader) {
        try {
            return reader.get();
        } catch (ContainerException e) {
            LOG.debug("there are no statistics of the cgroup {}", cgroup, e);
            return Optional.empty();
        }
    }

    /**
     * Keeps what must end with the cgroup.
     *
     * @param source ends what is told
     * @param end ends the telling
     */
    private Subscription keep(Runnable source, Runnable end) {
        Subscription whole = new Subscription(source);
        others.add(whole);
        return new Subscription(() -> {
            end.run();
            whole.close();
            forget(whole);
        });
    }

    private synchronized void forget(Subscription ended) {
        others.remove(ended);
    }

    // ---- the end

    /** Looks a last time, as a cgroup is often closed because of what has just happened; watches nothing then. */
    synchronized void end() {
        if (watch != null) {
            watch.look();
            isEmptyingTold = watch.isPopulated();
            watch.close();
            watch = null;
        }
        others.forEach(Subscription::close);
        others.clear();
    }

    /** Tells what comes of the end. What was told before is still handed over. */
    synchronized void ended() {
        if (isEmptyingTold) {
            tell(new Emptied(Instant.now()));
        }
        inboxes.clear();
    }
}
