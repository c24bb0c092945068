package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.cgroups.ByteSize;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.Mount;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.Isolation;
import io.lxc4j.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks through mounts, and on them, that are really tried. */
class MountAttackIT {
    private static final boolean ROOT = Kernel.tryCall(Sys.GETEUID) == 0;
    private static final int STARTS = 2000;

    @TempDir
    Path directory;

    @BeforeEach
    void letEverybodyIn() throws IOException {
        open(directory);
    }

    private static Path open(Path path) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
    }

    private static List<Path> below(Path top) throws IOException {
        try (Stream<Path> paths = Files.walk(top)) {
            return paths.filter(path -> !path.equals(top)).toList();
        }
    }

    @Test
    @DisplayName("mount-target-swap: 2,000 starts while a container swaps a directory for a link never reach the host")
    void a_target_that_is_swapped_while_containers_start() throws Exception {
        Path outside = open(Files.createDirectory(directory.resolve("outside")));
        Path volume = open(Files.createDirectory(directory.resolve("volume")));
        String swap = "mkdir -p /volume/dir; ln -s " + outside + " /volume/link; exec perl -e 'while (1) { rename"
                + " \"/volume/dir\", \"/volume/t\"; rename"
                + " \"/volume/link\", \"/volume/dir\"; rename"
                + " \"/volume/dir\", \"/volume/link\"; rename"
                + " \"/volume/t\", \"/volume/dir\"; }'";
        ContainerSpec victim = Container.builder()
                .mount(Mount.bind(volume).writable().at("/volume"))
                .mount(Mount.tmpfs().at("/volume/dir/made/by/the/launch"))
                .mount(Mount.bind(Path.of("/usr/bin/true")).at("/volume/dir/file"))
                .command("/usr/bin/true")
                .build();
        String mounts = Files.readString(Path.of("/proc/self/mountinfo"));
        int started = 0;
        try (Container attacker = Container.builder()
                        .mount(Mount.bind(volume).writable().at("/volume"))
                        .command("sh", "-c", swap)
                        .start();
                ExecutorService executor = Executors.newFixedThreadPool(2)) {
            Callable<Boolean> start = () -> {
                try (Container container = victim.start()) {
                    return container.process().waitFor() == 0;
                } catch (LaunchException _) {
                    return false;
                }
            };
            for (int i = 0; i < STARTS; i += 100) {
                for (Future<Boolean> result : executor.invokeAll(
                        Stream.generate(() -> start).limit(100).toList())) {
                    started += result.get() ? 1 : 0;
                }
                assertThat(below(outside)).isEmpty();
            }
            assertThat(attacker.process().isAlive()).isTrue();
        }
        assertThat(started).as("starts that came through").isBetween(1, STARTS);
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).isEqualTo(mounts);
        assertThat(below(outside)).isEmpty();
    }

    /** What the launch writes below /proc lies on a mount of its own making, which is not looked for by a path. */
    @ParameterizedTest
    @ValueSource(strings = {"/proc/sys", "/proc/sys/net", "/proc/sys/net/core"})
    @DisplayName(
            "redirected-proc-write: a sysctl is set in the kernel or not at all, whatever is mounted over its file")
    void a_sysctl_that_is_covered(String place) throws Exception {
        Path volume = open(Files.createDirectory(directory.resolve("volume")));
        Path file = volume.resolve(Path.of(place).relativize(Path.of("/proc/sys/net/core/somaxconn")));
        Files.createDirectories(file.getParent());
        open(Files.writeString(file, "fake"));
        ContainerBuilder victim = Container.builder()
                .namespaces(
                        Namespaces.builder().sysctl("net.core.somaxconn", "107").build())
                .mount(Mount.bind(volume).writable().at(place))
                .command("sleep", "1000");
        if (place.equals("/proc/sys")) {
            try (Container container = victim.start();
                    NamespaceHandle network = container.namespace(NamespaceKind.NETWORK)) {
                assertThat(container
                                .exec("cat", "/proc/sys/net/core/somaxconn")
                                .run()
                                .output())
                        .isEqualTo("fake");
                assertThat(Container.builder()
                                .namespaces(Namespaces.builder().join(network).build())
                                .command("cat", "/proc/sys/net/core/somaxconn")
                                .run()
                                .output())
                        .isEqualTo("107\n");
            }
        } else {
            assertThatThrownBy(victim::start)
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("setting the sysctl net.core.somaxconn")
                    .hasMessageContaining("EXDEV");
        }
        assertThat(file).hasContent("fake");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/..", "/proc/1/root", "/proc/self/cwd", "../../../../../..", "/dev/fd"})
    @DisplayName("symlink-root: whatever links a root has, what is made for a mount is made in it")
    void links_in_the_root(String link) throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Path root = TestRoot.in(open(Files.createDirectory(directory.resolve("root"))))
                .directory();
        Files.createSymbolicLink(root.resolve("link"), Path.of(link));
        ContainerBuilder builder = TestRoot.at(root)
                .copyOnWrite()
                .mount(Mount.tmpfs().at("/link" + outside + "/new"))
                .command("cat", "/proc/self/mountinfo");
        try {
            assertThat(builder.run().output()).contains(" " + outside + "/new ");
        } catch (LaunchException e) {
            assertThat(link).as(e.getMessage()).matches("/proc/.*|/dev/fd"); // there is nothing behind it yet
        }
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    @DisplayName("symlink-root: the last part of a target, as a link to nowhere, makes nothing")
    void a_dangling_link() throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Path root = TestRoot.in(open(Files.createDirectory(directory.resolve("root"))))
                .directory();
        Files.createSymbolicLink(root.resolve("link"), outside.resolve("new"));
        assertThatThrownBy(() -> TestRoot.at(root)
                        .copyOnWrite()
                        .mount(Mount.bind(Path.of("/usr/bin/true")).at("/link"))
                        .command("true")
                        .start())
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("it is a symbolic link in the root file system, which is not followed");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    @DisplayName("fake-/dev/null: masks need no device, and /dev/null is the real one, whatever the root has there")
    void false_devices_of_the_root() throws Exception {
        Path root = TestRoot.in(open(Files.createDirectory(directory.resolve("root"))))
                .directory();
        Path secret = Files.writeString(root.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("dev/null"), secret);
        ContainerResult result = TestRoot.at(root)
                .readOnly()
                .mask("/secret")
                .command("sh", "-c", "stat -c '%F %t:%T' /dev/null; stat -c '%F %s' /secret; cat /secret")
                .run();
        assertThat(result.output()).isEqualTo("character special file 1:3\nregular empty file 0\n");
    }

    private List<ContainerBuilder> containers() throws IOException {
        TestRoot root = TestRoot.in(open(Files.createDirectory(directory.resolve("root"))));
        return ROOT
                ? List.of(
                        Container.builder(),
                        root.copyOnWrite()
                                .namespaces(Namespaces.builder().shareUsers().build()))
                : List.of(Container.builder());
    }

    @Test
    @DisplayName("masked-and-read-only: what tells of the host's memory and keys is empty, and can't be uncovered")
    void masks() throws Exception {
        String uncover = "for i in 1 2; do umount $p; umount -l $p; mount -o remount,rw $p; mount -t proc proc /tmp;"
                + " mv $p /tmp/x; rm $p; rmdir $p; unshare -Urm umount -l $p; done >/dev/null 2>&1;";
        for (ContainerBuilder builder : containers()) {
            ContainerResult result = builder.command(
                            "sh",
                            "-c",
                            "for p in /proc/acpi /proc/asound /proc/interrupts /proc/kcore /proc/keys"
                                    + " /proc/latency_stats /proc/sched_debug /proc/scsi /proc/timer_list"
                                    + " /proc/timer_stats /sys/devices/virtual/powercap /sys/firmware; do test -e $p ||"
                                    + " continue; "
                                    + uncover
                                    + " echo seen $p >&2; if test -d $p; then ls -A $p; else cat $p; fi; done")
                    .run();
            assertThat(result.output()).isEmpty();
            assertThat(result.error())
                    .contains("seen /proc/keys", "seen /proc/interrupts")
                    .doesNotContain("denied");
        }
    }

    @Test
    @DisplayName("masked-and-read-only: paths of one's own are hidden and protected, files, directories and links")
    void own_masks() throws Exception {
        Path data = open(Files.createDirectory(directory.resolve("data")));
        Files.writeString(open(Files.createDirectory(data.resolve("hidden"))).resolve("secret"), "secret");
        open(Files.createDirectory(data.resolve("kept")));
        Files.createSymbolicLink(data.resolve("link"), Path.of("hidden"));
        open(Files.writeString(data.resolve("file"), "secret"));
        ContainerResult result = Container.builder()
                .mount(Mount.bind(data).writable().at("/data"))
                .mount(Mount.tmpfs().at("/data/kept/more"))
                .mask("/data/link")
                .mask("/data/file")
                .mask("/no/such")
                .protect("/data/kept")
                .protect("/no/such")
                .command(
                        "sh",
                        "-c",
                        "ls /data/hidden; cat /data/file; mount -o remount,rw /data/kept; echo x > /data/kept/x; echo"
                            + " x > /data/kept/more/x; echo x > /data/hidden/x; echo x > /data/file; echo x > /data/x")
                .run();
        assertThat(result.output()).isEmpty();
        assertThat(result.error().lines().filter(line -> line.contains("Read-only file system")))
                .hasSize(4);
        assertThat(data.resolve("x")).exists();
        assertThat(data.resolve("kept/x")).doesNotExist();
        assertThat(data.resolve("file")).hasContent("secret");
    }

    @Test
    @DisplayName("core-pattern, release-agent, uevent-helper, binfmt: none can be written, by no root")
    void what_acts_on_the_host() throws Exception {
        for (ContainerBuilder builder : containers()) {
            ContainerResult result = builder.mount(Mount.cgroup().at("/sys-cgroup"))
                    .mount(Mount.proc().at("/other-proc"))
                    .command(
                            "sh",
                            "-c",
                            "for p in /proc /other-proc; do for f in sys/kernel/core_pattern sys/kernel/modprobe"
                                + " sysrq-trigger sys/kernel/hostname sys/vm/overcommit_memory; do mount -o remount,rw"
                                + " $p; mount -o remount,rw $p/sys; mount -o remount,rw $p/$f; if test -e $p/$f &&"
                                + " (cat $p/$f > $p/$f); then echo wrote $p/$f; fi; done; done; for f in"
                                + " /sys/kernel/uevent_helper /sys-cgroup/release_agent /sys-cgroup/cgroup.procs; do"
                                + " if test -e $f && (echo 1 > $f); then echo wrote $f; fi; done; mkdir"
                                + " /sys-cgroup/new && echo made")
                    .run();
            assertThat(result.output()).isEmpty();
        }
    }

    @Test
    @DisplayName("cgroup-mount: it can't change what it may use, by no root, no remount and no mount of its own")
    void own_cgroups() throws Exception {
        Requirement.ROOT.assume();
        Limits limits =
                Limits.builder().pidsMax(100).memoryMax(ByteSize.mebibytes(64)).build();
        for (ContainerBuilder builder : containers()) {
            assertThat(attackCgroups(builder.limits(limits))).isEmpty();
        }
        Isolation administers =
                Isolation.standard().capabilities(Capabilities.defaults().add(Capability.SYS_ADMIN));
        assertThat(attackCgroups(Container.builder().limits(limits).isolation(administers)))
                .doesNotContain("wrote")
                .doesNotContain("made");
    }

    /** What succeeded of the attack. */
    private static String attackCgroups(ContainerBuilder builder) throws Exception {
        try (Container container = builder.command("sh", "-c", """
            exec 2>/dev/null
            mounts=$(sed -n 's,.* \\(/sys/fs/cgroup[^ ]*\\) .*,\\1,p' /proc/self/mountinfo)
            test -n "$mounts" && echo seen
            for m in /sys $mounts; do
                mount -o remount,rw $m && echo remounted $m
                mount -o remount,bind,rw $m && echo remounted $m
            done
            mkdir /tmp/v1 /tmp/v2
            tops=/sys/fs/cgroup
            mount -t cgroup2 none /tmp/v2 && echo mounted && tops="$tops /tmp/v2"
            mount -t cgroup -o memory none /tmp/v1 && echo mounted && tops="$tops /tmp/v1"
            for f in $(find $tops -type f); do
                (echo 1 > $f) && echo wrote $f
            done
            for d in $(find $tops -type d); do
                test -e $d/cgroup.procs && mkdir $d/new && echo made $d/new
            done
            umount -l $mounts && echo unmounted
            echo tried; read end
            """).start()) {
            List<Path> files = container.cgroup().orElseThrow().directories().stream()
                    .flatMap(directory -> Stream.of("pids.max", "memory.max", "memory.limit_in_bytes")
                            .map(directory::resolve))
                    .filter(Files::exists)
                    .toList();
            assertThat(files).hasSize(2);
            BufferedReader reader = container.process().inputReader();
            assertThat(reader.readLine()).isEqualTo("seen");
            String done =
                    reader.lines().takeWhile(line -> !line.equals("tried")).collect(Collectors.joining("\n"));
            assertThat(files)
                    .extracting(file -> Files.readString(file).strip())
                    .containsExactlyInAnyOrder("100", Integer.toString(64 << 20));
            return done;
        }
    }

    @Test
    @DisplayName("device-nodes: a device in the root file system is none, and none can be made, whoever its root is")
    void devices_in_the_root() throws Exception {
        Requirement.ROOT.assume();
        Path root = Files.createDirectory(directory.resolve("root"));
        TestRoot files = TestRoot.in(root);
        assertThat(new ProcessBuilder("mknod", "-m", "666", root + "/zero", "c", "1", "5")
                        .start()
                        .waitFor())
                .isZero();
        for (Namespaces namespaces : List.of(
                Namespaces.builder().build(), Namespaces.builder().shareUsers().build())) {
            for (ContainerBuilder builder : List.of(files.readOnly(), files.copyOnWrite())) {
                ContainerResult result = builder.namespaces(namespaces)
                        .command(
                                "sh",
                                "-c",
                                "mknod /dev/made c 1 5; mknod /tmp/made c 1 5; head -c 1 /zero /dev/made /tmp/made |"
                                        + " wc -c")
                        .run();
                assertThat(result.error())
                        .contains("'/zero' for reading: Permission denied", "Operation not permitted");
                assertThat(result.output()).isEqualTo("0\n");
            }
        }
    }

    @Test
    @DisplayName("masked-and-read-only: what tells of the host is hidden in each proc that is mounted")
    void masks_of_another_proc() throws Exception {
        ContainerResult result = Container.builder()
                .mount(Mount.proc().at("/srv"))
                .command(
                        "sh",
                        "-c",
                        "test -e /srv/keys && echo is there; cat /srv/keys /srv/interrupts; echo 1 > /srv/sys/x")
                .run();
        assertThat(result.output()).isEqualTo("is there\n");
        assertThat(result.error()).isNotEmpty();
    }

    @Test
    @DisplayName(
            "masked-and-read-only: all of the host's that can be written to by its root is read-only for it inside")
    void protected_paths() throws Exception {
        Requirement.ROOT.assume();
        TestRoot files = TestRoot.in(Files.createDirectory(directory.resolve("root")));
        ContainerResult result = files.readOnly()
                .namespaces(Namespaces.builder().shareUsers().build())
                .command(
                        "sh",
                        "-c",
                        "for p in bus fs irq sys sysrq-trigger; do test -e /proc/$p || continue; grep -q \" /proc/$p"
                                + " ro,\" /proc/self/mountinfo || echo $p; done")
                .run();
        assertThat(result.output()).isEmpty();
        assertThat(result.isSuccess()).isTrue();
    }

    @Test
    @DisplayName("device-nodes: a device that comes with a bound directory is none, unless that was asked for")
    void devices_in_a_volume() throws Exception {
        Requirement.ROOT.assume();
        Path node = directory.resolve("zero");
        assertThat(new ProcessBuilder("mknod", "-m", "666", node.toString(), "c", "1", "5")
                        .start()
                        .waitFor())
                .isZero();
        Mount mount = Mount.bind(directory).at("/data");
        ContainerResult refused = Container.builder()
                .mount(mount)
                .command("sh", "-c", "head -c 1 /data/zero | wc -c")
                .run();
        assertThat(refused.error()).contains("Permission denied");
        assertThat(refused.output()).isEqualTo("0\n");
        ContainerResult allowed = Container.builder()
                .mount(mount.allowDevices())
                .command("sh", "-c", "head -c 1 /data/zero | wc -c")
                .run();
        assertThat(allowed.output()).isEqualTo("1\n");
    }
}
