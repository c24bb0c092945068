package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.namespaces.Namespaces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A container is isolated")
class IsolationIT {
    /** The container's own, which {@link LimitsInsideIT} looks at. */
    private static final String CGROUPS = "/sys/fs/cgroup";

    @ParameterizedTest
    @ValueSource(strings = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"})
    void each_namespace_is_new_from_inside_and_from_outside(String kind) throws Exception {
        String host = Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind)).toString();
        try (Container container = Container.builder()
                .command("sh", "-c", "readlink /proc/self/ns/" + kind + "; read x")
                .start()) {
            String inside = firstLine(container.process().getInputStream());
            String outside = Files.readSymbolicLink(
                            Path.of("/proc/" + container.process().pid() + "/ns/" + kind))
                    .toString();
            assertThat(inside).startsWith(kind + ":[").isEqualTo(outside).isNotEqualTo(host);
        }
    }

    @Test
    void the_command_is_process_1_and_sees_only_its_own() throws Exception {
        ContainerResult result = Container.run("sh", "-c", "echo $$; ls /proc | grep -c '^[0-9]'; true");
        assertThat(result.output().lines()).first().isEqualTo("1");
        assertThat(Integer.parseInt(result.output().lines().skip(1).findFirst().orElseThrow()))
                .isLessThan(5);
    }

    @Test
    void it_has_a_host_name_of_its_own() throws Exception {
        String before = Files.readString(Path.of("/proc/sys/kernel/hostname"));
        ContainerResult result = Container.builder()
                .hostName("box.example")
                .command("uname", "-n")
                .run();
        assertThat(result.output()).isEqualTo("box.example\n");
        assertThat(Files.readString(Path.of("/proc/sys/kernel/hostname"))).isEqualTo(before);
    }

    @Test
    void its_network_is_a_loopback_device_that_is_up() throws Exception {
        ContainerResult result = Container.run("sh", "-c", "ls /sys/class/net; cat /sys/class/net/lo/flags");
        assertThat(result.output()).isEqualTo("lo\n0x9\n");
    }

    @Test
    void root_inside_is_not_root_outside() throws Exception {
        try (Container container =
                Container.builder().command("sh", "-c", "id -u; read x").start()) {
            assertThat(firstLine(container.process().getInputStream())).isEqualTo("0");
            List<String> status =
                    Files.readAllLines(Path.of("/proc/" + container.process().pid() + "/status"));
            assertThat(status)
                    .anyMatch(line -> line.startsWith("Uid:") && !line.matches("Uid:\\s+0\\s.*"))
                    .anyMatch(line -> line.matches("NoNewPrivs:\\s+1"))
                    .anyMatch(line -> line.matches("CapInh:\\s+0+"))
                    .anyMatch(line -> line.matches("CapAmb:\\s+0+"));
        }
    }

    @Test
    void the_root_has_no_way_up() throws Exception {
        ContainerResult result = Container.run(
                "sh", "-c", "stat -c %d:%i / /.. /proc/1/root/. /proc/1/root/.. | sort -u | wc -l; cd /..; ls");
        assertThat(result.output().lines().findFirst()).contains("1");
        assertThat(result.output()).contains("usr").doesNotContain("lxc4j-private");
    }

    @Test
    void mounts_are_the_containers_own_and_nothing_of_the_hosts_shows() throws Exception {
        List<String> before = Files.readAllLines(Path.of("/proc/self/mountinfo"));
        ContainerResult result = Container.run("cat", "/proc/self/mountinfo");
        List<String> points =
                result.output().lines().map(line -> line.split(" ", -1)[4]).toList();
        assertThat(points).contains("/", "/usr", "/proc", "/sys", "/dev", "/dev/pts", "/dev/null");
        List<String> masks = List.of("/sys/firmware", "/sys/devices/virtual/powercap");
        assertThat(points)
                .doesNotHaveDuplicates()
                .noneMatch(point -> point.startsWith("/sys/")
                        && !masks.contains(point)
                        && !point.equals(CGROUPS)
                        && !point.startsWith(CGROUPS + "/"));
        assertThat(result.output()).contains(" /sys ro,");
        assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo"))).isEqualTo(before);
    }

    @Test
    void what_is_shared_with_the_host_is_asked_for_by_name() throws Exception {
        ContainerResult result = Container.builder()
                .namespaces(Namespaces.builder()
                        .shareNetwork()
                        .shareHostName()
                        .shareIpc()
                        .shareCgroups()
                        .build())
                .command(
                        "sh",
                        "-c",
                        "readlink /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/ipc /proc/self/ns/cgroup")
                .run();
        StringBuilder expected = new StringBuilder();
        for (String kind : List.of("net", "uts", "ipc", "cgroup")) {
            expected.append(Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind)))
                    .append('\n');
        }
        assertThat(result.output()).isEqualTo(expected.toString());
    }

    private static String firstLine(InputStream stream) throws IOException {
        StringBuilder line = new StringBuilder();
        int c;
        while ((c = stream.read()) >= 0 && c != '\n') {
            line.append((char) c);
        }
        return line.toString();
    }
}
