package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the statistics of a cgroup.
 *
 * <p>Thread-safe. The directories must stay open while it reads. Files that it keeps open are closed some seconds after the last reading, or
 * when it is.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">cgroup-v2</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/index.html">cgroup-v1</a>
 * @see <a href="https://docs.kernel.org/accounting/psi.html">PSI</a>
 */
final class StatsReader implements AutoCloseable {
    /** The key of the unified hierarchy among the sources. */
    static final String UNIFIED = "";

    private final @Nullable StatsSource accounting;
    private final @Nullable StatsSource bandwidth;
    private final @Nullable StatsSource memory;
    private final @Nullable StatsSource io;
    private final @Nullable StatsSource pids;
    private final @Nullable StatsSource hugetlb;
    private final @Nullable StatsSource unified;
    private final List<HugetlbFiles> pageSizes;
    private final Supplier<Optional<NetworkStats>> network;
    private final KeptFiles files = new KeptFiles();

    /**
     * A reader for a cgroup.
     *
     * @param sources the cgroup's directories by the names of controllers in version 2, so {@code io} also for
     *     {@code blkio}; version 1 has {@code cpuacct} beside {@code cpu}. {@link #UNIFIED} is the directory in the unified
     *     hierarchy: it has pressure, CPU time, and the controllers that are not in another hierarchy
     */
    StatsReader(Map<String, StatsSource> sources) {
        this(sources, HugetlbFiles.ofThisKernel());
    }

    /**
     * A reader for a cgroup.
     *
     * @param pageSizes the sizes of huge pages
     */
    StatsReader(Map<String, StatsSource> sources, List<HugetlbFiles> pageSizes) {
        this(sources, pageSizes, Optional::empty);
    }

    /**
     * A reader for a cgroup.
     *
     * @param network asks for what no file tells
     */
    StatsReader(
            Map<String, StatsSource> sources, List<HugetlbFiles> pageSizes, Supplier<Optional<NetworkStats>> network) {
        this.unified = unified(sources);
        this.bandwidth = source(sources, "cpu");
        this.accounting = accounting(sources);
        this.memory = source(sources, "memory");
        this.io = source(sources, "io");
        this.pids = source(sources, "pids");
        this.hugetlb = source(sources, "hugetlb");
        this.pageSizes = List.copyOf(pageSizes);
        this.network = network;
    }

    private static @Nullable StatsSource source(Map<String, StatsSource> sources, String controller) {
        StatsSource own = sources.get(controller);
        return own == null ? sources.get(UNIFIED) : own;
    }

    private static @Nullable StatsSource unified(Map<String, StatsSource> sources) {
        return sources.values().stream()
                .filter(source -> source.version() == CgroupVersion.V2)
                .findFirst()
                .orElse(null);
    }

    /** In version 1 the controller {@code cpu} tells no CPU time. */
    private @Nullable StatsSource accounting(Map<String, StatsSource> sources) {
        StatsSource own = sources.get("cpuacct");
        if (own != null) {
            return own;
        }
        return bandwidth != null && bandwidth.version() == CgroupVersion.V2 ? bandwidth : unified;
    }

    /**
     * Reads all statistics.
     *
     * @return what the kernel tells
     * @throws ContainerException if the cgroup is gone, or may not be read
     */
    CgroupStats read() {
        StatsBuffer buffer = StatsBuffer.take(files);
        try {
            CgroupStats stats = read(buffer);
            buffer.checkPresence();
            return stats;
        } finally {
            buffer.giveBack();
        }
    }

    private CgroupStats read(StatsBuffer buffer) {
        return new CgroupStats(
                Instant.now(),
                Duration.ofNanos(System.nanoTime()),
                CpuFiles.read(buffer, accounting, bandwidth),
                MemoryFiles.read(buffer, memory),
                IoFiles.read(buffer, io),
                PidsFiles.read(buffer, pids),
                HugetlbFiles.read(buffer, hugetlb, pageSizes),
                PressureFiles.read(buffer, unified, PressureFiles.CPU),
                PressureFiles.read(buffer, unified, PressureFiles.MEMORY),
                PressureFiles.read(buffer, unified, PressureFiles.IO),
                network.get());
    }

    /** Closes the files that are open. It can go on to read, and opens them each time then. */
    @Override
    public void close() {
        files.close();
    }
}
