package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;

import io.lxc4j.cgroups.CgroupEvent.Emptied;
import io.lxc4j.cgroups.CgroupEvent.MemoryHigh;
import io.lxc4j.cgroups.CgroupEvent.MemoryMax;
import io.lxc4j.cgroups.CgroupEvent.OomKill;
import io.lxc4j.cgroups.CgroupEvent.Origin;
import io.lxc4j.cgroups.CgroupEvent.OutOfMemory;
import io.lxc4j.cgroups.CgroupEvent.PidsMax;
import io.lxc4j.cgroups.CgroupEvent.Populated;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The files that count what happens to a cgroup. Those that end with {@code .local} count what hit the cgroup's own limit, the others also
 * what hit one below.
 *
 * <p>The directories must stay open while it reads.
 */
final class CgroupCounters {
    static final String V1_OOM_CONTROL = "memory.oom_control";

    private static final String V2_MEMORY = "memory.events";
    private static final String V2_MEMORY_LOCAL = "memory.events.local";
    private static final String PIDS = "pids.events";
    private static final String PIDS_LOCAL = "pids.events.local";
    private static final String CGROUP = "cgroup.events";
    private static final String OOM_KILLS = "oom_kill";

    private final Optional<CgroupDirectory> memory;
    private final Optional<CgroupDirectory> pids;
    private final Optional<CgroupDirectory> unified;

    CgroupCounters(CgroupMembers members) {
        this(directory(members, "memory"), directory(members, "pids"), members.unified());
    }

    /** Counters in directories, each of which can be missing. */
    CgroupCounters(
            Optional<CgroupDirectory> memory, Optional<CgroupDirectory> pids, Optional<CgroupDirectory> unified) {
        this.memory = memory;
        this.pids = pids;
        this.unified = unified;
    }

    private static Optional<CgroupDirectory> directory(CgroupMembers members, String controller) {
        return members.of(controller).map(CgroupMember::directory);
    }

    /**
     * Counts at a moment; {@link StatsValues#ABSENT} where the kernel does not tell.
     *
     * @param populated 0 or 1
     */
    record Counts(Pair high, Pair max, Pair outOfMemory, long kills, Pair pids, long populated) {
        /** Counts that have not gone back, as those of a file seem to that could not be read. */
        Counts notLess(Counts earlier) {
            return new Counts(
                    high.notLess(earlier.high),
                    max.notLess(earlier.max),
                    outOfMemory.notLess(earlier.outOfMemory),
                    Math.max(kills, earlier.kills),
                    pids.notLess(earlier.pids),
                    populated == ABSENT ? earlier.populated : populated);
        }
    }

    /**
     * One count. As what hits the cgroup's own limit is read last, and counted first by the kernel, it can be ahead for a moment, and the
     * rest seem less than it was.
     *
     * @param own what hit the cgroup's own limit; absent if that is not told apart
     * @param others what hit one below; or all
     */
    record Pair(long own, long others) {
        static Pair of(Map<String, Long> all, Map<String, Long> own, String key) {
            long counted = all.getOrDefault(key, ABSENT);
            long ofOwn = own.getOrDefault(key, ABSENT);
            return new Pair(ofOwn, ofOwn == ABSENT || counted == ABSENT ? counted : Math.max(0, counted - ofOwn));
        }

        Pair notLess(Pair earlier) {
            return new Pair(Math.max(own, earlier.own), Math.max(others, earlier.others));
        }

        boolean isPresent() {
            return others != ABSENT;
        }

        boolean isByLimit() {
            return own != ABSENT;
        }
    }

    /** The directory of memory in version 1, where notices are asked for in another way. */
    Optional<CgroupDirectory> v1Memory() {
        return memory.filter(directory -> directory.version() == CgroupVersion.V1);
    }

    Optional<CgroupDirectory> memory() {
        return memory;
    }

    Optional<CgroupDirectory> unified() {
        return unified;
    }

    /** Whether the kernel does not say of all counts that they have changed. */
    boolean mustLook() {
        return v1Memory().isPresent()
                || pids.filter(directory -> directory.version() == CgroupVersion.V1)
                        .isPresent();
    }

    /** The files that the kernel says of that they have changed. Where it counts below as well, that includes the cgroup itself. */
    Map<String, CgroupDirectory> files() {
        Map<String, CgroupDirectory> files = new HashMap<>();
        memory.filter(directory -> directory.version() == CgroupVersion.V2 && directory.has(V2_MEMORY))
                .ifPresent(directory -> files.put(V2_MEMORY, directory));
        pids.filter(directory -> directory.has(PIDS)).ifPresent(directory -> files.put(PIDS, directory));
        unified.filter(directory -> directory.has(CGROUP)).ifPresent(directory -> files.put(CGROUP, directory));
        return files;
    }

    /** The kinds of events that it finds. */
    static Set<Class<? extends CgroupEvent>> kinds(Counts counts) {
        Set<Class<? extends CgroupEvent>> kinds = new LinkedHashSet<>();
        if (counts.populated != ABSENT) {
            kinds.add(Populated.class);
            kinds.add(Emptied.class);
        }
        if (counts.high.isPresent()) {
            kinds.add(MemoryHigh.class);
        }
        if (counts.max.isPresent()) {
            kinds.add(MemoryMax.class);
        }
        if (counts.outOfMemory.isPresent()) {
            kinds.add(OutOfMemory.class);
        }
        if (counts.kills != ABSENT) {
            kinds.add(OomKill.class);
        }
        if (counts.pids.isPresent()) {
            kinds.add(PidsMax.class);
        }
        return kinds;
    }

    Counts read() {
        boolean isV1 = v1Memory().isPresent();
        // First what a kill is counted in last.
        Map<String, Long> all = read(memory, isV1 ? V1_OOM_CONTROL : V2_MEMORY);
        Map<String, Long> own = isV1 ? Map.of() : read(memory, V2_MEMORY_LOCAL);
        Map<String, Long> atHand = isV1 ? Map.of() : all;
        return new Counts(
                Pair.of(atHand, own, "high"),
                Pair.of(atHand, own, "max"),
                Pair.of(atHand, own, "oom"),
                all.getOrDefault(OOM_KILLS, ABSENT),
                Pair.of(read(pids, PIDS), read(pids, PIDS_LOCAL), "max"),
                read(unified, CGROUP).getOrDefault("populated", ABSENT));
    }

    /** How many processes the kernel has ended for want of memory. */
    long kills() {
        return read(memory, v1Memory().isPresent() ? V1_OOM_CONTROL : V2_MEMORY).getOrDefault(OOM_KILLS, ABSENT);
    }

    /** Whose limit refuses a process now, where the kernel does not count by the limit. */
    Origin pidsOrigin() {
        String max = pids.flatMap(directory -> directory.find("pids.max")).orElse("");
        String current =
                pids.flatMap(directory -> directory.find("pids.current")).orElse("");
        if (max.equals("max")) {
            return Origin.ABOVE;
        }
        return !max.isEmpty() && !current.isEmpty() && Long.parseLong(current) >= Long.parseLong(max)
                ? Origin.SELF
                : Origin.UNKNOWN;
    }

    private static Map<String, Long> read(Optional<CgroupDirectory> directory, String file) {
        Map<String, Long> counts = new HashMap<>();
        directory
                .flatMap(present -> present.find(file))
                .ifPresent(text -> text.lines().forEach(line -> {
                    int space = line.indexOf(' ');
                    if (space > 0) {
                        counts.put(line.substring(0, space), number(line.substring(space + 1)));
                    }
                }));
        return counts;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            return ABSENT;
        }
    }
}
