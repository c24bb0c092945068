package io.lxc4j.cgroups;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How long the processes of a cgroup had to wait for a resource (pressure stall information, PSI).
 *
 * @param some the time in which at least one process waited
 * @param full the time in which all that had something to do waited, so that nothing was done; for CPUs since Linux 5.13
 * @see <a href="https://docs.kernel.org/accounting/psi.html">PSI</a>
 */
public record PressureStats(Stall some, Optional<Stall> full) {
    /**
     * Shares of time, in percent from 0 to 100, and time.
     *
     * @param average10 share of about the last 10 seconds, in percent
     * @param average60 share of about the last minute, in percent
     * @param average300 share of about the last 5 minutes, in percent
     * @param total all such time since the cgroup was made, in steps of a microsecond
     */
    public record Stall(double average10, double average60, double average300, Duration total) {
        /** Renders the shares and the time: {@code 19.97 % 10.92 % 18.51 % (9.560 s)}. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%.2f %% %.2f %% %.2f %% (%s)",
                    average10,
                    average60,
                    average300,
                    StatsValues.seconds(total));
        }
    }

    /** Renders both. */
    @Override
    public String toString() {
        return "some " + some + full.map(stall -> ", full " + stall).orElse("");
    }
}
