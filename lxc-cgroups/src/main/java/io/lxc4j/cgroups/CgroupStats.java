package io.lxc4j.cgroups;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Statistics of a cgroup and those below it, with counts from the time when it was made.
 *
 * <p>What the kernel or its version of cgroups does not tell is empty, never 0. A group of statistics is empty if its
 * controller is not enabled for the cgroup. The groups are read one after the other, within a fraction of a millisecond, while
 * the processes go on.
 *
 * <p>Immutable and thread-safe.
 *
 * @param takenAt when the statistics were taken, by the system's clock, which may be set
 * @param monotonicTime when the statistics were taken, by the clock of {@link System#nanoTime()}, which only goes on;
 *     comparable within this JVM
 * @param cpu CPU time; in version 2 always there
 * @param memory memory
 * @param io use of block devices. In version 1 empty as long as the kernel shows no device: since Linux 6.10 it counts
 *     only on devices for which some cgroup has a limit
 * @param pids number of tasks
 * @param hugetlb reserved huge pages
 * @param cpuPressure waiting for CPUs; version 2 only, as the other two, and needs a kernel with PSI
 * @param memoryPressure waiting for memory
 * @param ioPressure waiting for block devices
 * @param network packets and bytes, if {@link Limits.Builder#countNetwork()} has them counted
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">cgroup-v2</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/index.html">cgroup-v1</a>
 */
public record CgroupStats(
        Instant takenAt,
        Duration monotonicTime,
        Optional<CpuStats> cpu,
        Optional<MemoryStats> memory,
        Optional<IoStats> io,
        Optional<PidsStats> pids,
        Optional<HugetlbStats> hugetlb,
        Optional<PressureStats> cpuPressure,
        Optional<PressureStats> memoryPressure,
        Optional<PressureStats> ioPressure,
        Optional<NetworkStats> network) {
    /**
     * The time between two takings, by the clock that can't be set.
     *
     * @param earlier statistics taken earlier in this JVM
     * @return the time, negative if they are not earlier
     */
    public Duration elapsed(CgroupStats earlier) {
        return monotonicTime.minus(earlier.monotonicTime);
    }

    /**
     * How many CPUs were used on average between two moments.
     *
     * @param earlier statistics of the same cgroup, taken earlier in this JVM
     * @return CPUs, from 0: 1.5 is all of one and half of another; empty if one of both has no CPU time, or they were
     *     not taken one after the other
     */
    public OptionalDouble cpuUsage(CgroupStats earlier) {
        Duration time = elapsed(earlier);
        if (cpu.isEmpty() || earlier.cpu.isEmpty() || !time.isPositive()) {
            return OptionalDouble.empty();
        }
        Duration used = cpu.get().usage().minus(earlier.cpu.get().usage());
        return OptionalDouble.of((double) used.toNanos() / time.toNanos());
    }

    /** Renders the time, and a line for each group that is there. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("cgroup statistics of ").append(takenAt);
        append(text, "cpu", cpu);
        append(text, "memory", memory);
        append(text, "io", io);
        append(text, "pids", pids);
        append(text, "hugetlb", hugetlb);
        append(text, "cpu pressure", cpuPressure);
        append(text, "memory pressure", memoryPressure);
        append(text, "io pressure", ioPressure);
        append(text, "network", network);
        return text.toString();
    }

    private static void append(StringBuilder text, String name, Optional<?> group) {
        group.ifPresent(value -> text.append("\n  ").append(name).append(": ").append(value));
    }
}
