package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.CgroupInput;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A cgroup")
@Timeout(60)
class CgroupIT {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String BUSY = Inhabitants.BUSY;

    private final Inhabitants inhabitants = new Inhabitants();

    @BeforeAll
    static void probe() {
        Requirement.CGROUPS.assume();
    }

    @AfterEach
    void end() {
        inhabitants.close();
    }

    private Process start(Cgroup cgroup, String script) throws IOException {
        return inhabitants.start(cgroup, script);
    }

    private String run(Cgroup cgroup, String script) throws IOException, InterruptedException {
        return inhabitants.run(cgroup, script);
    }

    private static Cgroup create(String name, Limits.Builder limits) {
        return Cgroup.create(name, limits.build());
    }

    /** The time on CPUs that a process of the test has had, with its children that have ended. */
    private static double cpuSeconds(Process process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    @Test
    @DisplayName("has the processes that are moved there and their children, and nothing is left of it")
    void processes() throws Exception {
        List<Path> directories;
        try (Cgroup cgroup = create("processes", Limits.builder())) {
            directories = cgroup.directories();
            assertThat(directories)
                    .isNotEmpty()
                    .allSatisfy(path -> assertThat(path).isDirectory());
            assertThat(cgroup.processes()).isEmpty();
            Process process = start(cgroup, "sleep 1000 & echo $!; wait");
            long child = Long.parseLong(process.inputReader().readLine());
            assertThat(cgroup.processes()).containsExactlyInAnyOrder(process.pid(), child);
            assertThat(cgroup).hasToString("cgroup processes " + directories);
        }
        assertThat(directories).allSatisfy(path -> assertThat(path).doesNotExist());
        Awaitility.await()
                .untilAsserted(() -> assertThat(inhabitants.first().isAlive())
                        .as("ended by the close")
                        .isFalse());
    }

    @Test
    @DisplayName("refuses to fork above its number of processes, and more once that is raised")
    void pids() throws Exception {
        String fork = "(sleep 0 & wait) && echo forked";
        try (Cgroup cgroup = create("pids", Limits.builder().pidsMax(1))) {
            assertThat(run(cgroup, fork)).doesNotContain("forked").contains("ork");
            cgroup.update(Limits.builder().pidsMax(5).build());
            assertThat(run(cgroup, fork)).isEqualTo("forked\n");
            cgroup.update(Limits.builder().pidsUnlimited().build());
            assertThat(run(cgroup, fork)).isEqualTo("forked\n");
        }
    }

    @Test
    @DisplayName("shares a CPU with another one in proportion to their weights")
    void weights() throws Exception {
        try (Cgroup light = create("light", Limits.builder().cpuset(0).cpuWeight(100));
                Cgroup heavy = create("heavy", Limits.builder().cpuset(0).cpuWeight(300))) {
            Process one = start(light, BUSY);
            Process other = start(heavy, BUSY);
            Awaitility.await().atMost(SOON).until(() -> cpuSeconds(one) > 0.1 && cpuSeconds(other) > 0.1);
            double oneBefore = cpuSeconds(one);
            double otherBefore = cpuSeconds(other);
            Awaitility.await()
                    .atMost(SOON.multipliedBy(4))
                    .until(() -> cpuSeconds(one) + cpuSeconds(other) - oneBefore - otherBefore > 6);
            assertThat((cpuSeconds(other) - otherBefore) / (cpuSeconds(one) - oneBefore))
                    .isBetween(2.4, 3.6);
        }
    }

    @Test
    @DisplayName("runs on the CPUs that it is given only")
    void cpuset() throws Exception {
        try (Cgroup cgroup = create("cpuset", Limits.builder().cpuset(0).memoryNodes("0"))) {
            assertThat(run(cgroup, "grep Cpus_allowed_list /proc/self/status")).isEqualTo("Cpus_allowed_list:\t0\n");
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(
                            () -> cgroup.update(Limits.builder().cpuset(8000).build()))
                    .withMessageContaining("limit cpuset.cpus: cpuset.cpus = 8000")
                    .withMessageContaining("there is no 8000; it may have 0");
        }
    }

    @Test
    @DisplayName("whose memory is full loses a process, and another one none")
    void memory() throws Exception {
        try (Cgroup sibling = create("sibling", Limits.builder());
                Cgroup cgroup = create(
                        "memory",
                        Limits.builder().memoryMax(ByteSize.mebibytes(20)).swapMax(ByteSize.bytes(0)))) {
            Process well = start(sibling, "sleep 1000");
            Process greedy = start(cgroup, "x=$(head -c 100000000 /dev/zero | tr '\\0' x); echo had it");
            assertThat(new String(greedy.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .doesNotContain("had it");
            assertThat(greedy.waitFor()).isNotZero();
            assertThat(well.isAlive()).isTrue();
            cgroup.update(Limits.builder().memoryMax(ByteSize.mebibytes(400)).build());
            assertThat(run(cgroup, "x=$(head -c 50000000 /dev/zero | tr '\\0' x); echo had it"))
                    .isEqualTo("had it\n");
        }
    }

    @Test
    @DisplayName("can't have its memory limited to less than it uses")
    void less_memory_than_in_use() throws Exception {
        try (Cgroup cgroup = create("used", Limits.builder().memoryMax(ByteSize.mebibytes(300)))) {
            Process holder = start(cgroup, "x=$(head -c 50000000 /dev/zero | tr '\\0' x); echo had it; read more");
            assertThat(holder.inputReader().readLine()).isEqualTo("had it");
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> cgroup.update(
                            Limits.builder().memoryMax(ByteSize.mebibytes(10)).build()))
                    .withMessageContaining("limit memory.max: ")
                    .withMessageContaining(" = 10485760 in ")
                    .withMessageContaining("bytes are in use; it must be at least that");
            assertThat(holder.isAlive()).isTrue();
        }
    }

    @Test
    @DisplayName("tells what its processes use")
    void statistics() throws Exception {
        try (Cgroup cgroup =
                create("stats", Limits.builder().pidsMax(50).cpus(0.5).memoryMax(ByteSize.mebibytes(300)))) {
            CgroupStats before = cgroup.stats();
            start(cgroup, "x=$(head -c 20000000 /dev/zero | tr '\\0' x); " + BUSY);
            Awaitility.await().atMost(SOON.multipliedBy(4)).untilAsserted(() -> {
                CgroupStats now = cgroup.stats();
                assertThat(now.memory().orElseThrow().currentBytes()).isGreaterThan(20_000_000);
                assertThat(now.pids().orElseThrow().current()).isPositive();
                assertThat(now.cpuUsage(before).orElseThrow()).isBetween(0.05, 0.6);
                assertThat(now.cpu().orElseThrow().throttledPeriods().orElseThrow())
                        .isPositive();
            });
        }
    }

    @Test
    @DisplayName("stands still while it is frozen, and goes on")
    void freeze() throws Exception {
        try (Cgroup cgroup = create("freeze", Limits.builder())) {
            Process process = start(cgroup, BUSY);
            cgroup.freeze(SOON);
            double before = cpuSeconds(process);
            Thread.sleep(500);
            assertThat(cpuSeconds(process)).isEqualTo(before);
            cgroup.thaw();
            cgroup.thaw();
            Awaitility.await().until(() -> cpuSeconds(process) > before);
            cgroup.freeze(SOON);
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(inhabitants.first().isAlive())
                        .as("ended although it was frozen")
                        .isFalse());
    }

    @Test
    @Timeout(180)
    @DisplayName("can be ended although its processes go on to make others")
    void fork_bomb() throws Exception {
        try (Cgroup cgroup = create("bomb", Limits.builder().pidsMax(5000))) {
            Process process = start(cgroup, "exec perl -e 'while (1) { fork // select(undef, undef, undef, 0.01) }'");
            Awaitility.await()
                    .atMost(SOON.multipliedBy(9))
                    .until(() -> cgroup.processes().size() > 4900);
            cgroup.kill();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            Awaitility.await()
                    .atMost(SOON.multipliedBy(6))
                    .until(() -> cgroup.processes().isEmpty());
        }
    }

    @Test
    @DisplayName("can have others in it, which are limited with it and end with it")
    void children() throws Exception {
        List<Path> directories;
        Cgroup closedLast;
        try (Cgroup cgroup = create("parent", Limits.builder().pidsMax(1))) {
            Cgroup child =
                    cgroup.createChild("child", Limits.builder().pidsMax(100).build());
            directories = child.directories();
            assertThat(child.name()).isEqualTo("parent/child");
            assertThat(run(child, "(sleep 0 & wait) && echo forked")).doesNotContain("forked");
            start(child, "sleep 1000");
            Cgroup first = cgroup.createChild("first", Limits.none());
            first.close();
            closedLast = child;
        }
        assertThat(directories).allSatisfy(path -> assertThat(path).doesNotExist());
        closedLast.close();
        assertThatExceptionOfType(ContainerException.class).isThrownBy(closedLast::processes);
    }

    @Test
    @DisplayName("closes its directories only when no launch needs them any more")
    void closed_during_a_launch() {
        Cgroup cgroup = create("launching", Limits.builder());
        CgroupInput first = cgroup.inputToJoin();
        CgroupInput second = cgroup.input();
        cgroup.close();
        first.close();
        assertThat(first.others()).isNotEmpty().allMatch(Fd::isOpen);
        second.close();
        assertThat(first.others()).noneMatch(Fd::isOpen);
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(cgroup::input)
                .withMessageContaining("the cgroup launching is closed");
    }

    @Test
    @DisplayName("has a name that nobody else has, in a strict form")
    void names() {
        try (Cgroup cgroup = create("name", Limits.builder())) {
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> create("name", Limits.builder()))
                    .withMessageContaining("cgroup name name is taken");
            assertThat(cgroup.directories()).allSatisfy(path -> assertThat(path).isDirectory());
        }
        for (String wrong : List.of("", ".", "..", "../x", "a/b", "-a", "a b", "a\n", "x".repeat(101))) {
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> create(wrong, Limits.builder()))
                    .withMessageContaining("must be 1 to 100 letters");
        }
    }

    @Test
    @DisplayName("that a dead JVM has left is swept away, and none of a living one")
    void sweep() throws Exception {
        try (Cgroup living = create("living", Limits.builder())) {
            Path parent = living.directories().getFirst().getParent();
            Path left = Files.createDirectories(parent.resolve("lxc4j-left/deeper"));
            Process process = start(living, "exec sleep 1000");
            Files.writeString(left.resolve("cgroup.procs"), Long.toString(process.pid()));
            assertThat(Cgroup.sweep()).contains("left").doesNotContain("living");
            assertThat(left.getParent()).doesNotExist();
            assertThat(process.waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            assertThat(living.directories()).allSatisfy(path -> assertThat(path).isDirectory());
        }
    }

    @Test
    @DisplayName("refuses what this host can't limit, with its name, and leaves nothing")
    void unsupported() throws Exception {
        try (Cgroup cgroup = create("unsupported", Limits.builder())) {
            assertThatExceptionOfType(HostUnsupportedException.class)
                    .isThrownBy(
                            () -> create("nothing", Limits.builder().pidsMax(3).set("quantum.max", "1")))
                    .withMessageContaining(
                            "limit quantum.max (quantum.max = 1): the controller quantum is not in the kernel");
            assertThatExceptionOfType(HostUnsupportedException.class)
                    .isThrownBy(
                            () -> create("nothing", Limits.builder().pidsMax(3).set("pids.quantum", "1")))
                    .withMessageContaining("this kernel has no such file");
            assertThat(cgroup.directories())
                    .allSatisfy(directory -> assertThat(directory.resolveSibling("lxc4j-nothing"))
                            .doesNotExist());
            assertThatExceptionOfType(ContainerException.class)
                    .isThrownBy(() -> cgroup.add(4_194_304))
                    .withMessageContaining(
                            "moving process 4194304 into the cgroup unsupported: there is no such process");
            assertThatExceptionOfType(InvalidSpecificationException.class).isThrownBy(() -> cgroup.add(0));
        }
    }

    @Test
    @DisplayName("that somebody else has removed can be closed, and is gone in all hierarchies")
    void removed_by_others() throws Exception {
        Cgroup cgroup = create("removed", Limits.builder());
        List<Path> directories = cgroup.directories();
        Files.delete(directories.getFirst());
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> start(cgroup, "exec sleep 1000"))
                .withMessageContaining("the cgroup was removed by somebody else");
        if (directories.size() > 1) {
            Files.delete(directories.getLast());
        }
        cgroup.close();
        assertThat(directories).allSatisfy(path -> assertThat(path).doesNotExist());
    }

    @Test
    @DisplayName("that this JVM itself was put into is neither ended nor swept away")
    void with_this_jvm() throws Exception {
        long self = ProcessHandle.current().pid();
        try (Cgroup cgroup = create("own", Limits.builder())) {
            cgroup.add(self);
            try {
                for (ThrowingCallable end : List.<ThrowingCallable>of(cgroup::kill, cgroup::close)) {
                    assertThatExceptionOfType(ContainerException.class)
                            .isThrownBy(end)
                            .withMessageContaining("the cgroup own: this JVM is in it, and would end itself");
                }
                assertThat(cgroup.processes()).contains(self);
            } finally {
                for (Path directory : cgroup.directories()) {
                    Path room = directory.resolveSibling(CgroupPlaces.LEAF);
                    Files.writeString(
                            (Files.exists(room) ? room : directory.getParent()).resolve("cgroup.procs"),
                            Long.toString(self));
                }
            }
        }
    }

    @Test
    @DisplayName("that is closed says so")
    void closed() {
        Cgroup cgroup = create("closed", Limits.builder());
        cgroup.close();
        cgroup.close();
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(cgroup::processes)
                .withMessage("the cgroup closed is closed");
    }
}
