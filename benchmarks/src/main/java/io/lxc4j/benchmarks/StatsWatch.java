package io.lxc4j.benchmarks;

import com.sun.management.ThreadMXBean;
import io.lxc4j.Container;
import io.lxc4j.cgroups.ByteSize;
import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.Limits;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What it costs to read the statistics of many containers once a second: time on a CPU, the kernel's part included, and memory. */
final class StatsWatch {
    private static final int CONTAINERS = 500;
    private static final int WARMUP = 20;
    private static final int ROUNDS = 30;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private StatsWatch() {}

    static void run() throws InterruptedException {
        List<Container> containers = new ArrayList<>();
        try {
            Limits limits =
                    Limits.builder().memoryMax(ByteSize.mebibytes(100)).cpus(1).build();
            for (int i = 0; i < CONTAINERS; i++) {
                containers.add(Container.builder()
                        .limits(limits)
                        .command("sleep", "100000")
                        .start());
            }
            List<Cgroup> cgroups = containers.stream()
                    .map(container -> container.cgroup().orElseThrow())
                    .toList();
            watch(cgroups, WARMUP);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long bytes = threads.getCurrentThreadAllocatedBytes();
            long time = watch(cgroups, ROUNDS);
            bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
            double reads = (double) CONTAINERS * ROUNDS;
            System.out.printf(
                    Locale.ROOT,
                    "statistics of %d containers, once a second: %.2f %% of a core, %.1f us and %.0f bytes a"
                            + " container%n",
                    CONTAINERS,
                    100.0 * time / ROUNDS / SECOND,
                    time / reads / 1000,
                    bytes / reads);
        } finally {
            containers.parallelStream().forEach(Container::close);
        }
    }

    /** Gives this thread's time on a CPU. */
    private static long watch(List<Cgroup> cgroups, int rounds) throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long time = 0;
        long processes = 0;
        for (int round = 0; round < rounds; round++) {
            long next = System.nanoTime() + SECOND;
            long begin = threads.getCurrentThreadCpuTime();
            for (Cgroup cgroup : cgroups) {
                processes += cgroup.stats().pids().orElseThrow().current();
            }
            time += threads.getCurrentThreadCpuTime() - begin;
            Thread.sleep(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
        }
        if (processes < (long) rounds * cgroups.size()) {
            throw new IllegalStateException("some have ended");
        }
        return time;
    }
}
