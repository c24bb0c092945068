package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;
import static io.lxc4j.cgroups.StatsValues.limit;
import static io.lxc4j.cgroups.StatsValues.optional;

import io.lxc4j.cgroups.StatsWords.Keys;
import io.lxc4j.kernel.Fd;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The files of {@code memory}. */
final class MemoryFiles {
    private static final StatsFile V2_CURRENT = new StatsFile("memory.current");
    private static final StatsFile V2_PEAK = new StatsFile("memory.peak");
    private static final StatsFile V2_MAX = new StatsFile("memory.max");
    private static final StatsFile V2_SWAP = new StatsFile("memory.swap.current");
    private static final StatsFile V2_EVENTS = new StatsFile("memory.events");
    private static final StatsFile V1_CURRENT = new StatsFile("memory.usage_in_bytes");
    private static final StatsFile V1_PEAK = new StatsFile("memory.max_usage_in_bytes");
    private static final StatsFile V1_MAX = new StatsFile("memory.limit_in_bytes");
    private static final StatsFile V1_KERNEL = new StatsFile("memory.kmem.usage_in_bytes");
    private static final StatsFile V1_FAILURES = new StatsFile("memory.failcnt");
    private static final StatsFile V1_OUT_OF_MEMORY = new StatsFile("memory.oom_control");
    private static final StatsFile STAT = new StatsFile("memory.stat");

    private static final Keys V2_STAT_KEYS =
            new Keys("anon", "file", "kernel", "sock", "inactive_file", "slab", "pgfault", "pgmajfault");
    private static final Keys V2_EVENT_KEYS = new Keys("low", "high", "max", "oom", "oom_kill");

    /** What begins with {@code total_} includes the cgroups below. */
    private static final Keys V1_STAT_KEYS = new Keys(
            "total_cache", "total_rss", "total_swap", "total_pgfault", "total_pgmajfault", "total_inactive_file");

    private static final Keys V1_OUT_OF_MEMORY_KEYS = new Keys("oom_kill");

    private MemoryFiles() {}

    /** Reads the statistics. */
    static Optional<MemoryStats> read(StatsBuffer buffer, @Nullable StatsSource source) {
        if (source == null) {
            return Optional.empty();
        }
        return source.version() == CgroupVersion.V1
                ? readV1(buffer, source.directory())
                : readV2(buffer, source.directory());
    }

    private static Optional<MemoryStats> readV2(StatsBuffer buffer, Fd directory) {
        long current = buffer.readNumber(directory, V2_CURRENT);
        if (current == ABSENT) {
            return Optional.empty();
        }
        return Optional.of(v2(
                current,
                buffer.readNumber(directory, V2_PEAK),
                buffer.readNumber(directory, V2_MAX),
                buffer.readNumber(directory, V2_SWAP),
                buffer.readKeys(directory, STAT, V2_STAT_KEYS),
                buffer.readKeys(directory, V2_EVENTS, V2_EVENT_KEYS)));
    }

    private static Optional<MemoryStats> readV1(StatsBuffer buffer, Fd directory) {
        long current = buffer.readNumber(directory, V1_CURRENT);
        if (current == ABSENT) {
            return Optional.empty();
        }
        return Optional.of(v1(
                current,
                buffer.readNumber(directory, V1_PEAK),
                buffer.readNumber(directory, V1_MAX),
                buffer.readNumber(directory, V1_KERNEL),
                buffer.readNumber(directory, V1_FAILURES),
                buffer.readKeys(directory, STAT, V1_STAT_KEYS),
                buffer.readKeys(directory, V1_OUT_OF_MEMORY, V1_OUT_OF_MEMORY_KEYS)));
    }

    private static MemoryStats v2(long current, long peak, long max, long swap, long[] stat, long[] events) {
        return new MemoryStats(
                current,
                optional(peak),
                limit(max),
                optional(swap),
                workingSet(current, stat[4]),
                optional(stat[0]),
                optional(stat[1]),
                optional(stat[2]),
                optional(stat[5]),
                optional(stat[3]),
                optional(stat[6]),
                optional(stat[7]),
                new MemoryStats.Events(
                        optional(events[0]),
                        optional(events[1]),
                        optional(events[2]),
                        optional(events[3]),
                        optional(events[4])));
    }

    private static MemoryStats v1(
            long current, long peak, long max, long kernel, long failures, long[] stat, long[] outOfMemory) {
        return new MemoryStats(
                current,
                optional(peak),
                limit(max),
                optional(stat[2]),
                workingSet(current, stat[5]),
                optional(stat[1]),
                optional(stat[0]),
                optional(kernel),
                OptionalLong.empty(),
                OptionalLong.empty(),
                optional(stat[3]),
                optional(stat[4]),
                new MemoryStats.Events(
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        optional(failures),
                        OptionalLong.empty(),
                        optional(outOfMemory[0])));
    }

    /** The two are read at different moments, so the second can be larger. */
    private static OptionalLong workingSet(long current, long inactiveFile) {
        return inactiveFile == ABSENT ? OptionalLong.empty() : OptionalLong.of(Math.max(0, current - inactiveFile));
    }
}
