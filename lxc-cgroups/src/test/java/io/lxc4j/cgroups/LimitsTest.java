package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Limits")
class LimitsTest {
    private static final BlockDevice DISK = new BlockDevice(8, 0);

    private static List<String> settings(Consumer<Limits.Builder> change, CgroupVersion version) {
        Limits.Builder builder = Limits.builder();
        change.accept(builder);
        return builder.build().limits().stream()
                .flatMap(limit -> limit.on(version).stream())
                .map(Setting::toString)
                .toList();
    }

    static Stream<Arguments> both() {
        return Stream.of(
                of(
                        limits -> limits.cpus(1.5),
                        "cpu.max = 150000 100000",
                        "cpu.cfs_period_us = 100000",
                        "cpu.cfs_quota_us = 150000"),
                of(
                        limits -> limits.cpuQuota(Duration.ofMillis(5), Duration.ofMillis(20)),
                        "cpu.max = 5000 20000",
                        "cpu.cfs_period_us = 20000",
                        "cpu.cfs_quota_us = 5000"),
                of(Limits.Builder::cpuUnlimited, "cpu.max = max", "cpu.cfs_quota_us = -1"),
                of(limits -> limits.cpuBurst(Duration.ofMillis(2)), "cpu.max.burst = 2000", "cpu.cfs_burst_us = 2000"),
                of(limits -> limits.cpuWeight(100), "cpu.weight = 100", "cpu.shares = 1024"),
                of(limits -> limits.cpuWeight(200), "cpu.weight = 200", "cpu.shares = 2048"),
                of(limits -> limits.cpuShares(1024), "cpu.weight = 100", "cpu.shares = 1024"),
                of(limits -> limits.cpuIdle(true), "cpu.idle = 1", "cpu.idle = 1"),
                of(limits -> limits.cpuset("0-3,8"), "cpuset.cpus = 0-3,8", "cpuset.cpus = 0-3,8"),
                of(limits -> limits.cpuset(0, 2), "cpuset.cpus = 0,2", "cpuset.cpus = 0,2"),
                of(limits -> limits.memoryNodes("0"), "cpuset.mems = 0", "cpuset.mems = 0"),
                of(
                        limits -> limits.memoryMax(ByteSize.mebibytes(1)),
                        "memory.max = 1048576",
                        "memory.limit_in_bytes = 1048576"),
                of(limits -> limits.memoryMax(ByteSize.UNLIMITED), "memory.max = max", "memory.limit_in_bytes = -1"),
                of(
                        limits -> limits.memoryLow(ByteSize.bytes(4096)),
                        "memory.low = 4096",
                        "memory.soft_limit_in_bytes = 4096"),
                of(
                        limits -> limits.swapMax(ByteSize.bytes(0)),
                        "memory.swap.max = 0",
                        "memory.memsw.limit_in_bytes = 0"),
                of(limits -> limits.ioWeight(10_000), "io.weight = default 10000", "blkio.bfq.weight = 1000"),
                of(
                        limits -> limits.ioMax(
                                DISK,
                                IoRate.unlimited().read(ByteSize.mebibytes(1)).writeOperations(10)),
                        "io.max = 8:0 rbps=1048576 wbps=max riops=max wiops=10",
                        "blkio.throttle.read_bps_device = 8:0 1048576",
                        "blkio.throttle.write_bps_device = 8:0 0",
                        "blkio.throttle.read_iops_device = 8:0 0",
                        "blkio.throttle.write_iops_device = 8:0 10"),
                of(limits -> limits.pidsMax(7), "pids.max = 7", "pids.max = 7"),
                of(Limits.Builder::pidsUnlimited, "pids.max = max", "pids.max = max"),
                of(
                        limits -> limits.hugetlbMax("2MB", ByteSize.mebibytes(4)),
                        "hugetlb.2MB.max = 4194304",
                        "hugetlb.2MB.limit_in_bytes = 4194304"),
                of(
                        limits -> limits.rdmaMax("mlx4_0", 2, 2000),
                        "rdma.max = mlx4_0 hca_handle=2 hca_object=2000",
                        "rdma.max = mlx4_0 hca_handle=2 hca_object=2000"),
                of(limits -> limits.miscMax("sev", 3), "misc.max = sev 3", "misc.max = sev 3"));
    }

    private static Arguments of(Consumer<Limits.Builder> change, String v2, String... v1) {
        return Arguments.of(change, v2, List.of(v1));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource
    @DisplayName("mean the same in both versions")
    void both(Consumer<Limits.Builder> change, String v2, List<String> v1) {
        assertThat(settings(change, CgroupVersion.V2)).containsExactly(v2);
        assertThat(settings(change, CgroupVersion.V1)).isEqualTo(v1);
    }

    @Test
    @DisplayName("that one version lacks are empty there")
    void of_one_version() {
        assertThat(settings(limits -> limits.memoryHigh(ByteSize.mebibytes(1)), CgroupVersion.V1))
                .isEmpty();
        assertThat(settings(limits -> limits.memoryOomGroup(true), CgroupVersion.V1))
                .isEmpty();
        assertThat(settings(limits -> limits.memorySwappiness(10), CgroupVersion.V2))
                .isEmpty();
        assertThat(settings(limits -> limits.networkClass(0x10, 1), CgroupVersion.V1))
                .containsExactly("net_cls.classid = 0x100001");
        assertThat(settings(limits -> limits.networkPriority("eth0", 5), CgroupVersion.V1))
                .containsExactly("net_prio.ifpriomap = eth0 5");
        assertThat(settings(limits -> limits.ioLatency(DISK, Duration.ofMillis(10)), CgroupVersion.V2))
                .containsExactly("io.latency = 8:0 target=10000");
        assertThat(settings(limits -> limits.cpuClamp(10, 80), CgroupVersion.V2))
                .containsExactly("cpu.uclamp.max = 80", "cpu.uclamp.min = 10");
    }

    @Test
    @DisplayName("of a newer kernel are set by name")
    void by_name() {
        assertThat(settings(limits -> limits.set("memory.zswap.max", "0"), CgroupVersion.V2))
                .containsExactly("memory.zswap.max = 0");
        for (String[] wrong : new String[][] {
            {"cgroup.procs", "1"},
            {"memory", "1"},
            {"../memory.max", "1"},
            {"memory.max/x", "1"},
            {"memory.max", ""},
            {"memory.max", "1\n2"}
        }) {
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> Limits.builder().set(wrong[0], wrong[1]));
        }
    }

    static Stream<Arguments> rejected() {
        return Stream.of(
                wrong(limits -> limits.cpus(0), "cpus(0.0): it must be from 0.01 to 1000000"),
                wrong(limits -> limits.cpus(-1), "cpus(-1.0)"),
                wrong(limits -> limits.cpus(Double.NaN), "cpus(NaN)"),
                wrong(limits -> limits.cpuQuota(Duration.ofNanos(1), Duration.ofMillis(100)), "at least 1 ms"),
                wrong(limits -> limits.cpuQuota(Duration.ofMillis(1), Duration.ofSeconds(2)), "from 1 ms to 1 s"),
                wrong(limits -> limits.cpuBurst(Duration.ofMillis(-1)), "cpuBurst"),
                wrong(limits -> limits.cpuWeight(0), "cpuWeight(0): it must be from 1 to 10000"),
                wrong(limits -> limits.cpuWeight(10_001), "cpuWeight(10001)"),
                wrong(limits -> limits.cpuShares(1), "cpuShares(1): it must be from 2 to 262144"),
                wrong(limits -> limits.cpuClamp(50, 40), "cpuClamp(50, 40)"),
                wrong(limits -> limits.cpuset("3-1"), "cpuset(\"3-1\")"),
                wrong(limits -> limits.cpuset(""), "cpuset(\"\")"),
                wrong(limits -> limits.cpuset("0-9999"), "up to 8191"),
                wrong(limits -> limits.cpuset(-1), "cpuset(\"-1\")"),
                wrong(limits -> limits.memoryNodes("a"), "memoryNodes"),
                wrong(limits -> limits.memoryMax(ByteSize.bytes(0)), "memoryMax(0 bytes): it must be at least 1 byte"),
                wrong(limits -> limits.memorySwappiness(101), "memorySwappiness(101): it must be from 0 to 100"),
                wrong(limits -> limits.ioWeight(0), "ioWeight(0)"),
                wrong(limits -> limits.ioLatency(DISK, Duration.ZERO), "ioLatency"),
                wrong(limits -> limits.pidsMax(0), "pidsMax(0): it must be from 1 to 4194304"),
                wrong(limits -> limits.pidsMax(4_194_305), "pidsMax(4194305)"),
                wrong(limits -> limits.hugetlbMax("2 MB", ByteSize.UNLIMITED), "hugetlbMax(\"2 MB\")"),
                wrong(limits -> limits.rdmaMax("a b", 1, 1), "rdmaMax(\"a b\")"),
                wrong(limits -> limits.rdmaMax("a", -1, 1), "rdmaMax(-1, 1)"),
                wrong(limits -> limits.miscMax("sev", -1), "miscMax(-1)"),
                wrong(limits -> limits.networkClass(65_536, 0), "networkClass(65536:0)"),
                wrong(limits -> limits.networkPriority("eth0\n", 0), "networkPriority(\"eth0?\")"),
                wrong(limits -> IoRate.unlimited().read(ByteSize.bytes(0)), "from 1 to"),
                wrong(limits -> IoRate.unlimited().readOperations(1L << 32), "from 1 to 4294967294"),
                wrong(limits -> new BlockDevice(4096, 0), "from 0 to 4095"));
    }

    private static Arguments wrong(Consumer<Limits.Builder> change, String message) {
        return Arguments.of(change, message);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource
    @DisplayName("that no kernel takes are refused, with what it takes")
    void rejected(Consumer<Limits.Builder> change, String message) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> change.accept(Limits.builder()))
                .withMessageContaining(message);
    }

    @Test
    @DisplayName("are changed by others, and the last said counts")
    void together() {
        Limits limits = Limits.builder().pidsMax(5).cpuWeight(50).pidsMax(6).build();
        Limits others = Limits.builder().cpuWeight(70).build();
        assertThat(limits.with(others)).hasToString("[cpu.weight = 70, pids.max = 6]");
        assertThat(limits.toBuilder().build()).isEqualTo(limits).hasSameHashCodeAs(limits);
        assertThat(Limits.none().isEmpty()).isTrue();
        assertThat(limits).isNotEqualTo(others).hasToString("[cpu.weight = 50, pids.max = 6]");
    }

    @Test
    @DisplayName("turn weights into shares in proportion, and back without a loss")
    void weights() {
        for (int weight = 2; weight <= 10_000; weight++) {
            assertThat(Math.round(Limits.Builder.sharesInProportion(weight) * 100 / 1024.0))
                    .isEqualTo(weight);
        }
        assertThat(Limits.Builder.narrowWeight(1)).isEqualTo(10);
        assertThat(Limits.Builder.narrowWeight(10_000)).isEqualTo(1000);
    }

    /** What the formula of the OCI runtimes gives. */
    @ParameterizedTest
    @CsvSource({"2,1", "3,2", "512,59", "1024,100", "2048,174", "262144,10000"})
    @DisplayName("turn shares into the weights that other runtimes use")
    void shares(int shares, int weight) {
        assertThat(Limits.Builder.weightOfShares(shares)).isEqualTo(weight);
    }
}
