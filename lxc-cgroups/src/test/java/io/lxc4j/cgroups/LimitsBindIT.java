package io.lxc4j.cgroups;

import static io.lxc4j.cgroups.Inhabitants.file;
import static io.lxc4j.cgroups.Inhabitants.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.testing.Requirement;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

@DisplayName("A limit binds:")
@Timeout(180)
class LimitsBindIT {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final CgroupLayout LAYOUT = CgroupLayout.detect();

    private final Inhabitants inhabitants = new Inhabitants();

    @BeforeEach
    void root() {
        Requirement.ROOT.assume();
    }

    @AfterEach
    void end() {
        inhabitants.close();
    }

    private static Cgroup create(String name, Limits.Builder limits) {
        return Cgroup.create(name, limits.build());
    }

    /** The version that has a controller here. */
    private static CgroupVersion version(String controller) {
        return LAYOUT.controller(controller)
                .or(() -> LAYOUT.controller(controller.equals("io") ? "blkio" : controller))
                .orElseThrow(() -> new TestAbortedException("needs the controller " + controller))
                .version();
    }

    private static void assumeVersion2(String controller) {
        if (version(controller) != CgroupVersion.V2) {
            throw new TestAbortedException("needs the controller " + controller + " in version 2");
        }
    }

    /** A process that takes so much memory, says so and waits. */
    private static String take(int mebibytes) {
        return "exec perl -e '$| = 1; vec($x, (" + mebibytes + " << 20) - 1, 8) = 1; print \"had it\\n\"; sleep 1000'";
    }

    private static String takeAndEnd(int mebibytes) {
        return "perl -e 'vec($x, (" + mebibytes + " << 20) - 1, 8) = 1; print \"had it\\n\"'";
    }

    /** What the kernel keeps in memory of a disk as long as that is open, and can drop. */
    private static String keep(TestDisk disk, int mebibytes) {
        return "exec 9<" + disk.path() + "; dd bs=1M count=" + mebibytes
                + " of=/dev/null <&9 2>/dev/null; echo read; read more || true";
    }

    /** Others may keep this machine busy, so one measurement must come close; but none may be above. */
    private static void measure(double wanted, double tolerance, DoubleSupplier measurement) {
        Awaitility.await().atMost(LONG).pollDelay(Duration.ZERO).until(() -> {
            double measured = measurement.getAsDouble();
            assertThat(measured).isLessThan(wanted * (1 + tolerance));
            return measured > wanted * (1 - tolerance);
        });
    }

    // ---- CPU

    @ParameterizedTest
    @ValueSource(doubles = {0.2, 0.5})
    @DisplayName("it has its quota of the CPUs' time, within 10 %, whatever the number of its processes")
    void quota(double cpus) throws Exception {
        try (Cgroup cgroup = create("quota", Limits.builder().cpuWeight(10_000).cpus(0.05))) {
            for (int i = 0; i < 3; i++) {
                inhabitants.start(cgroup, Inhabitants.BUSY);
            }
            cgroup.update(Limits.builder().cpus(cpus).build());
            measure(cpus, 0.1, () -> share(cgroup));
        }
    }

    /** Over three seconds. */
    private static double share(Cgroup cgroup) {
        CgroupStats before = cgroup.stats();
        long start = System.nanoTime();
        sleep(Duration.ofSeconds(3));
        CgroupStats after = cgroup.stats();
        return (after.cpu().orElseThrow().usage().toNanos()
                        - before.cpu().orElseThrow().usage().toNanos())
                / (double) (System.nanoTime() - start);
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("what waits only lets the one beside it have the CPU")
    void idle() throws Exception {
        try (Cgroup idle =
                        create("idle", Limits.builder().cpuset(0).cpuWeight(100).cpuIdle(true));
                Cgroup usual = create("usual", Limits.builder().cpuset(0))) {
            assertThat(file(idle, "cpu.idle")).isEqualTo("1");
            inhabitants.start(usual, Inhabitants.BUSY);
            Awaitility.await().atMost(LONG).until(() -> millis(usual) > 0);
            inhabitants.start(idle, Inhabitants.BUSY);
            long before = millis(usual);
            Awaitility.await().atMost(LONG).until(() -> millis(usual) > before + 2000);
            assertThat(millis(idle)).isLessThan((millis(usual) - before) / 10);
            idle.update(Limits.builder().cpuIdle(false).cpuWeight(300).build());
            assertThat(file(idle, "cpu.idle")).isEqualTo("0");
            assertThat(file(idle, "cpu.weight", "cpu.shares")).isIn("300", "3072");
        }
    }

    private static long millis(Cgroup cgroup) {
        return cgroup.stats().cpu().orElseThrow().usage().toMillis();
    }

    @Test
    @DisplayName("time that was not used is used later, up to the burst")
    void burst() throws Exception {
        try (Cgroup cgroup = create(
                "burst",
                Limits.builder()
                        .cpuWeight(10_000)
                        .cpuBurst(Duration.ofMillis(8))
                        .cpuQuota(Duration.ofMillis(10), Duration.ofMillis(100)))) {
            assertThat(file(cgroup, "cpu.max.burst", "cpu.cfs_burst_us")).isEqualTo("8000");
            inhabitants.start(cgroup, "while :; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 0.3; done");
            Awaitility.await()
                    .atMost(LONG)
                    .until(() ->
                            cgroup.stats().cpu().orElseThrow().burstPeriods().orElseThrow() > 0);
        }
    }

    // ---- memory

    @Test
    @DisplayName("memory above the high mark is given back, and nobody ends for it")
    void high() throws Exception {
        assumeVersion2("memory");
        try (TestDisk disk = TestDisk.take();
                Cgroup cgroup = create(
                        "high",
                        Limits.builder().memoryHigh(ByteSize.mebibytes(24)).memoryMax(ByteSize.mebibytes(200)))) {
            assertThat(file(cgroup, "memory.high")).isEqualTo(Long.toString(24L << 20));
            Process process = inhabitants.start(cgroup, keep(disk, 60));
            assertThat(process.inputReader().readLine()).isEqualTo("read");
            assertThat(value(cgroup, "memory.events", "high")).isPositive();
            assertThat(value(cgroup, "memory.events", "oom_kill")).isZero();
            assertThat(cgroup.stats().memory().orElseThrow().currentBytes()).isLessThan(28L << 20);
        }
    }

    @Test
    @DisplayName("memory that is protected stays while others have some to give")
    void low() throws Exception {
        try (Cgroup cgroup = create("low", Limits.builder().memoryLow(ByteSize.mebibytes(24)))) {
            assertThat(file(cgroup, "memory.low", "memory.soft_limit_in_bytes")).isEqualTo(Long.toString(24L << 20));
            cgroup.update(Limits.builder().memoryLow(ByteSize.bytes(0)).build());
            assertThat(file(cgroup, "memory.low", "memory.soft_limit_in_bytes")).isEqualTo("0");
        }
        assumeVersion2("memory");
        try (TestDisk disk = TestDisk.take();
                Cgroup parent = create("protecting", Limits.builder().memoryMax(ByteSize.mebibytes(64)));
                Cgroup kept = parent.createChild(
                        "kept",
                        Limits.builder().memoryLow(ByteSize.mebibytes(32)).build());
                Cgroup other = parent.createChild("other", Limits.none())) {
            assertThat(inhabitants.start(kept, keep(disk, 24)).inputReader().readLine())
                    .isEqualTo("read");
            long before = kept.stats().memory().orElseThrow().currentBytes();
            assertThat(inhabitants.run(other, takeAndEnd(48))).isEqualTo("had it\n");
            assertThat(kept.stats().memory().orElseThrow().currentBytes()).isGreaterThan(before / 2);
        }
    }

    @Test
    @DisplayName("all end together when memory is short, where that was asked for")
    void oom_group() throws Exception {
        assumeVersion2("memory");
        Limits limits = Limits.builder()
                .memoryMax(ByteSize.mebibytes(24))
                .swapMax(ByteSize.bytes(0))
                .memoryOomGroup(true)
                .build();
        try (Cgroup cgroup = Cgroup.create("together", limits);
                Cgroup alone = Cgroup.create(
                        "alone", limits.toBuilder().memoryOomGroup(false).build())) {
            Process ends = inhabitants.start(cgroup, "exec sleep 1000");
            Process stays = inhabitants.start(alone, "exec sleep 1000");
            assertThat(inhabitants.run(cgroup, takeAndEnd(100))).doesNotContain("had it");
            assertThat(inhabitants.run(alone, takeAndEnd(100))).doesNotContain("had it");
            assertThat(ends.waitFor()).isEqualTo(137);
            assertThat(stays.isAlive()).isTrue();
            assertThat(value(cgroup, "memory.events", "oom_group_kill")).isPositive();
        }
    }

    @Test
    @DisplayName("swap, of which there is as much as it may have")
    void swap() throws Exception {
        if (System.getenv("V2VM_DISK") == null) {
            throw new TestAbortedException("needs the virtual machine of the tests: no other gets swap");
        }
        try (TestDisk disk = TestDisk.take()) {
            TestDisk.run("mkswap", disk.path());
            TestDisk.run("swapon", disk.path());
            try (Cgroup none = swapping("no-swap", 0);
                    Cgroup some = swapping("some-swap", 24)) {
                assertThat(inhabitants.run(none, takeAndEnd(28))).doesNotContain("had it");
                assertThat(inhabitants.run(some, takeAndEnd(60))).doesNotContain("had it");
                Process holder = inhabitants.start(some, take(28));
                assertThat(holder.inputReader().readLine()).isEqualTo("had it");
                assertThat(some.stats().memory().orElseThrow().swapBytes().orElseThrow())
                        .isBetween(1L << 20, 24L << 20);
            } finally {
                TestDisk.run("swapoff", disk.path());
            }
        }
    }

    private static Cgroup swapping(String name, int swap) {
        return create(name, Limits.builder().swapMax(ByteSize.mebibytes(swap)).memoryMax(ByteSize.mebibytes(20)));
    }

    @Test
    @DisplayName("swap of version 1 keeps its amount when the memory beside it changes")
    void swap_beside_memory() throws Exception {
        if (version("memory") != CgroupVersion.V1) {
            throw new TestAbortedException("needs the controller memory in version 1");
        }
        try (Cgroup cgroup = swapping("beside", 10)) {
            assertThat(file(cgroup, "memory.memsw.limit_in_bytes")).isEqualTo(Long.toString(30L << 20));
            for (int mebibytes : new int[] {50, 8}) {
                cgroup.update(Limits.builder()
                        .memoryMax(ByteSize.mebibytes(mebibytes))
                        .build());
                assertThat(file(cgroup, "memory.limit_in_bytes")).isEqualTo(Long.toString((long) mebibytes << 20));
                assertThat(file(cgroup, "memory.memsw.limit_in_bytes"))
                        .isEqualTo(Long.toString((mebibytes + 10L) << 20));
            }
            cgroup.update(
                    Limits.builder().swapMax(ByteSize.bytes(Long.MAX_VALUE - 1)).build());
            assertThat(file(cgroup, "memory.memsw.limit_in_bytes")).startsWith("92233720368547");
        }
    }

    @Test
    @DisplayName("memory that the kernel can take back from files is no reason to refuse a lower limit")
    void files_in_memory() throws Exception {
        try (TestDisk disk = TestDisk.take();
                Cgroup cgroup = create("files", Limits.builder().memoryMax(ByteSize.mebibytes(200)))) {
            Process holder = inhabitants.start(cgroup, keep(disk, 60));
            assertThat(holder.inputReader().readLine()).isEqualTo("read");
            assertThat(cgroup.stats().memory().orElseThrow().currentBytes()).isGreaterThan(40L << 20);
            cgroup.update(Limits.builder().memoryMax(ByteSize.mebibytes(30)).build());
            assertThat(holder.isAlive()).isTrue();
            assertThat(cgroup.stats().memory().orElseThrow().currentBytes()).isLessThanOrEqualTo(30L << 20);
            holder.getOutputStream().close();
            assertThat(holder.waitFor()).isZero();
        }
    }

    // ---- disks

    /** The kernel counts in slices of a tenth of a second, so the rates are a whole number of 64 KiB in each. */
    static Stream<Arguments> disk() {
        ByteSize size = ByteSize.kibibytes(40 * 64);
        String reads = "if=%s of=/dev/null iflag=direct";
        String writes = "if=/dev/zero of=%s oflag=direct";
        return Stream.of(
                Arguments.of(IoRate.unlimited().read(size), reads),
                Arguments.of(IoRate.unlimited().write(size), writes),
                Arguments.of(IoRate.unlimited().readOperations(40), reads),
                Arguments.of(IoRate.unlimited().writeOperations(40), writes));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    @DisplayName("a disk is used at the rate that it may be, within 15 %")
    void disk(IoRate rate, String use) throws Exception {
        try (TestDisk disk = TestDisk.take();
                Cgroup cgroup = create("disk", Limits.builder().ioMax(disk.device(), rate))) {
            String copy = "dd bs=64k count=160 conv=nocreat,notrunc " + use.formatted(disk.path()) + " 2>&1";
            measure(1, 0.15, () -> {
                long start = System.nanoTime();
                try {
                    assertThat(inhabitants.run(cgroup, copy)).contains("160+0 records out");
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                return 4e9 / (System.nanoTime() - start);
            });
            cgroup.update(
                    Limits.builder().ioMax(disk.device(), IoRate.unlimited()).build());
            long start = System.nanoTime();
            assertThat(inhabitants.run(cgroup, copy)).contains("160+0 records out");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    @DisplayName("a share of the disks is told to the kernel as its scheduler has it")
    void disk_weight() throws Exception {
        version("io");
        try (Cgroup cgroup = create("disks", Limits.builder().ioWeight(10_000))) {
            assertThat(file(cgroup, "io.weight", "io.bfq.weight", "blkio.bfq.weight", "blkio.weight"))
                    .isIn("default 10000", "default 1000", "1000");
        } catch (HostUnsupportedException e) {
            assertThat(e).hasMessageContaining("this kernel has no such file");
            throw new TestAbortedException("needs a kernel that shares disks by weight", e);
        }
    }

    @Test
    @DisplayName("what only version 2 has is refused where version 1 has the controller")
    void only_in_version_2() {
        if (version("memory") != CgroupVersion.V1) {
            throw new TestAbortedException("needs the controller memory in version 1");
        }
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> create("high", Limits.builder().memoryHigh(ByteSize.mebibytes(1))))
                .withMessageContaining("limit memory.high (memory.high = 1048576): cgroup version 1, which has the"
                        + " controller memory on this host, has nothing like it");
    }
}
