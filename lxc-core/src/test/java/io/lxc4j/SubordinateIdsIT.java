package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.Mount;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What root may do by itself, the set-user-id tools of the host do for an ordinary user. */
@DisplayName("An ordinary user with subordinate ids")
class SubordinateIdsIT {
    private static final ProcessStatus CALLER = ProcessStatus.ofThisProcess();

    private static Range uids;
    private static Range gids;

    /** A line of {@code /etc/subuid} or {@code /etc/subgid}. */
    private record Range(long first, long count) {
        static Range read(String file) throws IOException {
            String user = System.getProperty("user.name");
            String[] parts = Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(user + ":") || line.startsWith(CALLER.uid() + ":"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no line of " + user + " in " + file))
                    .split(":", -1);
            return new Range(Long.parseLong(parts[1]), Long.parseLong(parts[2]));
        }

        boolean has(long id) {
            return id >= first && id < first + count;
        }
    }

    @BeforeAll
    static void needsTheTools() throws IOException {
        Assumptions.assumeTrue(CALLER.uid() != 0, "needs an ordinary user");
        Requirement.SUBORDINATE_IDS.assume();
        uids = Range.read("/etc/subuid");
        gids = Range.read("/etc/subgid");
    }

    private static ContainerBuilder container(IdMapping mapping, String script) {
        return Container.builder()
                .namespaces(Namespaces.builder().users(mapping).build())
                .command("sh", "-c", script);
    }

    private static List<String> map(IdMapping mapping, String file) throws InterruptedException {
        return container(mapping, "cat /proc/self/" + file)
                .run()
                .output()
                .lines()
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();
    }

    private static List<Long> numbers(String line) {
        return List.of(line.strip().split(" +", -1)).stream().map(Long::valueOf).toList();
    }

    @Test
    @DisplayName("is root of a container that has them as 1 and following")
    void is_root() throws InterruptedException {
        assertThat(map(IdMapping.subordinate(), "uid_map"))
                .containsExactly("0 " + CALLER.uid() + " 1", "1 " + uids.first + " " + uids.count);
        assertThat(map(IdMapping.subordinate(), "gid_map"))
                .containsExactly("0 " + CALLER.gid() + " 1", "1 " + gids.first + " " + gids.count);
        assertThat(container(IdMapping.subordinate(), "id -u").run().output()).isEqualTo("0\n");
    }

    @Test
    @DisplayName("keeps the own id, with them below and above")
    void keeps_its_id() throws InterruptedException {
        assertThat(container(IdMapping.keepId(), "id -u; id -g").run().output())
                .isEqualTo(CALLER.uid() + "\n" + CALLER.gid() + "\n");
        assertThat(map(IdMapping.keepId(), "uid_map"))
                .startsWith("0 " + uids.first + " " + CALLER.uid(), CALLER.uid() + " " + CALLER.uid() + " 1")
                .hasSize(3);
    }

    @Test
    @DisplayName("has containers whose ids are nobody else's, not even the user's")
    void has_containers_apart() throws Exception {
        ContainerSpec specification =
                container(IdMapping.isolated(1000), "exec sleep 1000").build();
        try (Container one = specification.start();
                Container other = specification.start()) {
            List<Long> first = hostsUids(one);
            List<Long> second = hostsUids(other);
            assertThat(first.get(0)).isZero();
            assertThat(uids.has(first.get(1)) && uids.has(first.get(1) + first.get(2) - 1))
                    .isTrue();
            assertThat(Math.abs(first.get(1) - second.get(1))).isGreaterThanOrEqualTo(first.get(2));

            ContainerProcess more = one.exec("sleep", "1000").start();
            assertThat(Files.getAttribute(Path.of("/proc/" + more.pid()), "unix:uid"))
                    .isEqualTo(Math.toIntExact(first.get(1)));
        }
    }

    private static List<Long> hostsUids(Container container) throws IOException {
        return numbers(Files.readString(Path.of("/proc/" + container.process().pid() + "/uid_map")));
    }

    @Test
    @DisplayName("gets files of a container that belong to them, and keeps secrets from it")
    void shares_a_directory(@TempDir Path shared) throws Exception {
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path secret = Files.writeString(shared.resolve("secret"), "secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        ContainerResult result = container(
                        IdMapping.isolated(100), "cd /mnt; touch made; chown 7:8 made; cat secret; rm -f secret")
                .bindWritable(shared, "/mnt")
                .run();
        assertThat(result.error()).contains("secret: Permission denied");
        Path made = shared.resolve("made");
        int uid = (int) Files.getAttribute(made, "unix:uid");
        int gid = (int) Files.getAttribute(made, "unix:gid");
        assertThat(uids.has(uid - 7) && gids.has(gid - 8)).as(uid + " " + gid).isTrue();
        assertThat(secret).doesNotExist(); // who may write to a directory may remove what is in it
        Files.delete(made);
    }

    @Test
    @DisplayName("works in a running container as in one of its own id")
    void works_in_a_running_container(@TempDir Path directory) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path source = Files.writeString(directory.resolve("source"), "content");
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-r--r--"));
        HostState.warm();
        HostState before = HostState.now();
        try (Container container = container(IdMapping.isolated(1000), "exec sleep 1000")
                .terminal()
                .init()
                .start()) {
            container.copyIn(source, "/tmp/copy");
            assertThat(container
                            .exec("sh", "-c", "stat -c '%u %g' /tmp/copy; id -u; id -g")
                            .user(999, 998)
                            .run()
                            .output())
                    .isEqualTo("0 0\n999\n998\n");
            container
                    .exec("sh", "-c", "chown 999:998 /tmp/copy; echo more >> /tmp/copy")
                    .run();
            container.copyOut("/tmp/copy", directory.resolve("back"));
            assertThat(directory.resolve("back")).hasContent("contentmore");
            assertThat(Files.getAttribute(directory.resolve("back"), "unix:uid"))
                    .isEqualTo(Math.toIntExact(CALLER.uid()));

            container.mount(Mount.bind(directory).at("/mnt"));
            container.mount(Mount.tmpfs().at("/media"));
            assertThat(container
                            .exec("sh", "-c", "cat /mnt/source; touch /media/made && echo made")
                            .run()
                            .output())
                    .isEqualTo("contentmade\n");
            container.unmount("/mnt");
            assertThat(container.exec("test", "-e", "/mnt/source").run().isSuccess())
                    .isFalse();
            assertThat(container.exec("tty").terminal().run().output()).startsWith("/dev/pts/");
        }
        before.assertUnchanged();
    }

    @Test
    @DisplayName("joins the network of another container of such ids, as its users")
    void joins_another() throws Exception {
        try (Container one =
                        container(IdMapping.isolated(1000), "exec sleep 1000").start();
                NamespaceHandle network = one.namespace(NamespaceKind.NETWORK);
                Container other = Container.builder()
                        .namespaces(Namespaces.builder().join(network).build())
                        .command("sleep", "1000")
                        .start()) {
            assertThat(hostsUids(other)).isEqualTo(hostsUids(one));
            assertThat(other.exec("readlink", "/proc/self/ns/net").run().output())
                    .isEqualTo(one.exec("readlink", "/proc/self/ns/net").run().output());
        }
    }

    @Test
    @DisplayName("is told where more can be had than there are")
    void wants_too_many() {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(
                        () -> container(IdMapping.isolated(1L << 31), "true").run())
                .withMessageContaining("a container is to have 2147483648 ids")
                .withMessageContaining("/etc/subuid")
                .withMessageContaining("ask for fewer with isolated(COUNT)");
    }
}
