package io.lxc4j.cgroups;

import io.lxc4j.error.InvalidSpecificationException;
import java.time.Duration;
import java.util.Locale;

/**
 * How long processes may wait for a resource before somebody is told (pressure stall information, PSI). Immutable.
 *
 * @param resource what is waited for
 * @param share whether it counts when one process waits, or when all do
 * @param threshold the longest time to wait within a window, from 1 µs to the window
 * @param window the time that is looked at, from 500 ms to 10 s; it moves on, so nobody is told twice in it. A JVM without CAP_SYS_RESOURCE
 *     can have whole numbers of 2 s only, and before Linux 6.5 none
 * @see <a href="https://docs.kernel.org/accounting/psi.html#monitoring-for-pressure-thresholds">PSI, monitoring for thresholds</a>
 */
public record PressureTrigger(Resource resource, Share share, Duration threshold, Duration window) {
    private static final Duration SHORTEST_WINDOW = Duration.ofMillis(500);
    private static final Duration LONGEST_WINDOW = Duration.ofSeconds(10);
    private static final long NANOS_PER_MICRO = 1000;

    /** What processes wait for. */
    public enum Resource {
        /** To run. */
        CPU,
        /** Memory that must be taken back from somebody first, or read from a disk once more. */
        MEMORY,
        /** Block devices. */
        IO
    }

    /** Who waits. */
    public enum Share {
        /** At least one process. */
        SOME,
        /** All that have something to do, so that nothing is done. */
        FULL
    }

    /** Refuses times that the kernel does not take. */
    public PressureTrigger {
        if (window.compareTo(SHORTEST_WINDOW) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
            throw new InvalidSpecificationException(
                    "a pressure trigger with a window of " + window.toMillis() + " ms: it must be from 500 ms to 10 s");
        }
        if (threshold.toNanos() < NANOS_PER_MICRO || threshold.compareTo(window) > 0) {
            throw new InvalidSpecificationException("a pressure trigger with a threshold of " + threshold.toNanos()
                    + " ns in a window of " + window.toMillis() + " ms: it must be from 1 us to the window");
        }
    }

    /**
     * A trigger for the time in which at least one process waits.
     *
     * @param resource what is waited for
     * @param threshold the longest time to wait within a window, from 1 µs to the window
     * @param window the time that is looked at, from 500 ms to 10 s
     * @return the trigger
     * @throws InvalidSpecificationException if a time is out of its range
     */
    public static PressureTrigger some(Resource resource, Duration threshold, Duration window) {
        return new PressureTrigger(resource, Share.SOME, threshold, window);
    }

    /**
     * A trigger for the time in which all processes wait that have something to do.
     *
     * @param resource what is waited for
     * @param threshold the longest time to wait within a window, from 1 µs to the window
     * @param window the time that is looked at, from 500 ms to 10 s
     * @return the trigger
     * @throws InvalidSpecificationException if a time is out of its range
     */
    public static PressureTrigger full(Resource resource, Duration threshold, Duration window) {
        return new PressureTrigger(resource, Share.FULL, threshold, window);
    }

    /** The file that it is written to. */
    String file() {
        return resource.name().toLowerCase(Locale.ROOT) + ".pressure";
    }

    /** As the kernel has it: {@code some 150000 1000000}. */
    String setting() {
        return share.name().toLowerCase(Locale.ROOT) + " " + threshold.toNanos() / NANOS_PER_MICRO + " "
                + window.toNanos() / NANOS_PER_MICRO;
    }

    /** Renders it: {@code memory.pressure some 150000 1000000}, with the times in microseconds. */
    @Override
    public String toString() {
        return file() + " " + setting();
    }
}
