package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.Mount;
import io.lxc4j.layers.Propagation;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A mount")
class MountIT {
    private static final boolean ROOT = Kernel.tryCall(Sys.GETEUID) == 0;

    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        open(directory);
    }

    private static Path open(Path path) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static ContainerResult run(ContainerBuilder builder, String script) throws InterruptedException {
        return builder.command("sh", "-c", script).run();
    }

    private static ContainerResult run(Mount mount, String script) throws InterruptedException {
        return run(Container.builder().mount(mount), script);
    }

    /** What the kernel says of a mount point inside; the last mount there. */
    private static MountInfo inside(Mount mount) throws InterruptedException {
        ContainerResult result = run(mount, "cat /proc/self/mountinfo");
        assertThat(result.error()).isEmpty();
        return MountInfo.parse(result.output()).stream()
                .filter(info -> info.mountPoint().equals(mount.target()))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Test
    @DisplayName("of a directory is read-only, without devices and set-user-id, and private, unless asked otherwise")
    void a_bind_is_safe_by_default() throws Exception {
        Mount mount = Mount.bind(directory).at("/data");
        MountInfo info = inside(mount);
        assertThat(info.options()).contains("ro", "nosuid", "nodev").doesNotContain("noexec");
        assertThat(info.propagation()).isEmpty();
        assertThat(run(mount, "echo x > /data/x").error()).contains("Read-only file system");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    @DisplayName("that is writable reaches the host")
    void a_writable_bind_reaches_the_host() throws Exception {
        Mount mount = Mount.bind(directory).writable().at("/data");
        assertThat(inside(mount).options()).contains("rw", "nosuid", "nodev");
        assertThat(run(mount, "echo hello > /data/x").error()).isEmpty();
        assertThat(directory.resolve("x")).hasContent("hello");
    }

    static Stream<Arguments> loosened() {
        return Stream.of(
                Arguments.of("nosuid", (UnaryOperator<Mount>) Mount::allowSetUserId),
                Arguments.of("nodev", (UnaryOperator<Mount>) Mount::allowDevices),
                Arguments.of("ro", (UnaryOperator<Mount>) Mount::writable));
    }

    @ParameterizedTest(name = "that is loosened has no {0}, and all else")
    @MethodSource
    void loosened(String option, UnaryOperator<Mount> verb) throws Exception {
        List<String> others = Stream.of("ro", "nosuid", "nodev")
                .filter(name -> !name.equals(option))
                .toList();
        assertThat(inside(verb.apply(Mount.bind(directory)).at("/data")).options())
                .doesNotContain(option)
                .containsAll(others);
    }

    @Test
    @DisplayName("with noexec executes nothing")
    void noexec() throws Exception {
        Path program = Files.copy(Path.of("/bin/true"), directory.resolve("program"));
        open(program);
        assertThat(run(Mount.bind(directory).at("/data"), "/data/program").isSuccess())
                .isTrue();
        Mount mount = Mount.bind(directory).noExec().at("/data");
        assertThat(inside(mount).options()).contains("noexec");
        assertThat(run(mount, "/data/program").error()).contains("Permission denied");
    }

    @Test
    @DisplayName("with nosymfollow follows no link on it")
    void nosymfollow() throws Exception {
        Files.createSymbolicLink(directory.resolve("link"), Path.of("/etc/os-release"));
        assertThat(run(Mount.bind(directory).at("/data"), "cat /data/link").isSuccess())
                .isTrue();
        Mount mount = Mount.bind(directory).noSymlinkFollow().at("/data");
        assertThat(inside(mount).options()).contains("nosymfollow");
        assertThat(run(mount, "cat /data/link").error()).contains("Too many levels of symbolic links");
    }

    @Test
    @DisplayName("with noatime keeps no time of access, or says that this user can't have that")
    void noatime() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        Mount mount = Mount.bind(directory).writable().noAtime().at("/data");
        if (!ROOT) {
            assertThatThrownBy(() -> inside(mount))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageEndingWith("the container can't change what the host has locked, as how times of access"
                            + " are kept; leave that out");
            return;
        }
        assertThat(inside(mount).options()).contains("noatime").doesNotContain("relatime");
        assertThat(accessed(file, mount)).isFalse();
        assertThat(accessed(file, Mount.bind(directory).writable().at("/data"))).isTrue();
    }

    private static boolean accessed(Path file, Mount mount) throws Exception {
        String set = "touch -a -d @1000000000 " + file;
        assertThat(new ProcessBuilder("sh", "-c", set).start().waitFor()).isZero();
        Object before = Files.getAttribute(file, "lastAccessTime");
        run(mount, "cat /data/file");
        return !Files.getAttribute(file, "lastAccessTime").equals(before);
    }

    @Test
    @DisplayName("of a single file is one, at a place that is made for it")
    void a_file() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        ContainerResult result =
                run(Mount.bind(file).at("/opt/deep/er/file"), "cat /opt/deep/er/file; stat -c ' %a' /opt/deep/er");
        assertThat(result.output()).isEqualTo("content 755\n");
    }

    @Test
    @DisplayName("on a file of the root, or on another mount, needs nothing made")
    void a_place_that_exists() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        Files.createDirectory(directory.resolve("sub"));
        ContainerBuilder builder = Container.builder()
                .mount(Mount.bind(file).at("/etc/os-release"))
                .mount(Mount.bind(directory).at("/data"))
                .mount(Mount.tmpfs().at("/data/sub"))
                .mount(Mount.bind(file).at("/data/sub/new/file"));
        assertThat(run(builder, "cat /etc/os-release /data/sub/new/file; ls /data")
                        .output())
                .isEqualTo("contentcontentfile\nsub\n");
        assertThat(directory.resolve("sub")).isEmptyDirectory();
    }

    @Test
    @DisplayName("is made in the order that was given, so a later one lies on an earlier one")
    void order() throws Exception {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        Files.writeString(inner.resolve("file"), "content");
        ContainerBuilder builder = Container.builder()
                .mount(Mount.bind(inner).at("/data/in"))
                .mount(Mount.tmpfs().at("/data"));
        assertThat(run(builder, "ls -A /data").output()).isEmpty();
    }

    @Test
    @DisplayName("through a link in the root ends inside, wherever the link points to")
    void a_target_behind_a_link() throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Path volume = open(Files.createDirectory(directory.resolve("volume")));
        Files.createSymbolicLink(volume.resolve("link"), Path.of("/tmp/../../../.."));
        ContainerBuilder builder = Container.builder()
                .mount(Mount.bind(volume).writable().at("/data"))
                .mount(Mount.tmpfs().at("/data/link" + outside));
        assertThat(run(builder, "cat /proc/self/mountinfo").output()).contains(" " + outside + " ");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    @DisplayName("of a symbolic link is one of what the link leads to on the host")
    void a_source_that_is_a_link() throws Exception {
        Path real = Files.createDirectory(directory.resolve("real"));
        Files.writeString(real.resolve("file"), "content");
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("real"));
        assertThat(run(Mount.bind(link).at("/data"), "cat /data/file").output()).isEqualTo("content");
    }

    @Test
    @DisplayName("of a link into /proc is refused")
    void a_source_that_leads_into_proc() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/proc/self"));
        assertThatThrownBy(() -> run(Mount.bind(link).at("/data"), "true"))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("the host's /proc can't be mounted");
    }

    @Test
    @DisplayName("of a directory that the container's root can't reach on the host is opened by root's JVM")
    void a_source_that_only_root_reaches() throws Exception {
        Requirement.ROOT.assume();
        Path hidden = Files.createDirectory(directory.resolve("hidden"));
        Path data = Files.createDirectory(hidden.resolve("data"));
        Files.writeString(data.resolve("file"), "content");
        Path root = TestRoot.in(Files.createDirectory(hidden.resolve("root"))).directory();
        Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rwx------"));
        assertThat(run(Mount.bind(data).at("/data"), "cat /data/file").output()).isEqualTo("content");
        TestRoot files = TestRoot.at(root);
        assertThat(run(files.readOnly(), "echo there").output()).isEqualTo("there\n");
        assertThat(run(files.copyOnWrite(), "echo x > /new; cat /new").output()).isEqualTo("x\n");
    }

    @Test
    @DisplayName("of a tmpfs has its size, inodes and permissions")
    void tmpfs() throws Exception {
        Mount mount = Mount.tmpfs().sizeBytes(1 << 20).inodes(5).mode(0750).at("/cache");
        MountInfo info = inside(mount);
        assertThat(info.type()).isEqualTo("tmpfs");
        assertThat(info.options()).contains("rw", "nosuid", "nodev");
        assertThat(info.superOptions()).contains("size=1024k", "nr_inodes=5", "mode=750");
        assertThat(run(mount, "head -c 2000000 /dev/zero > /cache/x").error()).contains("No space left");
        assertThat(run(mount, "cd /cache; touch 1 2 3 4; touch 5").error()).contains("5", "No space left");
        assertThat(run(mount, "stat -c '%a %u' /cache").output()).isEqualTo("750 0\n");
        assertThat(run(mount.readOnly(), "touch /cache/x").error()).contains("Read-only file system");
    }

    @Test
    @DisplayName("of proc, sysfs, mqueue, devpts and cgroup is what its name says")
    void pseudo_file_systems() throws Exception {
        ContainerResult result = run(
                Container.builder()
                        .mount(Mount.proc().at("/k/proc"))
                        .mount(Mount.sysfs().at("/k/sys"))
                        .mount(Mount.mqueue().at("/k/mqueue"))
                        .mount(Mount.devpts().at("/k/pts"))
                        .mount(Mount.cgroup().at("/k/cgroup")),
                "cat /proc/self/mountinfo; ls /k/pts /k/sys/class/net; test -e /k/proc/1/status"
                        + " && test -e /k/cgroup/cgroup.procs && echo all");
        assertThat(result.error()).isEmpty();
        assertThat(result.output()).contains("ptmx", "lo\n", "all");
        List<MountInfo> mounts = MountInfo.parse(result.output()
                .lines()
                .filter(line -> line.matches(".* /k/[a-z]+ .*"))
                .toList());
        assertThat(mounts).extracting(MountInfo::type).containsExactly("proc", "sysfs", "mqueue", "devpts", "cgroup2");
        assertThat(mounts).allSatisfy(mount -> assertThat(mount.options()).contains("nosuid", "noexec"));
        assertThat(mounts.stream().filter(mount -> mount.options().contains("ro")))
                .extracting(MountInfo::type)
                .containsExactly("proc", "sysfs", "cgroup2");
    }

    @Test
    @DisplayName("of cgroups that are shared with the host is read-only")
    void cgroups_of_the_host() throws Exception {
        Mount mount = Mount.cgroup().at("/k");
        Namespaces shared = Namespaces.builder().shareCgroups().build();
        ContainerResult result = run(
                Container.builder().namespaces(shared).mount(mount),
                "cat /k/cgroup.controllers && mkdir /k/new || echo refused");
        assertThat(result.output()).endsWith("refused\n");
        assertThat(result.error()).contains("Read-only file system");
    }

    @Test
    @DisplayName("of an overlay merges directories, the first on top")
    void overlay() throws Exception {
        Path one = Files.createDirectory(directory.resolve("one"));
        Path two = Files.createDirectory(directory.resolve("two"));
        Files.writeString(one.resolve("both"), "one");
        Files.writeString(two.resolve("both"), "two");
        Files.writeString(two.resolve("second"), "second");
        Mount mount = Mount.overlay(List.of(one, two)).at("/merged");
        for (ContainerBuilder builder : builders()) {
            ContainerResult result =
                    run(builder.mount(mount), "cat /merged/both /merged/second; echo x > /merged/x || echo refused");
            assertThat(result.output()).isEqualTo("onesecondrefused\n");
        }
        assertThat(inside(mount).type()).isEqualTo("overlay");
    }

    /** A root with a scratch tmpfs of its own, and one without. */
    private List<ContainerBuilder> builders() throws IOException {
        return List.of(
                Container.builder(),
                TestRoot.in(Files.createDirectory(directory.resolve("root")), "merged", "data")
                        .readOnly());
    }

    @Test
    @DisplayName("of an overlay with an upper directory keeps there what is written")
    void writable_overlay() throws Exception {
        Path lower = Files.createDirectory(directory.resolve("lower"));
        Path upper = open(Files.createDirectory(directory.resolve("upper")));
        Path work = open(Files.createDirectory(directory.resolve("work")));
        Files.writeString(lower.resolve("old"), "old");
        Mount mount = Mount.overlay(List.of(lower)).upper(upper, work).at("/merged");
        if (ROOT) {
            // the work directory must be the container's root's own
            mount = mount.idMapped();
        }
        ContainerResult result = run(mount, "echo new > /merged/new; rm /merged/old; ls /merged");
        assertThat(result.error()).isEmpty();
        assertThat(result.output()).isEqualTo("new\n");
        assertThat(upper.resolve("new")).hasContent("new");
        assertThat(lower.resolve("old")).hasContent("old");
    }

    @Test
    @DisplayName("of a device node is the host's device, and of anything else is refused")
    void device() throws Exception {
        Path fuse = Path.of("/dev/null");
        ContainerResult result = run(
                Container.builder().mount(Mount.device(fuse).at("/dev/more/null")),
                "echo x > /dev/more/null && stat -c '%t:%T' /dev/more/null");
        assertThat(result.output()).isEqualTo("1:3\n");
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> run(Container.builder().device(file), "true"))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("neither a character nor a block device");
    }

    @Test
    @DisplayName("that would need a JVM of root says so to an ordinary user's")
    void an_ordinary_users_limits() {
        if (ROOT) {
            return;
        }
        for (Mount mount : Arrays.asList(
                Mount.bind(directory).idMapped(), Mount.bind(directory).propagation(Propagation.SHARED))) {
            assertThatThrownBy(() -> run(mount.at("/data"), "true"))
                    .isInstanceOf(HostUnsupportedException.class)
                    .hasMessageContaining("needs a JVM with the rights of root");
        }
    }
}
