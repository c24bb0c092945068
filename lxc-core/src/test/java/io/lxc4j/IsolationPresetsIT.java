package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.security.Isolation;
import io.lxc4j.security.Landlock;
import io.lxc4j.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The isolation of a container")
class IsolationPresetsIT {
    private static final String PERL = "/usr/bin/perl";

    /** Tries what a program could want of the machine; prints what it got. */
    private static final String PROBE = """
        sub tried { my ($what, $worked) = @_; print("$what\\n") if $worked }
        for $f ('/etc/passwd', '/etc/hostname', '/proc/self/status', '/proc/cpuinfo', '/proc/mounts', '/usr/bin/env',
                '/sys/kernel/mm', '/dev/tty', '/root', '/var') {
          tried("reads $f", open(F, '<', $f) || opendir(D, $f));
        }
        for $f ('/tmp/a', '/root/a', '/var/a', '/dev/shm/a', '/a') {
          tried("writes $f", open(F, '>', $f) || mkdir("$f.d"));
        }
        for $f ('/bin/sh', '/usr/bin/env', '/bin/true') {
          tried("executes $f", system({ $f } $f, '-c', 'true') == 0);
        }
        for $n (NUMBERS) {
          tried("calls $n", syscall($n, 1, 1, 0) >= 0);
        }
        print("done\\n");
        """;

    @TempDir
    Path directory;

    private static String probe(String... calls) {
        StringBuilder numbers = new StringBuilder();
        for (String call : calls) {
            numbers.append(Numbers.of(call)).append(", ");
        }
        return PROBE.replace("NUMBERS", numbers);
    }

    @Test
    @DisplayName("strict, lets a program reach nothing but itself and its libraries")
    void strict() throws Exception {
        Requirement.LANDLOCK.assume();
        String probe = probe("socket", "chown", "setuid", "memfd_create", "mknod", "unshare", "keyctl");
        ContainerResult result = Container.builder()
                .isolation(Isolation.strict(PERL))
                .command(PERL, "-e", probe)
                .run();
        assertThat(result.output()).as(result.error()).isEqualTo("done\n");
        assertThat(Container.run(PERL, "-e", probe).output())
                .as("the probe finds what there is to be reached")
                .contains("reads /etc/passwd", "reads /proc/self/status", "writes /tmp/a", "executes /bin/sh")
                .contains("calls " + Numbers.of("socket"));
    }

    @Test
    @DisplayName("strict, can be given the files that a program needs")
    void strict_and_files() throws Exception {
        Requirement.LANDLOCK.assume();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(directory.resolve("model"), "weights\n");
        ContainerResult result = Container.builder()
                .isolation(Isolation.strict()
                        .landlock(Landlock.forPrograms("/usr/bin/cat").read("/srv/model")))
                .bind(directory, "/srv/model")
                .command("cat", "/srv/model/model")
                .run();
        assertThat(result.output() + result.error()).isEqualTo("weights\n");
    }

    @Test
    @DisplayName("of a machine, lets its root mount, make namespaces and become other users")
    void machine() throws Exception {
        ContainerResult result = Container.builder()
                .isolation(Isolation.machine())
                .command(
                        "sh",
                        "-c",
                        "mount -t tmpfs none /mnt && touch /mnt/a && unshare -m -p -f -n true && hostname other"
                                + " && hostname; grep NoNewPrivs /proc/self/status; grep Seccomp: /proc/self/status;"
                                + " date -s 2020-01-01 >/dev/null")
                .run();
        assertThat(result.output()).as(result.error()).isEqualTo("other\nNoNewPrivs:\t0\nSeccomp:\t2\n");
        assertThat(result.error()).contains("Operation not permitted");
    }

    @Test
    @DisplayName("of a machine, is refused where its users would be the host's")
    void machine_with_the_hosts_users() {
        ContainerBuilder builder = Container.builder()
                .root(RootFileSystem.readOnly(directory))
                .namespaces(Namespaces.builder().shareUsers().build())
                .isolation(Isolation.machine())
                .command("true");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(builder::build)
                .withMessageStartingWith("Isolation.machine() with shareUsers would give");
    }

    @Test
    @DisplayName("with new privileges, lets set-user-id programs act that belong to the container's users")
    void set_user_id() throws Exception {
        if (Kernel.tryCall(Sys.GETEUID) != 0) {
            Requirement.SUBORDINATE_IDS.assume();
        }
        TestRoot root = TestRoot.in(directory, "own");
        String change = "cp /usr/bin/id /own/id && chmod 4755 /own/id";
        for (boolean allowed : new boolean[] {true, false}) {
            Isolation isolation = allowed ? Isolation.standard().allowNewPrivileges() : Isolation.standard();
            try (Container container = root.copyOnWrite()
                    .namespaces(
                            Kernel.tryCall(Sys.GETEUID) == 0
                                    ? Namespaces.builder().build()
                                    : Namespaces.builder()
                                            .users(IdMapping.subordinate())
                                            .build())
                    .isolation(isolation)
                    .command("sleep", "100")
                    .start()) {
                assertThat(container.exec("sh", "-c", change).run().exitValue()).isZero();
                String output = container.exec("/own/id", "-u").user(1, 1).run().output();
                assertThat(output).isEqualTo(allowed ? "0\n" : "1\n");
            }
        }
    }

    @Test
    @DisplayName("has a session keyring of its own, on which this JVM's keys are not")
    void keyring() throws Exception {
        Isolation isolation = Isolation.standard().withoutSeccomp();
        String script = "$k = syscall(" + Numbers.of("keyctl") + ", 0, -3, 0); print($k)"; // KEYCTL_GET_KEYRING_ID
        long own = Kernel.tryCall(Sys.KEYCTL, 0, -3, 0);
        ContainerResult first = Container.builder()
                .isolation(isolation)
                .command("perl", "-e", script)
                .run();
        ContainerResult second = Container.builder()
                .isolation(isolation)
                .command("perl", "-e", script)
                .run();
        assertThat(Long.parseLong(first.output())).isPositive().isNotEqualTo(own);
        assertThat(second.output()).isNotEqualTo(first.output());
    }

    @Test
    @DisplayName("can hide the processes of others, and all of /proc but processes")
    void proc() throws Exception {
        ContainerResult result = Container.builder()
                .isolation(Isolation.standard().hideProcesses().onlyProcessesInProc())
                .command("sh", "-c", "grep ' /proc proc ' /proc/self/mounts; ls /proc | grep -v '^[0-9]*$'")
                .run();
        assertThat(result.output().lines().toList())
                .satisfies(lines -> assertThat(lines.getFirst()).contains("hidepid=invisible", "subset=pid"))
                .contains("self", "thread-self")
                .doesNotContain("cpuinfo", "meminfo", "sys");
    }

    @Test
    @DisplayName("can't take /proc/sys away where sysctls are set in it")
    void proc_and_sysctls() {
        ContainerBuilder builder = Container.builder()
                .namespaces(
                        Namespaces.builder().sysctl("net.ipv4.ip_forward", "1").build())
                .isolation(Isolation.standard().onlyProcessesInProc())
                .command("true");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(builder::build)
                .withMessageStartingWith("sysctls are set in /proc/sys, which onlyProcessesInProc takes away: ")
                .withMessageContaining("net.ipv4.ip_forward");
    }

    @Test
    @DisplayName("can't have a label of a security module that is not there")
    void labels() {
        for (Isolation isolation : new Isolation[] {
            Isolation.standard().appArmorProfile("container-default"),
            Isolation.standard().seLinuxLabel("system_u:system_r:container_t:s0:c1,c2")
        }) {
            String sign = isolation.toString().contains("AppArmor") ? "/proc/self/attr/apparmor" : "/sys/fs/selinux";
            if (Files.exists(Path.of(sign))) {
                continue;
            }
            assertThatExceptionOfType(HostUnsupportedException.class)
                    .isThrownBy(() -> Container.builder()
                            .isolation(isolation)
                            .command("true")
                            .start())
                    .withMessageContaining("is not active on this host, as there is no " + sign)
                    .withMessageContaining("in lsm= of its command line");
        }
    }
}
