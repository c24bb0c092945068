package io.lxc4j.cgroups;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * CPU time that a cgroup and those below it have used since the cgroup was made, and how it was throttled. The latter
 * is known where the cpu controller is enabled, and counts nothing as long as there is no quota.
 *
 * <p>The kernel measures usage. In version 1 it tells user and system time in steps of 10 milliseconds.
 *
 * @param usage CPU time of all processes, on all CPUs together
 * @param user the part of it spent in programs
 * @param system the part of it spent in the kernel
 * @param periods how many periods of the quota have passed in which processes were runnable
 * @param throttledPeriods in how many of them the quota was used up
 * @param throttledTime how long runnable processes had to wait for the quota, on all CPUs together
 * @param burstPeriods in how many periods saved quota was used; newer kernels only
 * @param burstTime how much time was used above the quota in them, on all CPUs together; newer kernels only
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files">cgroup-v2, CPU</a>
 * @see <a href="https://docs.kernel.org/scheduler/sched-bwc.html">CFS Bandwidth Control</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/cpuacct.html">cgroup-v1, CPU Accounting</a>
 */
public record CpuStats(
        Duration usage,
        Duration user,
        Duration system,
        OptionalLong periods,
        OptionalLong throttledPeriods,
        Optional<Duration> throttledTime,
        OptionalLong burstPeriods,
        Optional<Duration> burstTime) {
    /**
     * What was used between two moments.
     *
     * @param earlier statistics of the same cgroup, taken earlier
     * @return the differences; what one of both does not tell is empty
     */
    public CpuStats since(CpuStats earlier) {
        return new CpuStats(
                usage.minus(earlier.usage),
                user.minus(earlier.user),
                system.minus(earlier.system),
                StatsValues.difference(periods, earlier.periods),
                StatsValues.difference(throttledPeriods, earlier.throttledPeriods),
                StatsValues.difference(throttledTime, earlier.throttledTime),
                StatsValues.difference(burstPeriods, earlier.burstPeriods),
                StatsValues.difference(burstTime, earlier.burstTime));
    }

    /** Renders the times: {@code 1.500 s (user 1.200 s, system 0.300 s), throttled in 32 of 36 periods for 1.256 s}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(StatsValues.seconds(usage));
        text.append(" (user ").append(StatsValues.seconds(user));
        text.append(", system ").append(StatsValues.seconds(system)).append(')');
        if (periods.orElse(0) > 0 && throttledPeriods.isPresent()) {
            text.append(", throttled in ").append(throttledPeriods.getAsLong());
            text.append(" of ").append(periods.getAsLong()).append(" periods");
            throttledTime.ifPresent(time -> text.append(" for ").append(StatsValues.seconds(time)));
        }
        if (burstPeriods.orElse(0) > 0) {
            text.append(", bursts in ").append(burstPeriods.getAsLong()).append(" periods");
            burstTime.ifPresent(time -> text.append(" of ").append(StatsValues.seconds(time)));
        }
        return text.toString();
    }
}
