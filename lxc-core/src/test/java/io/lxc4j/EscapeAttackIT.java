package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.cgroups.DeviceAccess;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.Mount;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.Isolation;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the host that are really tried, from inside or by a hostile root directory. */
class EscapeAttackIT {
    @TempDir
    Path directory;

    @BeforeEach
    void letTheContainersRootReachIt() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    @DisplayName("leaked-descriptor: inside there are the standard streams only, whatever this JVM has open")
    void no_descriptor_leaks() throws Exception {
        int inheritable = (int) Kernel.tryCall(
                Sys.DUP3, Kernel.open("/", Constants.O_DIRECTORY, 0).number(), 999, 0);
        try (Fd leaking = new Fd(inheritable, "inheritable descriptor of the host's root")) {
            assertThat(leaking.number()).isEqualTo(999);
            ContainerResult result = Container.run("sh", "-c", "ls -l /proc/self/fd /proc/1/fd");
            assertThat(result.output().lines().filter(line -> line.contains("->")))
                    .hasSize(4 + 3)
                    .allMatch(line -> Pattern.compile("-> (pipe:|/dev/null|/proc/)")
                            .matcher(line)
                            .find());
        }
    }

    @Test
    @DisplayName("exe-overwrite: /proc/self/exe of every process is a file of the container")
    void no_executable_of_the_host_is_reached() throws Exception {
        ContainerResult result = Container.run(
                "sh", "-c", "readlink /proc/1/exe /proc/self/exe; grep -l memfd /proc/*/maps 2>/dev/null; true");
        assertThat(result.output().lines()).hasSize(2).allMatch(line -> line.startsWith("/usr/"));
    }

    @Test
    @DisplayName("host secrets: what only root may read on the host is unreadable inside")
    void secrets_of_root_stay_secret() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "s3cret");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
        boolean root = Kernel.tryCall(Sys.GETEUID) == 0;
        ContainerResult result = Container.builder()
                .bind(directory, "/srv")
                .command(
                        "sh",
                        "-c",
                        "cat /etc/shadow /etc/gshadow; chmod 644 /etc/shadow; " + (root ? "cat /srv/secret" : ""))
                .run();
        assertThat(result.output()).isEmpty();
        assertThat(result.error()).contains("/etc/shadow: Permission denied");
    }

    @Test
    @DisplayName("supplementary-groups: none of this JVM's groups inside, where the kernel lets them be given up")
    void groups_are_given_up() throws Exception {
        String groups =
                Container.run("sh", "-c", "grep Groups: /proc/self/status").output();
        String setgroups =
                Container.run("sh", "-c", "cat /proc/self/setgroups").output().strip();
        if (setgroups.equals("allow")) {
            assertThat(groups.strip()).isEqualTo("Groups:");
        } else {
            assertThat(setgroups).isEqualTo("deny");
        }
    }

    @Test
    @DisplayName("set-id-and-ptrace: a root that has given its capabilities up gets none back by executing a program")
    void capabilities_do_not_come_back() throws Exception {
        String giveUp = "$header = pack('L2', 0x20080522, 0); $none = pack('L6', (0) x 6); syscall("
                + Numbers.of("capset")
                + ", $header, $none) == 0 or die $!; exec('grep', '^CapEff', '/proc/self/status')";
        ContainerBuilder builder = Container.builder().command("perl", "-e", giveUp);
        assertThat(builder.run().output()).isEqualTo("CapEff:\t0000000000000000\n");
        assertThat(builder.isolation(Isolation.standard().allowNewPrivileges())
                        .run()
                        .output())
                .isEqualTo("CapEff:\t00000000800425fb\n");
    }

    @ParameterizedTest
    @CsvSource({"false, false, 1", "true, false, 1", "false, true, 1", "true, true, 0"})
    @DisplayName("set-id-and-ptrace: a set-user-id program gives nothing, unless mount and isolation both let it")
    void a_set_user_id_program_gives_nothing(boolean mount, boolean isolation, String user) throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        Mount volume = Mount.bind(data).writable();
        Isolation standard = Isolation.standard();
        Namespaces.Builder namespaces = Namespaces.builder();
        if (Kernel.tryCall(Sys.GETEUID) != 0) {
            Requirement.SUBORDINATE_IDS.assume();
            namespaces.users(IdMapping.subordinate());
        }
        ContainerResult result = Container.builder()
                .namespaces(namespaces.build())
                .isolation(isolation ? standard.allowNewPrivileges() : standard)
                .mount((mount ? volume.allowSetUserId() : volume).at("/data"))
                .command(
                        "sh",
                        "-c",
                        "cp /usr/bin/id /data && chmod 4755 /data/id && exec perl -MPOSIX -e 'setgid(1); setuid(1);"
                                + " exec(\"/data/id\", \"-u\")'")
                .run();
        assertThat(result.output()).as("%s", result).isEqualTo(user + "\n");
    }

    @Test
    @DisplayName("set-id-and-ptrace: for more than one reason")
    void no_privilege_is_gained() throws Exception {
        ContainerResult result = Container.run(
                "sh",
                "-c",
                "grep NoNewPrivs: /proc/self/status; grep -v ' [a-z,]*nosuid[a-z,]* ' /proc/self/mountinfo | grep -v '"
                        + " /dev/[a-z]* '");
        assertThat(result.output()).isEqualTo("NoNewPrivs:\t1\n");
    }

    @Test
    @DisplayName("weaker-exec: what capabilities there are is known, for users of its own and for the host's root")
    void capabilities() throws Exception {
        String command = "grep CapBnd: /proc/self/status";
        assertThat(Container.run("sh", "-c", command).output()).isEqualTo("CapBnd:\t00000000800425fb\n");
        if (ProcessStatus.ofThisProcess().uid() == 0) {
            String of = TestRoot.in(Files.createDirectory(directory.resolve("root")))
                    .readOnly()
                    .namespaces(Namespaces.builder().shareUsers().build())
                    .command("sh", "-c", command)
                    .run()
                    .output();
            assertThat(of).startsWith("CapBnd:");
            long without = ~0x800405fbL;
            assertThat(Long.parseLong(of.strip().replaceAll(".*\t", ""), 16) & without)
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"proc", "sys", "dev"})
    @DisplayName("symlink-/proc, symlink-/sys, symlink-/dev: nothing is mounted or made through a hostile link")
    void a_hostile_link_for_a_mount_point_is_refused(String name) throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path target = Files.createDirectory(directory.resolve("target"));
        TestRoot hostile = TestRoot.in(root);
        Files.delete(root.resolve(name));
        Files.createSymbolicLink(root.resolve(name), target);
        for (ContainerBuilder builder : List.of(hostile.readOnly(), hostile.copyOnWrite())) {
            assertThatThrownBy(() -> builder.command("true").start())
                    .isInstanceOfSatisfying(
                            LaunchException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ELOOP))
                    .hasMessageContaining("it is a symbolic link in the root file system, which is not followed");
        }
        assertThat(target).isEmptyDirectory();
    }

    @Test
    @DisplayName("mount-target-swap: a target behind a hostile link ends inside the root")
    void a_bind_target_behind_a_link_stays_inside() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        Path outside = Files.createDirectory(directory.resolve("outside"));
        TestRoot hostile = TestRoot.in(root);
        Files.createSymbolicLink(root.resolve("data"), outside);
        ContainerSpec spec = hostile.copyOnWrite()
                .bind(Path.of("/usr/bin"), "/data/deep")
                .command("sh", "-c", "ls /data/deep | wc -l")
                .build();
        assertThatThrownBy(spec::run).isInstanceOf(LaunchException.class);
        assertThat(outside).isEmptyDirectory();
    }

    /** Makes a block device and a character device, and opens them; prints an error number each. */
    private static String makeDevices(String places) {
        return "for $place (" + places + ") { for $type (0060000, 0020000) { $! = 0; syscall("
                + Numbers.of("mknodat")
                + ", -100, \"$place/made$type\", $type | 0666, 1 << 8 | 5); print($! + 0, ' '); $! = 0; open($f, '<',"
                + " \"$place/made$type\"); print($! + 0, ' ') } }";
    }

    @Test
    @DisplayName("device-nodes: none can be made, of either kind, anywhere, and none is there that was not asked for")
    void devices_of_the_host_are_out_of_reach() throws Exception {
        assertThat(Container.run("perl", "-e", makeDevices("'/tmp', '/dev', '/dev/shm'"))
                        .output())
                .isEqualTo((Errno.EPERM.number() + " " + Errno.ENOENT.number() + " ").repeat(6));
        assertThat(Container.run(
                                "sh",
                                "-c",
                                "find /dev -exec stat -c '%n %F' {} + | sed -n 's/ [a-z]* special file$//p'")
                        .output()
                        .lines())
                .containsExactlyInAnyOrder(
                        "/dev/null",
                        "/dev/zero",
                        "/dev/full",
                        "/dev/random",
                        "/dev/urandom",
                        "/dev/tty",
                        "/dev/pts/ptmx");
    }

    @Test
    @DisplayName(
            "device-nodes: where the host's root may make and open any, it is none but in /dev, which that root's own"
                    + " devices need")
    void devices_that_are_made_are_none() throws Exception {
        Requirement.ROOT.assume();
        ContainerResult result = TestRoot.in(Files.createDirectory(directory.resolve("root")))
                .copyOnWrite()
                .namespaces(Namespaces.builder().shareUsers().build())
                .isolation(Isolation.standard()
                        .capabilities(Capabilities.defaults().add(Capability.MKNOD)))
                .limits(Limits.builder().devices(DeviceAccess.all()).build())
                .command("perl", "-e", makeDevices("'/tmp', '/dev/shm'"))
                .run();
        assertThat(result.output()).as("%s", result).isEqualTo(("0 " + Errno.EACCES.number() + " ").repeat(4));
    }

    @Test
    @DisplayName("masked-and-read-only: /sys can't be written to, nor made writable")
    void sysfs_stays_read_only() throws Exception {
        ContainerResult result = Container.run(
                "sh", "-c", "mount -o remount,rw /sys; echo 1 > /sys/kernel/profiling; echo mem > /sys/power/state");
        assertThat(result.isSuccess()).isFalse();
        assertThat(result.error()).contains("Read-only file system");
    }

    @Test
    @DisplayName(
            "core-pattern, uevent-helper, binfmt, release-agent: what acts on the host can't be opened for writing")
    void the_hosts_kernel_settings_cannot_be_written() throws Exception {
        String own = "/proc/self/oom_score_adj";
        List<String> files = List.of(
                "/proc/sys/kernel/core_pattern",
                "/proc/sys/kernel/core_pipe_limit",
                "/proc/sys/kernel/modprobe",
                "/proc/sys/kernel/poweroff_cmd",
                "/proc/sys/kernel/hotplug",
                "/proc/sys/kernel/usermodehelper/bset",
                "/proc/sys/kernel/panic",
                "/proc/sys/vm/overcommit_memory",
                "/proc/sys/vm/drop_caches",
                "/proc/sys/fs/suid_dumpable",
                "/proc/sys/fs/binfmt_misc/register",
                "/proc/sysrq-trigger",
                "/proc/irq/default_smp_affinity",
                "/sys/kernel/uevent_helper",
                "/sys/class/net/lo/uevent",
                "/sys/class/mem/null/uevent",
                "/sys/power/state",
                "/sys/fs/cgroup/release_agent",
                "/sys/fs/cgroup/cgroup.procs",
                own);
        String open = "for (@ARGV) { $! = 0; print(-e $_ ? (sysopen(F, $_, O_WRONLY) ? 'open' : $! + 0) : 'none',"
                + " \" $_\\n\") }";
        List<String> command = new ArrayList<>(List.of("perl", "-MFcntl", "-e", open));
        command.addAll(files);
        List<String> answers =
                Container.builder().command(command).run().output().lines().toList();
        String refused = "(" + Errno.EACCES.number() + "|" + Errno.EROFS.number() + "|none) .*";
        assertThat(answers)
                .hasSameSizeAs(files)
                .contains("open " + own)
                .anyMatch(answer -> answer.matches("[0-9]+ /proc/sys/kernel/core_pattern"))
                .allMatch(answer -> answer.matches(refused) || answer.endsWith(own));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/proc/sys/kernel/core_pattern",
                "/proc/sys/kernel/hostname",
                "/proc/sys/vm/overcommit_memory",
                "/proc/irq/default_smp_affinity"
            })
    @DisplayName("masked-and-read-only, core-pattern: nor by the host's root, where the container shares the users")
    void the_hosts_kernel_settings_cannot_be_written_by_the_hosts_root(String file) throws Exception {
        Requirement.ROOT.assume();
        ContainerResult result = TestRoot.in(Files.createDirectory(directory.resolve("root")))
                .copyOnWrite()
                .namespaces(Namespaces.builder().shareUsers().build())
                .command(
                        "sh",
                        "-c",
                        "cat " + file + " > /tmp/now; mount -o remount,rw " + file + "; cat /tmp/now > " + file)
                .run();
        assertThat(result.isSuccess()).isFalse();
        assertThat(result.error()).containsAnyOf("Read-only file system", "Permission denied");
    }

    @Test
    @DisplayName("leaked-descriptor: a working directory below /proc/self/fd leads nowhere")
    void no_working_directory_outside_the_root() {
        for (int fd = 3; fd < 12; fd++) {
            ContainerBuilder builder =
                    Container.builder().workingDirectory("/proc/self/fd/" + fd).command("true");
            assertThatThrownBy(builder::start).isInstanceOf(LaunchException.class);
        }
    }

    @Test
    @DisplayName("processes of other containers and of the host are invisible")
    void other_processes_are_invisible() throws Exception {
        try (Container other = Container.builder().command("sleep", "1000").start()) {
            ContainerResult result = Container.run(
                    "sh",
                    "-c",
                    "kill -0 " + other.process().pid() + "; ls -d /proc/"
                            + other.process().pid());
            assertThat(result.isSuccess()).isFalse();
            assertThat(other.process().isAlive()).isTrue();
        }
    }

    @Test
    @DisplayName("the container's root may not undo what hides the host: unmounting shows nothing")
    void unmounting_shows_nothing_of_the_host() throws Exception {
        ContainerResult result = Container.run(
                "sh",
                "-c",
                "for i in 1 2 3; do umount -l /dev /sys /tmp /var/tmp /usr/.. 2>/dev/null; done; ls -A /tmp /dev /root"
                        + " /home");
        assertThat(result.output()).doesNotContain("lxc4j-launch", "mem", "vda", ".ssh");
    }

    @Test
    @DisplayName("masked-and-read-only: neither a read-only root nor a read-only bind can be made writable again")
    void a_read_only_root_cannot_be_remounted() throws Exception {
        Path root = Files.createDirectory(directory.resolve("root"));
        TestRoot files = TestRoot.in(root);
        Files.setPosixFilePermissions(root.resolve("tmp"), PosixFilePermissions.fromString("rwxrwxrwx"));
        Path data = Files.createDirectory(root.resolve("data"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
        ContainerResult result = files.readOnly()
                .bind(data, "/data")
                .command(
                        "sh",
                        "-c",
                        "mount -o remount,rw,bind /; mount -o remount,rw,bind /data; unshare -Urm mount -o"
                            + " remount,rw,bind /data; echo x > /data/x; unshare -Urm sh -c 'echo x > /tmp/x'; echo x"
                            + " > /tmp/x")
                .run();
        assertThat(result.isSuccess()).isFalse();
        assertThat(root.resolve("tmp")).isEmptyDirectory();
        assertThat(data).isEmptyDirectory();
    }
}
