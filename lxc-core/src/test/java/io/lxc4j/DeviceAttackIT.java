package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.cgroups.DeviceAccess;
import io.lxc4j.cgroups.DeviceRule;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Mount;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.Isolation;
import io.lxc4j.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The users are the host's and its root may make nodes, so nothing but the list of devices is in the way. */
@DisplayName("device-nodes: in a container of the host's root")
@Timeout(60)
class DeviceAttackIT {
    private static final Path DEVICE = Path.of("/dev/kmsg");
    private static final String MAKE = "mknod /dev/made c 1 11 && echo made; ";
    private static final String OPEN = "test -c /dev/made && (exec 3> /dev/made) && echo opened; ";

    @TempDir
    Path directory;

    @BeforeEach
    void require() {
        Requirement.ROOT.assume();
    }

    private ContainerBuilder withHostsRoot() throws IOException {
        return TestRoot.in(directory)
                .readOnly()
                .namespaces(Namespaces.builder().shareUsers().build())
                .isolation(Isolation.standard()
                        .capabilities(Capabilities.defaults().add(Capability.MKNOD)));
    }

    private static Limits devices(DeviceAccess access) {
        return Limits.builder().devices(access).build();
    }

    private static String outputs(ContainerBuilder builder, String script) throws Exception {
        try (Container container =
                builder.command("sh", "-c", script + "echo done; read end").start()) {
            BufferedReader output = container.process().inputReader();
            StringBuilder first = new StringBuilder();
            for (String line = output.readLine(); !line.equals("done"); line = output.readLine()) {
                first.append(line).append(' ');
            }
            return first + "| "
                    + container
                            .exec("sh", "-c", "rm -f /dev/made; " + script)
                            .run()
                            .output()
                            .replace('\n', ' ');
        }
    }

    @Test
    @DisplayName("no node can be made of a device that it was not given, by its first process or a later one")
    void making() throws Exception {
        assertThat(outputs(withHostsRoot(), MAKE + OPEN + "(exec 3< /dev/zero) && echo usual; "))
                .isEqualTo("usual | usual ");
    }

    @Test
    @DisplayName("a node that it may make can't be opened")
    void opening() throws Exception {
        ContainerBuilder builder =
                withHostsRoot().limits(devices(DeviceAccess.standard().with(DeviceRule.allow("a *:* m"))));
        assertThat(outputs(builder, MAKE + OPEN)).isEqualTo("made | made ");
    }

    @Test
    @DisplayName("both would succeed without the list")
    void without_the_list() throws Exception {
        ContainerBuilder builder = withHostsRoot().limits(devices(DeviceAccess.all()));
        assertThat(outputs(builder, MAKE + OPEN)).isEqualTo("made opened | made opened ");
    }

    @Test
    @DisplayName("a node in a volume that lets devices be opened is opened only if no list is against it")
    void in_a_volume() throws Exception {
        Path volume = Files.createDirectory(directory.resolveSibling(directory.getFileName() + "-volume"));
        Path node = volume.resolve("node");
        try {
            assertThat(new ProcessBuilder("mknod", "-m", "666", node.toString(), "c", "1", "11")
                            .start()
                            .waitFor())
                    .isZero();
            Mount mount = Mount.bind(volume).allowDevices().at("/tmp");
            ContainerSpec spec = withHostsRoot()
                    .mount(mount)
                    .command("sh", "-c", "(exec 3> /tmp/node) && echo opened")
                    .build();
            assertThat(spec.run().output()).isEqualTo("opened\n");
            assertThat(spec.toBuilder()
                            .limits(devices(DeviceAccess.standard()))
                            .run()
                            .output())
                    .isEmpty();
        } finally {
            Files.deleteIfExists(node);
            Files.delete(volume);
        }
    }

    @Test
    @DisplayName("a device that it was given can be opened, also beside a list, and while it is mounted")
    void given() throws Exception {
        String open = "(exec 3> " + DEVICE + ") && echo opened";
        assertThat(withHostsRoot()
                        .device(DEVICE)
                        .command("sh", "-c", open)
                        .run()
                        .output())
                .isEqualTo("opened\n");
        ContainerSpec spec = TestRoot.at(directory)
                .readOnly()
                .namespaces(Namespaces.builder().shareUsers().build())
                .limits(devices(DeviceAccess.standard()))
                .device(DEVICE)
                .command("sh", "-c", open)
                .build();
        assertThat(spec.run().output()).isEqualTo("opened\n");
        DeviceAccess usual = DeviceAccess.standard();
        try (Container container = TestRoot.at(directory)
                .readOnly()
                .namespaces(Namespaces.builder().shareUsers().build())
                .command("sleep", "1000")
                .start()) {
            assertThat(container.audit().deviceAccess()).hasValue(usual);
            container.mount(Mount.device(DEVICE));
            assertThat(container.exec("sh", "-c", open).run().output()).isEqualTo("opened\n");
            assertThat(container.audit().deviceAccess()).hasValue(usual.with(DeviceRule.allow("c 1:11 rw")));
            container.unmount(DEVICE.toString());
            assertThat(container.audit().deviceAccess()).hasValue(usual);
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> container.mount(Mount.device(Path.of("/dev/nothing-of-that-name"))));
            assertThat(container.audit().deviceAccess()).hasValue(usual);
        }
    }
}
