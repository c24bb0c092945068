package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.StatsValues.ABSENT;

import io.lxc4j.cgroups.PressureStats.Stall;
import io.lxc4j.cgroups.StatsWords.Keys;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The files of pressure, which are in the unified hierarchy only. */
final class PressureFiles {
    static final StatsFile CPU = new StatsFile("cpu.pressure");
    static final StatsFile MEMORY = new StatsFile("memory.pressure");
    static final StatsFile IO = new StatsFile("io.pressure");

    private static final Keys LINES = new Keys("some", "full");
    private static final int SOME = 0;
    private static final int FULL = 1;

    private static final Keys FIELDS = new Keys("avg10", "avg60", "avg300", "total");
    private static final int TOTAL = 3;

    private PressureFiles() {}

    /** Reads one of the files. */
    static Optional<PressureStats> read(StatsBuffer buffer, @Nullable StatsSource unified, StatsFile file) {
        return unified != null && buffer.read(unified.directory(), file) ? parse(buffer.words()) : Optional.empty();
    }

    /** Parses lines of {@code some avg10=19.97 avg60=10.92 avg300=18.51 total=9560231946}. */
    static Optional<PressureStats> parse(StatsWords words) {
        Stall some = null;
        Stall full = null;
        for (; words.hasLine(); words.skipLine()) {
            int line = words.next() ? words.key(LINES) : -1;
            if (line == SOME) {
                some = stall(words);
            } else if (line == FULL) {
                full = stall(words);
            }
        }
        return some == null ? Optional.empty() : Optional.of(new PressureStats(some, Optional.ofNullable(full)));
    }

    private static @Nullable Stall stall(StatsWords words) {
        long average10 = ABSENT;
        long average60 = ABSENT;
        long average300 = ABSENT;
        long total = ABSENT;
        while (words.next()) {
            int equals = words.find('=');
            int field = equals < 0 ? -1 : words.keyBefore(equals, FIELDS);
            switch (field) {
                case 0 -> average10 = words.hundredthsAfter(equals);
                case 1 -> average60 = words.hundredthsAfter(equals);
                case 2 -> average300 = words.hundredthsAfter(equals);
                case TOTAL -> total = words.numberAfter(equals);
                default -> {}
            }
        }
        return average10 == ABSENT || average60 == ABSENT || average300 == ABSENT || total == ABSENT
                ? null
                : new Stall(
                        average10 / 100.0,
                        average60 / 100.0,
                        average300 / 100.0,
                        Duration.of(total, ChronoUnit.MICROS));
    }
}
