package io.lxc4j.cgroups;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** Values of statistics: what the parsers found, as the records have it, and as people read it. */
final class StatsValues {
    /** Stands for a value that was not found, as the kernel counts from 0. */
    static final long ABSENT = -1;

    /** Version 1 has no word for "no limit", but the largest number that is a multiple of a page of up to 64 KiB. */
    private static final long UNLIMITED = Long.MAX_VALUE - 0xffff;

    private static final String[] UNITS = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private StatsValues() {}

    static OptionalLong optional(long value) {
        return value == ABSENT ? OptionalLong.empty() : OptionalLong.of(value);
    }

    static OptionalLong limit(long value) {
        return value >= UNLIMITED ? OptionalLong.empty() : optional(value);
    }

    static Optional<Duration> optional(long value, ChronoUnit unit) {
        return value == ABSENT ? Optional.empty() : Optional.of(Duration.of(value, unit));
    }

    static OptionalLong difference(OptionalLong later, OptionalLong earlier) {
        return later.isPresent() && earlier.isPresent()
                ? OptionalLong.of(later.getAsLong() - earlier.getAsLong())
                : OptionalLong.empty();
    }

    static Optional<Duration> difference(Optional<Duration> later, Optional<Duration> earlier) {
        return later.flatMap(end -> earlier.map(end::minus));
    }

    /** {@code 512 B}, {@code 12.5 MiB}. */
    static String bytes(long count) {
        if (Math.abs(count) < 1024) {
            return count + " B";
        }
        double value = count / 1024.0;
        int unit = 0;
        while (Math.abs(value) >= 1024) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** {@code 1.500 s}. */
    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3f s", time.toMillis() / 1000.0);
    }
}
