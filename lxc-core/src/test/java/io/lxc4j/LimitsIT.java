package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.cgroups.ByteSize;
import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.CgroupEvent;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("The limits of a container")
@Timeout(60)
class LimitsIT {
    private static final String FORK = "(sleep 0 & wait) 2>&1 && echo forked";
    private static final String MUCH = "x=$(head -c 50000000 /dev/zero | tr '\\0' x); echo had it";

    @BeforeAll
    static void probe() {
        Requirement.CGROUPS.assume();
        assertThat(Cgroup.isAvailable()).isTrue();
        // A JVM in a delegated cgroup is moved to make room only for limits that are asked for, not for those by
        // default.
        Cgroup.create("room", Limits.builder().pidsMax(10).build()).close();
    }

    private static ContainerBuilder limited(Limits.Builder limits, String script) {
        return Container.builder().limits(limits.build()).command("sh", "-c", script);
    }

    private static List<String> cgroups(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"));
    }

    @Test
    @DisplayName("hold for its command and what is executed later, and can be changed while it runs")
    void hold_for_all() throws Exception {
        try (Container container =
                limited(Limits.builder().pidsMax(2), "echo ready; read end").start()) {
            assertThat(container.process().inputReader().readLine()).isEqualTo("ready");
            assertThat(container.exec("sh", "-c", FORK).run().output()).doesNotContain("forked");
            ContainerProcess sleep = container.exec("sleep", "1000").start();
            assertThat(cgroups(sleep.pid()))
                    .isEqualTo(cgroups(container.process().pid()));
            Cgroup cgroup = container.cgroup().orElseThrow();
            assertThat(cgroup.processes())
                    .containsExactlyInAnyOrder(container.process().pid(), sleep.pid());
            cgroup.update(Limits.builder().pidsMax(10).build());
            assertThat(container.exec("sh", "-c", FORK).run().output()).isEqualTo("forked\n");
        }
    }

    @Test
    @DisplayName("are there by default, in cgroups that are the root of what it sees")
    void by_default() throws Exception {
        try (Container container = Container.builder()
                .command("sh", "-c", "cat /proc/self/cgroup; read end")
                .start()) {
            List<Path> directories = container.cgroup().orElseThrow().directories();
            List<String> outside = cgroups(container.process().pid());
            for (String line : outside) {
                String inside = container.process().inputReader().readLine();
                String path = line.substring(line.lastIndexOf(':') + 1);
                if (directories.stream().anyMatch(directory -> directory.endsWith(path.substring(1)))) {
                    assertThat(inside).endsWith(":/");
                }
            }
            assertThat(outside).anyMatch(line -> line.contains("/lxc4j-"));
            assertThat(Files.readString(directories.stream()
                            .map(directory -> directory.resolve("pids.max"))
                            .filter(Files::exists)
                            .findFirst()
                            .orElseThrow()))
                    .isEqualTo("4096\n");
        }
    }

    @Test
    @DisplayName("go with it, also if it ends by itself and nobody closes it")
    void leave_nothing() throws Exception {
        HostState.warm();
        HostState before = HostState.now();
        Container container = limited(Limits.builder().pidsMax(5), "true").start();
        Cgroup cgroup = container.cgroup().orElseThrow();
        assertThat(container.process().waitFor()).isZero();
        Awaitility.await()
                .untilAsserted(() -> assertThat(cgroup.directories())
                        .allSatisfy(directory -> assertThat(directory).doesNotExist()));
        before.assertUnchanged();
        Container closed = limited(Limits.builder().pidsMax(5), "sleep 1000").start();
        closed.close();
        assertThat(closed.cgroup().orElseThrow().directories())
                .allSatisfy(directory -> assertThat(directory).doesNotExist());
        before.assertUnchanged();
    }

    @Test
    @DisplayName("of memory end it when it wants more, and harm no other")
    void memory() throws Exception {
        try (Container sibling = Container.builder().command("sleep", "1000").start()) {
            ContainerResult result = limited(
                            Limits.builder().memoryMax(ByteSize.mebibytes(20)).swapMax(ByteSize.bytes(0)), MUCH)
                    .run();
            assertThat(result.isSuccess()).isFalse();
            assertThat(result.output()).doesNotContain("had it");
            assertThat(limited(Limits.builder().memoryMax(ByteSize.mebibytes(300)), MUCH)
                            .run()
                            .output())
                    .isEqualTo("had it\n");
            assertThat(sibling.process().isAlive()).isTrue();
        }
    }

    @Test
    @DisplayName("of memory that are too small to start fail the start, harm nobody and leave nothing")
    void too_little_memory() throws Exception {
        HostState.warm();
        HostState before = HostState.now();
        for (long kibibytes : new long[] {1, 16, 64}) {
            ContainerBuilder builder = limited(
                    Limits.builder().memoryMax(ByteSize.kibibytes(kibibytes)).swapMax(ByteSize.bytes(0)), "true");
            assertThatExceptionOfType(ContainerException.class)
                    .as("%d KiB", kibibytes)
                    .isThrownBy(builder::start)
                    .withMessageMatching("(?s).*(memory|ENOMEM).*");
        }
        before.assertUnchanged();
        assertThat(Container.run("echo", "well").output()).isEqualTo("well\n");
    }

    @Test
    @DisplayName(
            "of memory that are too small for one more process fail that, and harm the JVM no more than its container")
    void too_little_memory_for_another() throws Exception {
        try (Container container = limited(
                        Limits.builder().memoryMax(ByteSize.mebibytes(100)).swapMax(ByteSize.bytes(0)),
                        "exec perl -e '$| = 1; vec($x, (20 << 20) - 1, 8) = 1; print \"ready\\n\"; sleep 1000'")
                .start()) {
            assertThat(container.process().inputReader().readLine()).isEqualTo("ready");
            Cgroup cgroup = container.cgroup().orElseThrow();
            long most = leastMemory(cgroup);
            assertThatExceptionOfType(ContainerException.class)
                    .as("with %d bytes", most)
                    .isThrownBy(() -> {
                        for (int i = 0; i < 50; i++) { // each takes a little more
                            container.exec("sleep", "1000").start();
                        }
                    })
                    .withMessageMatching("(?s).*(memory|ENOMEM|killed|ended).*");
        }
        assertThat(Container.run("echo", "well").output()).isEqualTo("well\n");
    }

    /** Limits it to about what it uses. */
    private static long leastMemory(Cgroup cgroup) {
        long used = cgroup.stats().memory().orElseThrow().currentBytes();
        for (long most = used; ; most += 65_536) {
            try {
                cgroup.update(Limits.builder().memoryMax(ByteSize.bytes(most)).build());
                return most;
            } catch (InvalidSpecificationException _) {
                // it takes a little more
            }
        }
    }

    @Test
    @DisplayName("stop it while it is frozen, and it can be closed then")
    void frozen() throws Exception {
        try (Container container = Container.builder()
                .command("sh", "-c", "while :; do echo tick; sleep 0.01; done")
                .start()) {
            Cgroup cgroup = container.cgroup().orElseThrow();
            assertThat(container.process().inputReader().readLine()).isEqualTo("tick");
            cgroup.freeze(Duration.ofSeconds(5));
            Thread.sleep(100);
            byte[] _ = container
                    .process()
                    .getInputStream()
                    .readNBytes(container.process().getInputStream().available());
            Thread.sleep(300);
            assertThat(container.process().getInputStream().available()).isZero();
            cgroup.thaw();
            assertThat(container.process().getInputStream().read()).isPositive();
            cgroup.freeze(Duration.ofSeconds(5));
        }
    }

    @Test
    @DisplayName("tell whether processes were ended for want of memory, also once the container has ended")
    void out_of_memory() throws Exception {
        Limits.Builder small =
                Limits.builder().memoryMax(ByteSize.mebibytes(20)).swapMax(ByteSize.bytes(0));
        ContainerResult ended = limited(small, MUCH).run();
        assertThat(ended.outOfMemory()).isTrue();
        ContainerResult survived = limited(small, "(" + MUCH + "); true").run();
        assertThat(survived.isSuccess() || survived.exitSignal().equals(Optional.of(Signal.KILL)))
                .as("unless memory.oom.group, which version 2 has, ended all of it")
                .isTrue();
        assertThat(survived.outOfMemory()).isTrue();
        assertThat(limited(small, "exit 137").run().outOfMemory()).isFalse();
        BlockingQueue<CgroupEvent> events = new LinkedBlockingQueue<>();
        Cgroup cgroup;
        try (Container container = limited(small, "read go; read end").start()) {
            cgroup = container.cgroup().orElseThrow();
            cgroup.onEvent(events::add);
            assertThat(container.exec("true").run().outOfMemory()).isFalse();
            ContainerResult executed = container.exec("sh", "-c", MUCH).run();
            assertThat(executed.outOfMemory()).isTrue();
            if (!container.process().waitFor(Duration.ofSeconds(2))) { // else memory.oom.group ended all of it
                assertThat(container.exec("true").run().outOfMemory()).isFalse();
            }
        }
        assertThat(cgroup.oomKills().orElseThrow()).isPositive();
        Awaitility.await()
                .untilAsserted(() -> assertThat(events)
                        .hasAtLeastOneElementOfType(CgroupEvent.OomKill.class)
                        .hasAtLeastOneElementOfType(CgroupEvent.Emptied.class));
    }

    @Test
    @DisplayName("that this host can't have fail the start, with their name, and leave nothing")
    void unsupported() throws Exception {
        HostState.warm();
        HostState before = HostState.now();
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> limited(Limits.builder().set("quantum.max", "1"), "true")
                        .start())
                .withMessageContaining("limit quantum.max");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> limited(Limits.builder().cpuset(8000), "true").start())
                .withMessageContaining("cpuset.cpus = 8000");
        before.assertUnchanged();
    }
}
