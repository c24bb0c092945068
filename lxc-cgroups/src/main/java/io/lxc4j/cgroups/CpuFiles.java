package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;
import static java.time.temporal.ChronoUnit.MICROS;
import static java.time.temporal.ChronoUnit.NANOS;

import io.lxc4j.cgroups.StatsWords.Keys;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of {@code cpu}, and in version 1 of {@code cpuacct}, which are two controllers there. */
final class CpuFiles {
    private static final StatsFile STAT = new StatsFile("cpu.stat");
    private static final StatsFile V1_USAGE = new StatsFile("cpuacct.usage");
    private static final StatsFile V1_STAT = new StatsFile("cpuacct.stat");

    private static final Keys V2_KEYS = new Keys(
            "usage_usec",
            "user_usec",
            "system_usec",
            "nr_periods",
            "nr_throttled",
            "throttled_usec",
            "nr_bursts",
            "burst_usec");
    private static final Keys V1_TIMES = new Keys("user", "system");
    private static final Keys V1_BANDWIDTH =
            new Keys("nr_periods", "nr_throttled", "throttled_time", "nr_bursts", "burst_time");

    private static final long[] NO_BANDWIDTH = {ABSENT, ABSENT, ABSENT, ABSENT, ABSENT};

    /** {@code USER_HZ} is 100 on x86_64 and aarch64. */
    private static final long TICK_MILLIS = 10;

    private CpuFiles() {}

    /**
     * Reads the statistics.
     *
     * @param accounting where CPU time is told; in version 2 throttling is told there, too
     * @param bandwidth where throttling is told
     */
    static Optional<CpuStats> read(
            StatsBuffer buffer, @Nullable StatsSource accounting, @Nullable StatsSource bandwidth) {
        if (accounting == null) {
            return Optional.empty();
        }
        if (accounting.version() == CgroupVersion.V1) {
            long usage = buffer.readNumber(accounting.directory(), V1_USAGE);
            long[] times = buffer.readKeys(accounting.directory(), V1_STAT, V1_TIMES);
            return bandwidth == null
                    ? v1(usage, times, NO_BANDWIDTH)
                    : v1(usage, times, buffer.readKeys(bandwidth.directory(), STAT, V1_BANDWIDTH));
        }
        long[] values = buffer.readKeys(accounting.directory(), STAT, V2_KEYS);
        return bandwidth == null || bandwidth.version() == CgroupVersion.V2
                ? v2(values)
                : hybrid(values, buffer.readKeys(bandwidth.directory(), STAT, V1_BANDWIDTH));
    }

    /** Parses {@code cpu.stat} of version 2. */
    static Optional<CpuStats> parseV2(StatsWords stat) {
        return v2(stat.numbers(V2_KEYS));
    }

    /** Parses {@code cpuacct.usage}, {@code cpuacct.stat} and {@code cpu.stat} of version 1. */
    static Optional<CpuStats> parseV1(long usage, StatsWords times, StatsWords bandwidth) {
        return v1(usage, times.numbers(V1_TIMES), bandwidth.numbers(V1_BANDWIDTH));
    }

    private static Optional<CpuStats> v1(long usage, long[] times, long[] bandwidth) {
        return isAbsent(usage, times[0], times[1])
                ? Optional.empty()
                : Optional.of(stats(Duration.ofNanos(usage), ticks(times[0]), ticks(times[1]), bandwidth, 0, NANOS));
    }

    private static Optional<CpuStats> v2(long[] values) {
        return isAbsent(values[0], values[1], values[2])
                ? Optional.empty()
                : Optional.of(stats(micros(values[0]), micros(values[1]), micros(values[2]), values, 3, MICROS));
    }

    private static Optional<CpuStats> hybrid(long[] values, long[] bandwidth) {
        return isAbsent(values[0], values[1], values[2])
                ? Optional.empty()
                : Optional.of(stats(micros(values[0]), micros(values[1]), micros(values[2]), bandwidth, 0, NANOS));
    }

    private static boolean isAbsent(long usage, long user, long system) {
        return usage == ABSENT || user == ABSENT || system == ABSENT;
    }

    private static CpuStats stats(
            Duration usage, Duration user, Duration system, long[] bandwidth, int from, ChronoUnit unit) {
        return new CpuStats(
                usage,
                user,
                system,
                StatsValues.optional(bandwidth[from]),
                StatsValues.optional(bandwidth[from + 1]),
                StatsValues.optional(bandwidth[from + 2], unit),
                StatsValues.optional(bandwidth[from + 3]),
                StatsValues.optional(bandwidth[from + 4], unit));
    }

    private static Duration micros(long count) {
        return Duration.of(count, MICROS);
    }

    private static Duration ticks(long count) {
        return Duration.ofMillis(Math.min(count, Long.MAX_VALUE / TICK_MILLIS) * TICK_MILLIS);
    }
}
