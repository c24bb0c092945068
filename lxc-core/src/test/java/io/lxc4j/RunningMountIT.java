package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.Mount;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Mounting in a running container")
class RunningMountIT {
    private static final boolean ROOT = Kernel.tryCall(Sys.GETEUID) == 0;

    @TempDir
    Path directory;

    private Container container;

    @BeforeEach
    void start() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        container = Container.builder().command("cat").start();
    }

    @AfterEach
    void end() {
        container.close();
    }

    private String inside(String script) throws InterruptedException {
        ContainerResult result = container.exec("sh", "-c", script).mergeError().run();
        return result.output();
    }

    private Optional<MountInfo> mounted(String target) throws InterruptedException {
        return MountInfo.parse(inside("cat /proc/self/mountinfo")).stream()
                .filter(info -> info.mountPoint().equals(target))
                .reduce((first, second) -> second);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    @Test
    void a_process_that_runs_already_sees_what_is_mounted_and_what_is_taken_away() throws Exception {
        file("note", "hello\n");
        try (Container shell = Container.builder().command("sh").start();
                BufferedReader output = shell.process().inputReader()) {
            assertThat(ask(shell, output, "cat /data/note 2>&1 || true"))
                    .contains("/data")
                    .contains("No such file");
            shell.mount(Mount.bind(directory).at("/data"));
            assertThat(ask(shell, output, "cat /data/note")).isEqualTo("hello");
            shell.unmount("/data");
            assertThat(ask(shell, output, "ls /data | wc -l")).isEqualTo("0");
        }
        assertThat(directory.resolve("note")).hasContent("hello\n");
    }

    private static String ask(Container shell, BufferedReader output, String command) throws IOException {
        BufferedWriter input = shell.process().outputWriter();
        input.write(command + "\n");
        input.flush();
        return output.readLine();
    }

    @Test
    void a_bind_is_as_safe_as_at_the_start_and_the_containers_root_can_not_change_it() throws Exception {
        container.mount(Mount.bind(directory).at("/data"));
        assertThat(mounted("/data").orElseThrow().options()).contains("ro", "nosuid", "nodev");
        assertThat(mounted("/data").orElseThrow().propagation()).isEmpty();
        assertThat(inside("echo x > /data/x")).contains("Read-only file system");
        assertThat(inside("umount /data; mount -o remount,rw /data; mount -o remount,bind,rw /data"))
                .doesNotContain("mounted");
        assertThat(mounted("/data").orElseThrow().options()).contains("ro");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void a_file_is_mounted_where_none_was_and_writable_if_asked() throws Exception {
        Path file = file("config", "old\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        container.mount(Mount.bind(file).writable().at("/srv/deep/config"));
        assertThat(inside("cat /srv/deep/config; echo new > /srv/deep/config")).isEqualTo("old\n");
        assertThat(file).hasContent("new\n");
        container.unmount("/srv/deep/config");
        assertThat(inside("stat -c %s /srv/deep/config")).isEqualTo("0\n");
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of("tmpfs", Mount.tmpfs().sizeBytes(1 << 20).mode(0700), "stat -f -c %b /new", "256\n"),
                Arguments.of("sysfs", Mount.sysfs(), "ls /new/class/net", "lo\n"),
                Arguments.of("mqueue", Mount.mqueue(), "touch /new/queue; ls /dev/mqueue", "queue\n"),
                Arguments.of("devpts", Mount.devpts(), "ls /new", "ptmx\n"),
                Arguments.of("devtmpfs", Mount.device(Path.of("/dev/zero")), "head -c 2 /new | wc -c", "2\n"),
                Arguments.of("cgroup2", Mount.cgroup(), "test -e /new/cgroup.procs && echo there", "there\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void kinds(String type, Mount mount, String script, String output) throws Exception {
        container.mount(mount.at("/new"));
        assertThat(inside(script)).isEqualTo(output);
        assertThat(mounted("/new").orElseThrow().type()).isIn(type, "tmpfs");
        container.unmount("/new");
        assertThat(mounted("/new")).isEmpty();
    }

    @Test
    void an_overlay_keeps_what_is_written_in_its_upper_directory() throws Exception {
        Path lower = Files.createDirectory(directory.resolve("lower"));
        Path upper = Files.createDirectory(directory.resolve("upper"));
        Path work = Files.createDirectory(directory.resolve("work"));
        for (Path path : List.of(upper, work)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
        Files.writeString(lower.resolve("old"), "old");
        Mount overlay = Mount.overlay(List.of(lower)).upper(upper, work);
        container.mount((ROOT ? overlay.idMapped() : overlay).at("/merged"));
        assertThat(inside("cat /merged/old; echo new > /merged/new; rm /merged/old; ls /merged"))
                .isEqualTo("oldnew\n");
        assertThat(upper.resolve("new")).hasContent("new\n");
        assertThat(lower.resolve("old")).hasContent("old");
        assertThat(mounted("/merged").orElseThrow().options()).contains("nosuid", "nodev");
        assertThat(mounted("/proc").orElseThrow().type()).as("the stage").isEqualTo("proc");
        container.unmount("/merged");
        assertThat(inside("ls /merged")).isEmpty();
    }

    @Test
    void as_root_the_files_can_have_the_containers_owners() throws Exception {
        Requirement.ROOT.assume();
        Path secret = file("secret", "secret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        container.mount(Mount.bind(directory).at("/plain"));
        container.mount(Mount.bind(directory).idMapped().at("/mapped"));
        assertThat(inside("cat /plain/secret")).contains("Permission denied");
        assertThat(inside("cat /mapped/secret; stat -c %u /mapped/secret")).isEqualTo("secret0\n");
    }

    @Test
    void what_only_root_may_reach_on_the_host_is_mounted_by_a_jvm_of_root() throws Exception {
        Requirement.ROOT.assume();
        Path hidden = Files.createDirectories(directory.resolve("hidden/data"));
        Files.writeString(hidden.resolve("note"), "hello");
        Files.setPosixFilePermissions(hidden.getParent(), PosixFilePermissions.fromString("rwx------"));
        container.mount(Mount.bind(hidden).at("/data"));
        assertThat(inside("cat /data/note")).isEqualTo("hello");
    }

    @Test
    void mounts_on_one_place_are_taken_away_from_the_last_to_the_first() throws Exception {
        file("note", "below");
        container.mount(Mount.bind(directory).at("/data"));
        container.mount(Mount.tmpfs().at("/data"));
        assertThat(inside("ls /data")).isEmpty();
        container.unmount("/data");
        assertThat(inside("cat /data/note")).isEqualTo("below");
        container.unmount("/data");
        assertThat(mounted("/data")).isEmpty();
        assertThatThrownBy(() -> container.unmount("/data"))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("unmount: nothing was mounted at /data by mount(…); mounted are []");
    }

    @Test
    void what_was_mounted_at_the_start_can_be_taken_away_and_what_the_container_lives_on_can_not() throws Exception {
        try (Container other = Container.builder()
                .command("cat")
                .mount(Mount.tmpfs().at("/one"))
                .mount(Mount.tmpfs().at("/two"))
                .mask("/two")
                .start()) {
            other.unmount("/one/");
            assertThat(other.exec("grep", "-c", " /one ", "/proc/self/mountinfo")
                            .run()
                            .output())
                    .isEqualTo("0\n");
            assertThatThrownBy(() -> other.unmount("/two"))
                    .isInstanceOf(InvalidSpecificationException.class)
                    .hasMessageContaining("/two is masked or protected");
            for (String own : List.of("/proc", "/proc/kcore", "/dev", "/")) {
                assertThatThrownBy(() -> other.unmount(own))
                        .isInstanceOf(InvalidSpecificationException.class)
                        .hasMessageContaining("nothing was mounted at " + own);
            }
        }
    }

    @Test
    void links_inside_lead_to_places_inside_and_never_an_unmount_elsewhere() throws Exception {
        assertThat(inside("mkdir /tmp/real && ln -s " + directory + " /tmp/out && ln -s real /tmp/in"))
                .isEmpty();
        file("note", "hello");
        container.mount(Mount.bind(directory).at("/tmp/in/data"));
        assertThat(inside("cat /tmp/real/data/note")).isEqualTo("hello");
        refused(Mount.tmpfs().at("/tmp/out/new"), LaunchException.class, "mounting tmpfs on /tmp/out/new: openat2(");
        assertThat(inside("mkdir -p " + directory)).isEmpty();
        container.mount(Mount.tmpfs().at("/tmp/out/new"));
        assertThat(directory.resolve("new")).doesNotExist();
        assertThat(mounted(directory + "/new").orElseThrow().type()).isEqualTo("tmpfs");
        assertThatThrownBy(() -> container.unmount("/tmp/in/data"))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("unmounting /tmp/in/data")
                .hasMessageContaining("no symbolic link is followed");
        assertThat(inside("cat /tmp/real/data/note")).isEqualTo("hello");
    }

    @Test
    void a_hostile_container_can_not_have_a_mask_unmounted_in_place_of_a_mount() throws Exception {
        container.mount(Mount.tmpfs().at("/data/keys"));
        assertThat(inside("mv /data /gone && ln -s /proc /data && stat -f -c %T /data/keys"))
                .isEqualTo("tmpfs\n");
        assertThatThrownBy(() -> container.unmount("/data/keys")).isInstanceOf(LaunchException.class);
        assertThat(mounted("/proc/keys")).isPresent();
        assertThat(inside("rm /data && mv /gone /data")).isEmpty();
        container.unmount("/data/keys");
        assertThat(mounted("/data/keys")).isEmpty();
    }

    @Test
    void what_can_not_be_mounted_says_why_and_changes_nothing() throws Exception {
        HostState before = HostState.warm();
        String mounts = inside("cut -d' ' -f5- /proc/self/mountinfo");
        refused(
                Mount.proc().at("/new"),
                InvalidSpecificationException.class,
                "proc at /new can't be mounted in a running");
        refused(Mount.tmpfs(), InvalidSpecificationException.class, "has no place in the container");
        refused(
                Mount.bind(directory.resolve("missing")).at("/new"),
                InvalidSpecificationException.class,
                "missing: it does not exist");
        refused(Mount.tmpfs().at("/proc/new"), LaunchException.class, "mounting tmpfs on /proc/new: mkdirat(");
        refused(
                Mount.tmpfs().at("/etc/passwd/new"),
                LaunchException.class,
                "mounting tmpfs on /etc/passwd/new: openat2(");
        if (!ROOT) {
            refused(Mount.bind(directory).idMapped().at("/new"), HostUnsupportedException.class, "leave idMapped out");
        }
        assertThat(inside("cut -d' ' -f5- /proc/self/mountinfo")).isEqualTo(mounts);
        before.assertUnchanged();
    }

    private void refused(Mount mount, Class<? extends Exception> type, String message) {
        assertThatThrownBy(() -> container.mount(mount)).isInstanceOf(type).hasMessageContaining(message);
    }

    @Test
    void nothing_is_left_of_it() throws Exception {
        HostState before = HostState.warm();
        for (int i = 0; i < 20; i++) {
            container.mount(Mount.bind(directory).at("/data"));
            container.unmount("/data");
        }
        before.assertUnchanged();
        assertThat(container.processes()).hasSize(1);
    }

    @Test
    void a_container_that_has_ended_can_not_be_changed() throws Exception {
        container.process().closeInput();
        container.process().waitFor();
        assertThatThrownBy(() -> container.mount(Mount.tmpfs().at("/new")))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("ended");
    }

    @Test
    void with_the_hosts_users_and_all_that_can_be_shared() throws Exception {
        Requirement.ROOT.assume();
        file("note", "hello");
        Namespaces shared = Namespaces.builder()
                .shareUsers()
                .shareNetwork()
                .shareIpc()
                .shareHostName()
                .shareCgroups()
                .shareClocks()
                .build();
        try (Container other = TestRoot.in(Files.createDirectory(directory.resolve("root")), "data")
                .readOnly()
                .command("cat")
                .namespaces(shared)
                .start()) {
            other.mount(Mount.bind(directory).at("/data"));
            assertThat(other.exec("cat", "/data/note").run().output()).isEqualTo("hello");
            other.unmount("/data");
            assertThat(other.exec("ls", "/data").run().output()).isEmpty();
        }
    }

    @Test
    void with_an_init() throws Exception {
        file("note", "hello");
        try (Container other = Container.builder().command("cat").init().start()) {
            other.mount(Mount.bind(directory).at("/data"));
            assertThat(other.exec("cat", "/data/note").run().output()).isEqualTo("hello");
            assertThat(mounted("/data")).as("in the first container").isEmpty();
        }
    }

    @Test
    void with_users_joined_from_another_container() throws Exception {
        file("note", "hello");
        try (NamespaceHandle network = container.namespace(NamespaceKind.NETWORK);
                Container other = joining(network).start();
                Container withInit = joining(network).init().start()) {
            other.mount(Mount.bind(directory).at("/data"));
            assertThat(other.exec("cat", "/data/note").run().output()).isEqualTo("hello");
            assertThat(mounted("/data")).as("in the first container").isEmpty();
            if (ROOT) {
                withInit.mount(Mount.bind(directory).at("/data"));
                assertThat(withInit.exec("cat", "/data/note").run().output()).isEqualTo("hello");
            } else {
                assertThatThrownBy(() -> withInit.mount(Mount.tmpfs().at("/data")))
                        .isInstanceOf(HostUnsupportedException.class)
                        .hasMessageEndingWith("is an init() in users that were joined; a JVM of root may");
                assertThatThrownBy(() -> withInit.exec("true").run())
                        .isInstanceOf(LaunchException.class)
                        .hasMessageContaining("leave init() out, or run this JVM as root");
            }
        }
    }

    private static ContainerBuilder joining(NamespaceHandle namespace) {
        return Container.builder()
                .command("cat")
                .namespaces(Namespaces.builder().join(namespace).build());
    }
}
