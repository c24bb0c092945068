package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.cgroups.ByteSize;
import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.testing.Requirement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.opentest4j.TestAbortedException;

@DisplayName("What a container may use")
@Timeout(120)
class LimitsInsideIT {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @BeforeAll
    static void probe() {
        if (!Cgroup.isAvailable()) {
            if (Requirement.ROOT.problem().isEmpty()) {
                throw new AssertionError("root can make no cgroups");
            }
            throw new TestAbortedException("needs a cgroup of this user's own");
        }
    }

    private static ContainerBuilder java(Limits.Builder limits, String... arguments) {
        ContainerBuilder builder = Container.builder().limits(limits.build());
        List<String> command = new ArrayList<>(List.of(JAVA));
        command.addAll(List.of(arguments));
        return builder.command(command.toArray(String[]::new));
    }

    @Test
    @DisplayName("is what a JVM inside takes its memory and processors from")
    void java_inside() throws Exception {
        ContainerResult result = java(
                        Limits.builder().memoryMax(ByteSize.mebibytes(256)).cpus(1),
                        "-XX:MaxRAMPercentage=50",
                        "-XshowSettings:system",
                        "-XX:+PrintFlagsFinal",
                        "-version")
                .run();
        assertThat(result.isSuccess()).as(result.error()).isTrue();
        assertThat(result.error())
                .containsPattern("Effective CPU Count: 1\n")
                .containsPattern("CPU Period: 100000us")
                .containsPattern("CPU Quota: 100000us")
                .containsPattern("Memory Limit: 256.00M");
        assertThat(result.output()).containsPattern(" MaxHeapSize +=.* 134217728 ");
    }

    @Test
    @DisplayName("is told to a JVM inside, too, where only its memory is limited")
    void only_memory() throws Exception {
        ContainerResult result = java(
                        Limits.builder().memoryMax(ByteSize.mebibytes(256)), "-XshowSettings:system", "-version")
                .run();
        assertThat(result.error()).containsPattern("Memory Limit: 256.00M");
    }

    @Test
    @DisplayName("is shown at /sys/fs/cgroup: its own cgroups, no other, read-only")
    void own_cgroups() throws Exception {
        try (Container other = Container.builder().command("sleep", "1000").start();
                Container container = Container.builder()
                        .limits(Limits.builder()
                                .memoryMax(ByteSize.mebibytes(256))
                                .build())
                        .command("sh", "-c", "cat /proc/self/mountinfo; echo; find /sys/fs/cgroup; echo; read end")
                        .start()) {
            assertThat(other.process().isAlive()).isTrue();
            String mounts = until(container);
            String files = until(container);
            List<MountInfo> cgroups = mounts.lines()
                    .flatMap(line -> MountInfo.parse(line).stream())
                    .filter(mount -> mount.mountPoint().startsWith("/sys/fs/cgroup"))
                    .toList();
            assertThat(cgroups).isNotEmpty().allSatisfy(mount -> {
                assertThat(mount.root()).isEqualTo("/");
                assertThat(mount.options()).contains("ro", "nosuid", "nodev", "noexec");
            });
            List<Path> directories = container.cgroup().orElseThrow().directories().stream()
                    .filter(directory -> !directory.startsWith("/sys/fs/cgroup/devices"))
                    .toList();
            assertThat(cgroups.stream().filter(mount -> mount.type().startsWith("cgroup")))
                    .hasSameSizeAs(directories);
            assertThat(files).contains("/memory.").doesNotContain("lxc4j-");
        }
    }

    private static String until(Container container) {
        return container
                .process()
                .inputReader()
                .lines()
                .takeWhile(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
    }
}
