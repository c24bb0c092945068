package io.lxc4j.cgroups;

import io.lxc4j.cgroups.CgroupEvent.OomKill;
import io.lxc4j.cgroups.CgroupEvent.Origin;
import io.lxc4j.cgroups.CgroupEvent.Victim;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Tells which processes of a cgroup the kernel has ended, and by whose limit. Not thread-safe. */
final class OomKills implements AutoCloseable {
    private static final long TOGETHER_NANOS = 5_000_000_000L;
    private static final String NO_RECORD =
            "the kernel's log has no such record: it writes ten in five seconds, and one for"
                    + " all processes that memory.oom.group ends together";
    private static final String NO_PATH =
            "this JVM is in a cgroup namespace, and the kernel's log has the paths of the" + " machine";

    private final KernelLog log;
    private final Optional<String> path;
    private final boolean hasFirstPids;
    private final boolean isCountedByLimit;
    private long position;
    private Optional<Long> ownLimit = Optional.empty();
    private Optional<Long> limitBelow = Optional.empty();

    /**
     * Begins.
     *
     * @param path the cgroup's path in the log; empty if this JVM does not know it
     * @param hasFirstPids whether ids of processes in the log are those of this JVM
     * @param isCountedByLimit whether {@link #outOfMemory} will tell whose limit was hit
     */
    OomKills(KernelLog log, Optional<String> path, boolean hasFirstPids, boolean isCountedByLimit) {
        this.log = log;
        this.path = path;
        this.hasFirstPids = hasFirstPids;
        this.isCountedByLimit = isCountedByLimit;
        log.open();
        position = log.position();
    }

    /** Some limit was hit; what is ended in the next seconds is because of that. */
    void outOfMemory(Origin origin) {
        if (origin == Origin.SELF) {
            ownLimit = Optional.of(System.nanoTime());
        } else {
            limitBelow = Optional.of(System.nanoTime());
        }
    }

    /** The events of so many processes that were ended. */
    List<OomKill> events(Instant at, long processes) {
        List<OomRecord.Seen> seen = List.of();
        if (path.isPresent()) {
            KernelLog.Found found = log.find(position, path.get(), processes);
            position = found.position();
            seen = found.seen();
        }
        List<OomKill> events = new ArrayList<>();
        long left = processes;
        for (int i = 0; i < seen.size(); i++) {
            boolean isLast = i == seen.size() - 1;
            events.add(event(at, isLast ? left : 1, seen.get(i)));
            left--;
        }
        if (seen.isEmpty()) {
            events.add(new OomKill(at, processes, origin(), Optional.empty(), Optional.empty(), unknown()));
        }
        return events;
    }

    private OomKill event(Instant at, long processes, OomRecord.Seen seen) {
        OptionalLong pid = hasFirstPids ? OptionalLong.of(seen.pid()) : OptionalLong.empty();
        return new OomKill(
                at,
                processes,
                seen.origin(),
                seen.limited(),
                Optional.of(new Victim(pid, seen.name(), seen.cgroup())),
                "");
    }

    private String unknown() {
        String problem = log.problem();
        if (!problem.isEmpty()) {
            return problem;
        }
        return path.isEmpty() ? NO_PATH : NO_RECORD;
    }

    private Origin origin() {
        if (!isCountedByLimit) {
            return Origin.UNKNOWN;
        }
        if (isRecent(ownLimit)) {
            return Origin.SELF;
        }
        return isRecent(limitBelow) ? Origin.BELOW : Origin.ABOVE;
    }

    private static boolean isRecent(Optional<Long> nanos) {
        return nanos.isPresent() && System.nanoTime() - nanos.get() < TOGETHER_NANOS;
    }

    @Override
    public void close() {
        log.close();
    }
}
