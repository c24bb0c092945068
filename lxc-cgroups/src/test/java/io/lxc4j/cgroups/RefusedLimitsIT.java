package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A limit that this machine's kernel refuses")
@Timeout(60)
class RefusedLimitsIT {
    private static final boolean FIRST = CgroupLayout.detect().kind() != CgroupLayout.Kind.V2;
    private static final Class<?> INVALID = InvalidSpecificationException.class;
    private static final Class<?> UNSUPPORTED = HostUnsupportedException.class;
    private static final BlockDevice NO_DISK = new BlockDevice(4000, 7);

    @BeforeEach
    void root() {
        Requirement.ROOT.assume();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                of(
                        limits -> limits.cpuset("0-8191"),
                        INVALID,
                        "limit cpuset.cpus: cpuset.cpus = 0-8191 in ",
                        "; it may have 0"),
                of(limits -> limits.memoryNodes("5"), INVALID, "cpuset.mems = 5", "there is no 5; it may have 0"),
                of(
                        limits -> limits.cpus(0.1).cpuBurst(Duration.ofMillis(20)),
                        INVALID,
                        FIRST ? "cpu.cfs_burst_us = 20000" : "cpu.max.burst = 20000",
                        "a burst must be from 0 to the quota, which is 10000 microseconds a period"),
                of(
                        limits -> limits.set(FIRST ? "cpu.cfs_quota_us" : "cpu.max", "999"),
                        INVALID,
                        " = 999 in ",
                        "a quota must be from 1 ms"),
                of(
                        limits ->
                                limits.set(FIRST ? "cpu.cfs_period_us" : "cpu.max", FIRST ? "2000000" : "max 2000000"),
                        INVALID,
                        "2000000 in ",
                        "a period from 1 ms to 1 s"),
                of(
                        limits -> limits.set("pids.max", "-1"),
                        INVALID,
                        "pids.max = -1",
                        "it must be max, or from 0 to 4194304"),
                of(
                        limits -> limits.set("pids.max", "4194305"),
                        INVALID,
                        "pids.max = 4194305",
                        "it must be max, or from 0 to 4194304"),
                of(
                        limits -> limits.set(FIRST ? "memory.limit_in_bytes" : "memory.max", "much"),
                        INVALID,
                        " = much in ",
                        "it must be max or a number of bytes from 0"),
                of(
                        limits -> limits.ioMax(NO_DISK, IoRate.unlimited().read(ByteSize.mebibytes(1))),
                        INVALID,
                        "limit io.max 4000:7: ",
                        "there is no such disk; a partition can't be limited, its whole disk can"),
                of(
                        limits -> limits.set("quantum.max", "1"),
                        UNSUPPORTED,
                        "limit quantum.max (quantum.max = 1): the controller quantum is not in the kernel",
                        "Host.probe()"),
                of(
                        limits -> limits.set("pids.quantum", "1"),
                        UNSUPPORTED,
                        "pids.quantum = 1",
                        "this kernel has no such file"),
                of(limits -> limits.hugetlbMax("7MB", ByteSize.bytes(0)), UNSUPPORTED, "limit hugetlb.7MB.max", ""),
                FIRST
                        ? of(
                                limits -> limits.memoryMin(ByteSize.mebibytes(1)),
                                UNSUPPORTED,
                                "limit memory.min (memory.min = 1048576): cgroup version 1",
                                "has nothing like it")
                        : of(
                                limits -> limits.memorySwappiness(3),
                                UNSUPPORTED,
                                "limit memory.swappiness (memory.swappiness = 3): cgroup version 2",
                                "has nothing like it"),
                FIRST
                        ? of(
                                limits -> limits.swapMax(ByteSize.mebibytes(1)),
                                INVALID,
                                "limit memory.swap.max = 1048576",
                                "it needs memoryMax, too")
                        : of(
                                limits -> limits.networkClass(1, 1),
                                UNSUPPORTED,
                                "limit net_cls.classid (net_cls.classid = 0x10001)",
                                "the controller net_cls is not"),
                FIRST
                        ? of(
                                limits -> limits.ioLatency(NO_DISK, Duration.ofMillis(1)),
                                UNSUPPORTED,
                                "limit io.latency 4000:7 (io.latency = 4000:7 target=1000): cgroup version 1",
                                "leave it out")
                        : of(
                                limits -> limits.set("cpu.weight", "10001"),
                                INVALID,
                                "cpu.weight = 10001",
                                "a weight must be from 1 to 10000"));
    }

    private static Arguments of(UnaryOperator<Limits.Builder> limits, Class<?> type, String what, String accepted) {
        return Arguments.of(limits, type, what, accepted);
    }

    @ParameterizedTest(name = "{2}")
    @MethodSource("refused")
    @DisplayName("is an error that says which, its value and what is taken, and leaves no cgroup, wherever it is in the"
            + " list")
    void is_typed(UnaryOperator<Limits.Builder> limits, Class<? extends Throwable> type, String what, String accepted)
            throws Exception {
        List<Path> places;
        try (Cgroup cgroup = Cgroup.create(
                "whole", Limits.builder().pidsMax(5).cpuset(0).cpus(1).build())) {
            places = cgroup.directories().stream().map(Path::getParent).toList();
            assertThatThrownBy(
                            () -> cgroup.update(limits.apply(Limits.builder()).build()))
                    .isInstanceOf(type)
                    .hasMessageContaining(what)
                    .hasMessageContaining(accepted);
            assertThat(Inhabitants.file(cgroup, "pids.max")).isEqualTo("5");
        }
        List<Limits> lists = List.of(
                limits.apply(Limits.builder()).build(),
                limits.apply(Limits.builder().memoryLow(ByteSize.bytes(0)).cpuShares(900))
                        .build(),
                limits.apply(Limits.builder()).memoryLow(ByteSize.bytes(0)).build());
        for (Limits list : lists) {
            assertThatThrownBy(() -> Cgroup.create("half", list))
                    .isInstanceOf(type)
                    .hasMessageContaining(what)
                    .hasMessageContaining(accepted);
            for (Path place : places) {
                assertThat(place.resolve("lxc4j-half")).doesNotExist();
            }
        }
    }

    @Test
    @DisplayName("is one in a cgroup that is not the root: CPUs that the one above does not have")
    void within_the_one_above() {
        try (Cgroup cgroup = Cgroup.create("above", Limits.builder().cpuset(0).build())) {
            assertThatThrownBy(() -> cgroup.createChild(
                            "below", Limits.builder().cpuset(1).build()))
                    .isInstanceOf(INVALID)
                    .hasMessageContaining("there is no 1; it may have 0");
            assertThat(cgroup.directories())
                    .allSatisfy(
                            directory -> assertThat(directory.resolve("below")).doesNotExist());
        }
        try (Cgroup cgroup =
                Cgroup.create("idle", Limits.builder().cpuIdle(true).build())) {
            assertThatThrownBy(() -> cgroup.update(Limits.builder().cpuWeight(3).build()))
                    .isInstanceOf(INVALID)
                    .hasMessageContaining("it has no weight while it is idle");
        }
    }

    @Test
    @DisplayName("is not set in part: memory and swap stay as they were")
    void swap_stays() throws Exception {
        try (Cgroup cgroup = Cgroup.create(
                        "stays",
                        Limits.builder()
                                .swapMax(ByteSize.mebibytes(10))
                                .memoryMax(ByteSize.mebibytes(100))
                                .build());
                Inhabitants inhabitants = new Inhabitants()) {
            Process holder = inhabitants.start(
                    cgroup, "exec perl -e '$| = 1; vec($x, (50 << 20) - 1, 8) = 1; print \"had it\\n\"; sleep 1000'");
            assertThat(holder.inputReader().readLine()).isEqualTo("had it");
            assertThatThrownBy(() -> cgroup.update(
                            Limits.builder().memoryMax(ByteSize.mebibytes(10)).build()))
                    .isInstanceOf(INVALID)
                    .hasMessageContaining("10485760")
                    .hasMessageMatching("(?s).*[:;] [0-9]{8,9} bytes are in use; it must be at least that");
            assertThat(Inhabitants.file(cgroup, "memory.max", "memory.limit_in_bytes"))
                    .isEqualTo(Long.toString(100L << 20));
            assertThat(Inhabitants.file(cgroup, "memory.swap.max", "memory.memsw.limit_in_bytes"))
                    .isEqualTo(Long.toString((FIRST ? 110L : 10L) << 20));
            if (FIRST) {
                assertThatThrownBy(() -> cgroup.update(
                                Limits.builder().memoryMax(ByteSize.UNLIMITED).build()))
                        .isInstanceOf(INVALID)
                        .hasMessageContaining("swapMax(ByteSize.UNLIMITED)");
                cgroup.update(Limits.builder().swapMax(ByteSize.UNLIMITED).build());
            }
            cgroup.update(Limits.builder().memoryMax(ByteSize.UNLIMITED).build());
            assertThat(cgroup.stats().memory().orElseThrow().maxBytes()).isEmpty();
            assertThat(Files.exists(Path.of("/proc/" + holder.pid()))).isTrue();
        }
    }
}
