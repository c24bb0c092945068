package io.lxc4j.cgroups;

import io.lxc4j.cgroups.StatsWords.Keys;
import io.lxc4j.kernel.Fd;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of {@code pids}, the same in both versions. */
final class PidsFiles {
    private static final StatsFile CURRENT = new StatsFile("pids.current");
    private static final StatsFile MAX = new StatsFile("pids.max");
    private static final StatsFile PEAK = new StatsFile("pids.peak");
    private static final StatsFile EVENTS = new StatsFile("pids.events");

    private static final Keys EVENT_KEYS = new Keys("max");

    private PidsFiles() {}

    /** Reads the statistics. */
    static Optional<PidsStats> read(StatsBuffer buffer, @Nullable StatsSource source) {
        if (source == null) {
            return Optional.empty();
        }
        Fd directory = source.directory();
        long current = buffer.readNumber(directory, CURRENT);
        if (current == StatsValues.ABSENT) {
            return Optional.empty();
        }
        return Optional.of(new PidsStats(
                current,
                StatsValues.optional(buffer.readNumber(directory, MAX)),
                StatsValues.optional(buffer.readNumber(directory, PEAK)),
                StatsValues.optional(buffer.readKeys(directory, EVENTS, EVENT_KEYS)[0])));
    }
}
