package io.lxc4j.cgroups;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contents of the files were captured on Linux 6.12 (version 2) and 6.18 (version 1). */
class CgroupStatsTest {
    private static final List<String> V2_FILES = List.of(
            "cpu.stat",
            "cpu.pressure",
            "memory.current",
            "memory.peak",
            "memory.max",
            "memory.swap.current",
            "memory.stat",
            "memory.events",
            "memory.pressure",
            "io.stat",
            "io.pressure",
            "pids.current",
            "pids.max",
            "pids.peak",
            "pids.events");
    private static final Map<String, List<String>> V1_FILES = Map.of(
            "cpu",
            List.of("cpu.stat"),
            "cpuacct",
            List.of("cpuacct.usage", "cpuacct.stat"),
            "memory",
            List.of(
                    "memory.usage_in_bytes",
                    "memory.max_usage_in_bytes",
                    "memory.limit_in_bytes",
                    "memory.failcnt",
                    "memory.oom_control",
                    "memory.kmem.usage_in_bytes",
                    "memory.stat"),
            "pids",
            List.of("pids.current", "pids.max", "pids.peak", "pids.events"),
            "io",
            List.of("blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_serviced_recursive"));
    private static final CpuStats NO_CPU = new CpuStats(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            OptionalLong.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty());

    @TempDir
    Path directory;

    private final List<Fd> open = new ArrayList<>();

    @BeforeEach
    void makeACgroup() throws IOException {
        write("cgroup.procs", "");
    }

    @AfterEach
    void close() {
        open.forEach(Fd::close);
    }

    @Test
    void readsVersion2() throws IOException {
        for (String file : V2_FILES) {
            copy("v2", file, directory);
        }
        Instant before = Instant.now();
        CgroupStats stats = v2().read();

        assertThat(stats.takenAt()).isBetween(before, Instant.now());
        assertThat(stats.cpu())
                .contains(new CpuStats(
                        micros(2_814_013),
                        micros(835_254),
                        micros(1_978_758),
                        OptionalLong.of(61),
                        OptionalLong.of(59),
                        Optional.of(micros(3_800_017)),
                        OptionalLong.of(1),
                        Optional.of(micros(burst()))));
        assertThat(stats.memory())
                .contains(new MemoryStats(
                        1_814_528,
                        OptionalLong.of(1_814_528),
                        OptionalLong.of(67_108_864),
                        OptionalLong.of(0),
                        OptionalLong.of(1_814_528 - 32_768),
                        OptionalLong.of(778_240),
                        OptionalLong.of(135_168),
                        OptionalLong.of(667_648),
                        OptionalLong.of(179_152),
                        OptionalLong.of(0),
                        OptionalLong.of(962),
                        OptionalLong.of(2),
                        new MemoryStats.Events(
                                OptionalLong.of(0),
                                OptionalLong.of(0),
                                OptionalLong.of(0),
                                OptionalLong.of(0),
                                OptionalLong.of(0))));
        assertThat(stats.io())
                .contains(new IoStats(List.of(new IoStats.Device(
                        254, 0, 655_360, 1_310_720, 10, 20, OptionalLong.of(0), OptionalLong.of(0)))));
        assertThat(stats.pids()).contains(new PidsStats(7, OptionalLong.of(8), OptionalLong.of(8), OptionalLong.of(1)));
        assertThat(stats.hugetlb()).isEmpty();
        assertThat(stats.cpuPressure())
                .contains(new PressureStats(
                        new PressureStats.Stall(16.85, 4.5, 1.0, micros(3_020_189)),
                        Optional.of(new PressureStats.Stall(11.83, 3.12, 0.69, micros(2_070_296)))));
        assertThat(stats.memoryPressure().orElseThrow().some().total()).isZero();
        assertThat(stats.ioPressure().orElseThrow().some().total()).isEqualTo(micros(8071));
    }

    private static long burst() throws IOException {
        return resource("v2", "cpu.stat")
                .lines()
                .filter(line -> line.startsWith("burst_usec "))
                .mapToLong(line -> Long.parseLong(line.substring(11)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void readsVersion1() throws IOException {
        CgroupStats stats = new StatsReader(v1Sources()).read();

        assertThat(stats.cpu())
                .contains(new CpuStats(
                        Duration.ofNanos(165_536_397),
                        Duration.ofMillis(30),
                        Duration.ofMillis(130),
                        OptionalLong.of(37),
                        OptionalLong.of(32),
                        Optional.of(Duration.ofNanos(1_256_140_667)),
                        OptionalLong.of(1),
                        Optional.of(Duration.ofMillis(2))));
        assertThat(stats.memory())
                .contains(new MemoryStats(
                        331_776,
                        OptionalLong.of(67_108_864),
                        OptionalLong.of(67_108_864),
                        OptionalLong.of(0),
                        OptionalLong.of(331_776),
                        OptionalLong.of(0),
                        OptionalLong.of(12_288),
                        OptionalLong.of(4096),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        OptionalLong.of(17_283),
                        OptionalLong.of(0),
                        new MemoryStats.Events(
                                OptionalLong.empty(),
                                OptionalLong.empty(),
                                OptionalLong.of(854),
                                OptionalLong.empty(),
                                OptionalLong.of(1))));
        assertThat(stats.io())
                .contains(new IoStats(List.of(new IoStats.Device(
                        254, 0, 3_276_800, 6_553_600, 50, 100, OptionalLong.of(0), OptionalLong.of(0)))));
        assertThat(stats.pids()).contains(new PidsStats(7, OptionalLong.of(8), OptionalLong.of(8), OptionalLong.of(1)));
        assertThat(stats.cpuPressure()).isEmpty();
        assertThat(stats.memoryPressure()).isEmpty();
        assertThat(stats.ioPressure()).isEmpty();
    }

    @Test
    void takesPressureAndMissingControllersFromTheUnifiedHierarchyOfAHybrid() throws IOException {
        for (String file : List.of("cpu.stat", "cpu.pressure")) {
            copy("v2", file, directory);
        }
        Map<String, StatsSource> sources = v1Sources();
        sources.put(StatsReader.UNIFIED, source(directory, CgroupVersion.V2));
        CgroupStats both = new StatsReader(sources).read();
        assertThat(both.cpu().orElseThrow().usage()).isEqualTo(Duration.ofNanos(165_536_397));
        assertThat(both.cpuPressure()).isPresent();
        assertThat(both.memoryPressure()).isEmpty();

        sources.remove("cpuacct");
        CgroupStats withoutAccounting = new StatsReader(sources).read();
        assertThat(withoutAccounting.cpu().orElseThrow().usage()).isEqualTo(micros(2_814_013));
        assertThat(withoutAccounting.cpu().orElseThrow().periods()).hasValue(37);
    }

    @Test
    void leavesOutWhatTheKernelDoesNotTell() throws IOException {
        assertThat(v2().read().toString()).startsWith("cgroup statistics of ").doesNotContain("\n");

        write("cpu.stat", "usage_usec 10\nuser_usec 6\nsystem_usec 4\n");
        write("memory.current", "4096\n");
        write("memory.max", "max\n");
        write("memory.stat", "anon 1\ninactive_file 8192\n");
        write("pids.current", "1\n");
        write("pids.max", "max\n");
        CgroupStats stats = v2().read();
        assertThat(stats.cpu())
                .contains(new CpuStats(
                        micros(10),
                        micros(6),
                        micros(4),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        Optional.empty()));
        MemoryStats memory = stats.memory().orElseThrow();
        assertThat(memory.maxBytes()).isEmpty();
        assertThat(memory.peakBytes()).isEmpty();
        assertThat(memory.kernelBytes()).isEmpty();
        assertThat(memory.workingSetBytes()).hasValue(0);
        assertThat(memory.events().outOfMemoryKills()).isEmpty();
        assertThat(stats.pids())
                .contains(new PidsStats(1, OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty()));
        assertThat(stats.io()).isEmpty();

        write("cpu.stat", "usage_usec 10\nuser_usec 6\nsystem_usec");
        assertThat(v2().read().cpu()).isEmpty();
    }

    @Test
    void takesTheLargestNumberOfVersion1ForNoLimit() throws IOException {
        Map<String, StatsSource> sources = v1Sources();
        for (String unlimited : List.of("9223372036854771712", "9223372036854710272", "9223372036854775807")) {
            Files.writeString(directory.resolve("memory/memory.limit_in_bytes"), unlimited + "\n");
            assertThat(new StatsReader(sources).read().memory().orElseThrow().maxBytes())
                    .isEmpty();
        }
    }

    @Test
    void takesTheCgroupAloneWhereTheKernelDoesNotAddUpItsDescendants() throws IOException {
        Map<String, StatsSource> sources = v1Sources();
        Path blkio = directory.resolve("io");
        Files.move(
                blkio.resolve("blkio.throttle.io_service_bytes_recursive"),
                blkio.resolve("blkio.throttle.io_service_bytes"));
        assertThat(new StatsReader(sources).read().io().orElseThrow().readBytes())
                .isEqualTo(3_276_800);
    }

    @Test
    void readsHugePagesOfBothVersions() throws IOException {
        List<HugetlbFiles> sizes = List.of(new HugetlbFiles(64), new HugetlbFiles(2048), new HugetlbFiles(1 << 20));
        for (String size : List.of("64KB", "2MB", "1GB")) {
            write("hugetlb." + size + ".current", "4194304\n");
            write("hugetlb." + size + ".max", "8388608\n");
            write("hugetlb." + size + ".events", "max 3\n");
            write("hugetlb." + size + ".usage_in_bytes", "1\n");
            write("hugetlb." + size + ".limit_in_bytes", "9223372036854771712\n");
            write("hugetlb." + size + ".max_usage_in_bytes", "2\n");
            write("hugetlb." + size + ".failcnt", "4\n");
        }
        Map<String, StatsSource> second = Map.of(StatsReader.UNIFIED, source(directory, CgroupVersion.V2));
        assertThat(new StatsReader(second, sizes).read().hugetlb().orElseThrow().sizes())
                .hasSize(3)
                .element(1)
                .isEqualTo(new HugetlbStats.PageSize(
                        2 << 20, 4 << 20, OptionalLong.of(8 << 20), OptionalLong.empty(), OptionalLong.of(3)));
        Map<String, StatsSource> first = Map.of("hugetlb", source(directory, CgroupVersion.V1));
        assertThat(new StatsReader(first, sizes).read().hugetlb().orElseThrow().sizes())
                .element(2)
                .isEqualTo(new HugetlbStats.PageSize(
                        1 << 30, 1, OptionalLong.empty(), OptionalLong.of(2), OptionalLong.of(4)));
    }

    @Test
    void readsAFileThatIsLargerThanTheBuffer() throws IOException {
        String unknown =
                IntStream.range(0, 40_000).mapToObj(i -> "unknown" + i + " 1\n").collect(Collectors.joining());
        write("cpu.stat", unknown + "usage_usec 10\nuser_usec 6\nsystem_usec 4\n");
        String devices = IntStream.range(0, 3000)
                .mapToObj(i -> "8:" + i + " rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n")
                .collect(Collectors.joining());
        write("io.stat", devices);
        write("pids.current", "5\n");
        CgroupStats stats = v2().read();
        assertThat(stats.cpu().orElseThrow().usage()).isEqualTo(micros(10));
        assertThat(stats.io().orElseThrow().devices()).hasSize(3000);
        assertThat(stats.io().orElseThrow().writtenBytes()).isEqualTo(6000);
        assertThat(stats.pids().orElseThrow().current()).isEqualTo(5);
    }

    @Test
    void readsAFileThatJustFillsTheBuffer() throws IOException {
        for (int bytes : new int[] {8191, 8192, 8193, 32_768}) {
            String end = "\nusage_usec 10\nuser_usec 6\nsystem_usec 4\n";
            write("cpu.stat", "x".repeat(bytes - end.length()) + end);
            assertThat(v2().read().cpu()).isPresent();
        }
    }

    @Test
    void saysThatTheCgroupIsGone() throws IOException {
        StatsReader reader = v2();
        Files.delete(directory.resolve("cgroup.procs"));
        assertThatThrownBy(reader::read)
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("has been removed")
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("ENOENT");
    }

    @Test
    void isReadByManyThreadsAtATime() throws Exception {
        List<StatsReader> readers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Path own = Files.createDirectory(directory.resolve("reader" + i));
            Files.writeString(own.resolve("cgroup.procs"), "");
            Files.writeString(own.resolve("pids.current"), i + "\n");
            Files.writeString(own.resolve("io.stat"), "8:0 rbytes=" + i + " wbytes=1 rios=1 wios=1\n".repeat(i + 1));
            readers.add(new StatsReader(Map.of(StatsReader.UNIFIED, source(own, CgroupVersion.V2))));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> tasks = IntStream.range(0, 400)
                    .<Callable<Boolean>>mapToObj(i -> () -> {
                        CgroupStats stats = readers.get(i % 8).read();
                        return stats.pids().orElseThrow().current() == i % 8
                                && stats.io().orElseThrow().devices().get(0).readBytes() == i % 8;
                    })
                    .toList();
            for (var result : threads.invokeAll(tasks)) {
                assertThat(result.get()).isTrue();
            }
        }
    }

    @Test
    void tellsWhatWasUsedBetweenTwoMoments() {
        CpuStats earlier = new CpuStats(
                Duration.ofSeconds(1),
                Duration.ofMillis(700),
                Duration.ofMillis(300),
                OptionalLong.of(10),
                OptionalLong.of(1),
                Optional.of(Duration.ofMillis(5)),
                OptionalLong.empty(),
                Optional.empty());
        CpuStats later = new CpuStats(
                Duration.ofSeconds(4),
                Duration.ofMillis(2700),
                Duration.ofMillis(1300),
                OptionalLong.of(30),
                OptionalLong.of(4),
                Optional.of(Duration.ofMillis(25)),
                OptionalLong.of(1),
                Optional.of(Duration.ofMillis(2)));
        CpuStats used = later.since(earlier);
        assertThat(used)
                .isEqualTo(new CpuStats(
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(1),
                        OptionalLong.of(20),
                        OptionalLong.of(3),
                        Optional.of(Duration.ofMillis(20)),
                        OptionalLong.empty(),
                        Optional.empty()));
        assertThat(used)
                .hasToString("3.000 s (user 2.000 s, system 1.000 s), throttled in 3 of 20 periods for 0.020 s");

        CgroupStats first = taken(Duration.ofSeconds(100), Optional.of(earlier));
        CgroupStats second = taken(Duration.ofSeconds(102), Optional.of(later));
        assertThat(second.cpuUsage(first).orElseThrow()).isEqualTo(1.5, within(1e-9));
        assertThat(first.cpuUsage(second)).isEmpty();
        assertThat(first.cpuUsage(first)).isEmpty();
        assertThat(second.cpuUsage(taken(Duration.ofSeconds(100), Optional.empty())))
                .isEmpty();
        assertThat(taken(Duration.ofSeconds(101), Optional.of(NO_CPU))
                        .cpuUsage(taken(Duration.ofSeconds(100), Optional.of(NO_CPU))))
                .hasValue(0);
    }

    @Test
    void tellsWhatWasReadAndWrittenBetweenTwoMoments() {
        IoStats.Device device = new IoStats.Device(8, 0, 100, 200, 10, 20, OptionalLong.of(5), OptionalLong.empty());
        IoStats.Device later = new IoStats.Device(8, 0, 150, 300, 15, 30, OptionalLong.of(6), OptionalLong.of(1));
        IoStats.Device other = new IoStats.Device(8, 16, 1, 2, 3, 4, OptionalLong.empty(), OptionalLong.empty());
        IoStats used = new IoStats(List.of(later, other)).since(new IoStats(List.of(device)));
        assertThat(used.devices())
                .containsExactly(
                        new IoStats.Device(8, 0, 50, 100, 5, 10, OptionalLong.of(1), OptionalLong.empty()), other);
        assertThat(used.readBytes()).isEqualTo(51);
        assertThat(used.writtenBytes()).isEqualTo(102);
        assertThat(used.readOperations()).isEqualTo(8);
        assertThat(used.writeOperations()).isEqualTo(14);
    }

    @Test
    void readsWell() throws IOException {
        for (String file : V2_FILES) {
            copy("v2", file, directory);
        }
        assertThat(v2().read().toString().lines().skip(1))
                .containsExactly(
                        "  cpu: 2.814 s (user 0.835 s, system 1.978 s), throttled in 59 of 61 periods for 3.800 s,"
                                + " bursts in 1 periods of "
                                + StatsValues.seconds(micros(burst())),
                        "  memory: 1.7 MiB of 64.0 MiB, peak 1.7 MiB, working set 1.7 MiB, anonymous 760.0 KiB,"
                                + " file 132.0 KiB, kernel 652.0 KiB",
                        "  io: 254:0 read 640.0 KiB in 10, written 1.3 MiB in 20",
                        "  pids: 7 of 8, peak 8, refused 1",
                        "  cpu pressure: some 16.85 % 4.50 % 1.00 % (3.020 s), full 11.83 % 3.12 % 0.69 % (2.070 s)",
                        "  memory pressure: some 0.00 % 0.00 % 0.00 % (0.000 s), full 0.00 % 0.00 % 0.00 % (0.000 s)",
                        "  io pressure: some 0.00 % 0.00 % 0.00 % (0.008 s), full 0.00 % 0.00 % 0.00 % (0.001 s)");
    }

    private static CgroupStats taken(Duration time, Optional<CpuStats> cpu) {
        return new CgroupStats(
                Instant.EPOCH.plus(time),
                time,
                cpu,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private StatsReader v2() {
        return new StatsReader(Map.of(StatsReader.UNIFIED, source(directory, CgroupVersion.V2)));
    }

    private Map<String, StatsSource> v1Sources() throws IOException {
        Map<String, StatsSource> sources = new HashMap<>();
        for (Map.Entry<String, List<String>> controller : V1_FILES.entrySet()) {
            Path own = Files.createDirectory(directory.resolve(controller.getKey()));
            Files.writeString(own.resolve("cgroup.procs"), "");
            for (String file : controller.getValue()) {
                copy("v1", file, own);
            }
            sources.put(controller.getKey(), source(own, CgroupVersion.V1));
        }
        return sources;
    }

    private StatsSource source(Path cgroup, CgroupVersion version) {
        Fd fd = Kernel.open(cgroup.toString(), Constant.or(O_PATH, O_DIRECTORY), 0);
        open.add(fd);
        return new StatsSource(fd, version);
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(directory.resolve(file), content);
    }

    private static void copy(String version, String file, Path to) throws IOException {
        Files.writeString(to.resolve(file), resource(version, file));
    }

    private static String resource(String version, String file) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(CgroupStatsTest.class.getResourceAsStream(version + "/" + file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Duration micros(long count) {
        return Duration.ofNanos(count * 1000);
    }
}
