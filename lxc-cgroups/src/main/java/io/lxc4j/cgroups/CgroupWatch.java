package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;

import io.lxc4j.cgroups.CgroupCounters.Counts;
import io.lxc4j.cgroups.CgroupCounters.Pair;
import io.lxc4j.cgroups.CgroupEvent.Emptied;
import io.lxc4j.cgroups.CgroupEvent.MemoryHigh;
import io.lxc4j.cgroups.CgroupEvent.MemoryMax;
import io.lxc4j.cgroups.CgroupEvent.OomKill;
import io.lxc4j.cgroups.CgroupEvent.Origin;
import io.lxc4j.cgroups.CgroupEvent.OutOfMemory;
import io.lxc4j.cgroups.CgroupEvent.PidsMax;
import io.lxc4j.cgroups.CgroupEvent.Populated;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.launch.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes events of what the kernel counts of a cgroup, from {@link #start} on. The reactor says that something has changed, a virtual thread
 * looks what. Thread-safe; the directories must stay open until it is closed.
 */
final class CgroupWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CgroupWatch.class);

    /** How often is looked where the kernel does not say that a count has changed. */
    private static final Duration LOOKS = Duration.ofSeconds(1);

    /** Version 1 says that memory was out, and ends a process after that: then it is looked several times, at twice the distance each time. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(1);

    private static final Duration LAST_LOOK = Duration.ofMillis(500);

    private final CgroupCounters counters;
    private final Consumer<CgroupEvent> sink;
    private final SerialTask task = new SerialTask("lxc4j-cgroup-watch", this::look);
    private final List<Integer> notices = new ArrayList<>();
    private final List<Clock.Alarm> alarms = new ArrayList<>();
    private Counts counts;
    private @Nullable OomKills kills;
    private @Nullable OomNotices oomNotices;
    private long oomNoticed;
    private boolean closed;

    /**
     * A watch, which sees nothing before it is started.
     *
     * @param sink where the events go; it must not wait
     */
    CgroupWatch(CgroupCounters counters, Consumer<CgroupEvent> sink) {
        this.counters = counters;
        this.sink = sink;
        counts = counters.read();
    }

    /** Begins. What the kernel says before the counts are read is looked at once more. */
    synchronized void start() {
        try {
            counters.files()
                    .forEach((file, directory) ->
                            notices.add(FileNotices.shared().add(directory, file, task::request)));
            counters.v1Memory().ifPresent(this::countOutOfMemory);
            if (counters.mustLook()) {
                alarms.add(Clock.shared().every(LOOKS, task::request));
            }
            counts = counters.read();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void countOutOfMemory(CgroupDirectory memory) {
        try {
            oomNotices = new OomNotices(memory, () -> {
                task.request();
                lookAgain(FIRST_LOOK);
            });
        } catch (SystemCallException e) {
            if (!OomNotices.isRefused(e)) {
                throw e;
            }
            LOG.debug("the kernel tells nobody that {} is out of memory", memory, e);
        }
    }

    /** As it is only known to the clock, it need not be cancelled. */
    private void lookAgain(Duration delay) {
        if (delay.compareTo(LAST_LOOK) <= 0) {
            Clock.shared().after(delay, () -> {
                task.request();
                lookAgain(delay.multipliedBy(2));
            });
        }
    }

    /** The kinds of events that it sees. */
    synchronized Set<Class<? extends CgroupEvent>> kinds() {
        Set<Class<? extends CgroupEvent>> kinds = new LinkedHashSet<>(CgroupCounters.kinds(counts));
        if (oomNotices != null) {
            kinds.add(OutOfMemory.class);
        }
        return kinds;
    }

    /** Tells of processes that are ended from now on, for which the kernel's log is read. A second call does nothing. */
    synchronized void tellKills(KernelLog log) {
        Optional<CgroupDirectory> memory = counters.memory();
        if (kills == null && counts.kills() != ABSENT && memory.isPresent()) {
            kills = new OomKills(
                    log,
                    CgroupPath.of(memory.get()),
                    CgroupPath.hasFirstPids(),
                    counts.outOfMemory().isByLimit());
        }
    }

    /** Looks what has changed. */
    synchronized void look() {
        if (closed) {
            return;
        }
        try {
            Counts before = counts;
            counts = counters.read().notLess(before);
            compare(before, counts, Instant.now());
        } catch (SystemCallException e) {
            LOG.debug("a cgroup that is listened to is gone", e);
        }
    }

    private void compare(Counts before, Counts now, Instant at) {
        if (before.populated() == 0 && now.populated() == 1) {
            sink.accept(new Populated(at));
        }
        tell(before.high(), now.high(), (times, origin) -> new MemoryHigh(at, times, origin));
        tell(before.max(), now.max(), (times, origin) -> new MemoryMax(at, times, origin));
        tell(before.outOfMemory(), now.outOfMemory(), (times, origin) -> {
            if (kills != null) {
                kills.outOfMemory(origin);
            }
            return new OutOfMemory(at, times, origin);
        });
        if (oomNotices != null) {
            long noticed = oomNotices.count();
            if (noticed > oomNoticed) {
                sink.accept(new OutOfMemory(at, noticed - oomNoticed, Origin.UNKNOWN));
                oomNoticed = noticed;
            }
        }
        if (kills != null && now.kills() > before.kills()) {
            for (OomKill kill : kills.events(at, now.kills() - before.kills())) {
                sink.accept(kill);
            }
        }
        tellPids(before.pids(), now.pids(), at);
        if (before.populated() == 1 && now.populated() == 0) {
            sink.accept(new Emptied(at));
        }
    }

    /** Makes an event. */
    private interface Maker {
        CgroupEvent of(long times, Origin origin);
    }

    private void tell(Pair before, Pair now, Maker maker) {
        if (now.own() > before.own()) {
            sink.accept(maker.of(now.own() - before.own(), Origin.SELF));
        }
        if (now.others() > before.others()) {
            sink.accept(maker.of(now.others() - before.others(), now.isByLimit() ? Origin.BELOW : Origin.UNKNOWN));
        }
    }

    private void tellPids(Pair before, Pair now, Instant at) {
        Origin unknown = now.isByLimit() || now.others() == before.others() ? Origin.UNKNOWN : counters.pidsOrigin();
        tell(before, now, (times, origin) -> new PidsMax(at, times, origin == Origin.UNKNOWN ? unknown : origin));
    }

    /** Whether it has processes, as far as was seen. */
    synchronized boolean isPopulated() {
        return counts.populated() == 1;
    }

    /** Sees nothing any more; the directories can be closed then. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        notices.forEach(number -> FileNotices.shared().remove(number));
        alarms.forEach(Clock.Alarm::cancel);
        if (oomNotices != null) {
            oomNotices.close();
        }
        if (kills != null) {
            kills.close();
        }
    }
}
