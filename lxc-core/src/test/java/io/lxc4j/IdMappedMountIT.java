package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.LaunchException;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("With mapped owners")
class IdMappedMountIT {
    @BeforeAll
    static void needsRoot() {
        Requirement.ROOT.assume();
    }

    @TempDir
    Path directory;

    private Path root;
    private TestRoot files;

    @BeforeEach
    void makeATree() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        root = Files.createDirectory(directory.resolve("root"));
        files = TestRoot.in(root, "data");
        Path secret = Files.writeString(root.resolve("secret"), "secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        Path daemon = Files.writeString(root.resolve("daemon"), "daemon");
        Files.setAttribute(daemon, "unix:uid", 1);
    }

    private static ContainerResult run(ContainerBuilder builder, String script) throws InterruptedException {
        return builder.command("sh", "-c", script).run();
    }

    @Test
    @DisplayName("a read-only root belongs to the container's users")
    void a_read_only_root() throws Exception {
        ContainerResult result = run(files.readOnly(), "stat -c '%u' /secret /daemon; cat /secret; echo x > /secret");
        assertThat(result.output()).isEqualTo("0\n1\nsecret");
        assertThat(result.error()).contains("Read-only file system");
    }

    @Test
    @DisplayName("a copy-on-write root can be changed all over by the container's root, and is not")
    void a_copy_on_write_root() throws Exception {
        ContainerResult result = run(
                files.copyOnWrite(),
                "stat -c '%u' /secret /daemon; cat /secret; echo x > /secret; chown 2 /daemon; rmdir /tmp; stat -c '%u'"
                        + " /secret /daemon; cat /secret");
        assertThat(result.error()).isEmpty();
        assertThat(result.output()).isEqualTo("0\n1\nsecret0\n2\nx\n");
        assertThat(root.resolve("secret")).hasContent("secret");
        assertThat(root.resolve("tmp")).isDirectory();
        assertThat(Files.getAttribute(root.resolve("daemon"), "unix:uid")).isEqualTo(1);
    }

    @Test
    @DisplayName("nothing of an unmapped root is the container's, and secrets of the host's root stay secret")
    void an_unmapped_root() throws Exception {
        for (RootFileSystem unmapped : new RootFileSystem[] {
            RootFileSystem.readOnly(root).unmapped(),
            RootFileSystem.copyOnWrite(root).unmapped()
        }) {
            ContainerBuilder builder = Container.builder().root(unmapped);
            for (String name : new String[] {"usr", "lib", "lib64"}) {
                if (Files.isDirectory(root.resolve(name)) && !Files.isSymbolicLink(root.resolve(name))) {
                    builder.bind(Path.of("/", name), "/" + name);
                }
            }
            ContainerResult result = run(builder, "stat -c '%u' /secret /daemon; cat /secret");
            assertThat(result.output()).isEqualTo("65534\n65534\n");
            assertThat(result.error()).contains("Permission denied");
        }
    }

    @Test
    @DisplayName("a volume's new files belong to the same users of the host as inside")
    void a_volume() throws Exception {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        Mount mount = Mount.bind(volume).writable().idMapped().at("/data");
        ContainerResult result =
                run(Container.builder().mount(mount), "echo x > /data/a; echo x > /data/b; chown 5:6 /data/b");
        assertThat(result.error()).isEmpty();
        assertThat(Files.getAttribute(volume.resolve("a"), "unix:uid")).isEqualTo(0);
        assertThat(Files.getAttribute(volume.resolve("b"), "unix:uid")).isEqualTo(5);
        assertThat(Files.getAttribute(volume.resolve("b"), "unix:gid")).isEqualTo(6);
        assertThat(run(Container.builder().mount(mount), "stat -c %u /data/a /data/b; cat /proc/self/mountinfo")
                        .output())
                .startsWith("0\n5\n")
                .containsPattern(" /data [a-z,]*idmapped");
        ContainerResult unmapped =
                run(Container.builder().mount(Mount.bind(volume).writable().at("/data")), "echo x > /data/c");
        assertThat(unmapped.error()).contains("Permission denied");
    }

    @Test
    @DisplayName("the container's own root needs no mapping where it is the host's")
    void the_hosts_root() throws Exception {
        Namespaces self = Namespaces.builder().users(IdMapping.self()).build();
        assertThat(run(files.readOnly().namespaces(self), "stat -c %u /secret; cat /secret")
                        .output())
                .isEqualTo("0\nsecret");
    }

    @Test
    @DisplayName("the host's root stays as it is: its secrets are nobody's")
    void the_hosts_secrets() throws Exception {
        for (RootFileSystem host :
                new RootFileSystem[] {RootFileSystem.host(), RootFileSystem.readOnly(Path.of("/"))}) {
            ContainerResult result = run(Container.builder().root(host), "cat /etc/shadow");
            assertThat(result.output()).isEmpty();
            assertThat(result.error()).contains("Permission denied");
        }
    }

    @Test
    @DisplayName("a file system that can't be shown so is an error that names the way out")
    void a_file_system_without() {
        ContainerBuilder builder = Container.builder()
                .mount(Mount.bind(Path.of("/sys/kernel")).idMapped().at("/data"))
                .command("true");
        assertThatThrownBy(builder::start)
                .isInstanceOf(LaunchException.class)
                .hasMessageStartingWith("opening the tree /sys/kernel with mapped owners: mount_setattr(")
                .hasMessageEndingWith(
                        "RootFileSystem.unmapped(), or a mount without idMapped(), shows those of the" + " host");
    }
}
