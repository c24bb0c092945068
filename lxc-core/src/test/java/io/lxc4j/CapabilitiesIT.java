package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.Isolation;
import io.lxc4j.security.SecureBit;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The capabilities of a container's processes")
class CapabilitiesIT {
    private static final String SHOW = "grep ^Cap /proc/self/status";

    private static ContainerBuilder with(Capabilities capabilities) {
        return Container.builder().isolation(Isolation.standard().capabilities(capabilities));
    }

    /** More users than root. */
    private static Namespaces severalUsers() {
        if (Kernel.tryCall(Sys.GETEUID) == 0) {
            return Namespaces.builder().build();
        }
        Requirement.SUBORDINATE_IDS.assume();
        return Namespaces.builder().users(IdMapping.subordinate()).build();
    }

    /** The sets by the names that the kernel gives them, of the process and of a program that it executes. */
    private static Map<String, Long> sets(ContainerBuilder builder) throws InterruptedException {
        ContainerResult result = builder.command("sh", "-c", SHOW).mergeError().run();
        assertThat(result.output()).startsWith("Cap");
        return parse(result.output().lines().toList());
    }

    private static Map<String, Long> parse(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("Cap"))
                .map(line -> line.split(":\t", -1))
                .collect(Collectors.toMap(words -> words[0], words -> Long.parseUnsignedLong(words[1], 16)));
    }

    private static Map<String, Long> all(long inheritable, long permitted, long ambient) {
        return Map.of(
                "CapInh",
                inheritable,
                "CapPrm",
                permitted,
                "CapEff",
                permitted,
                "CapBnd",
                permitted,
                "CapAmb",
                ambient);
    }

    @Test
    @DisplayName("are by default few, and none is inheritable (inheritable-capabilities)")
    void the_defaults() throws Exception {
        assertThat(sets(Container.builder())).isEqualTo(all(0, 0x8004_25fbL, 0));
    }

    @Test
    @DisplayName("are from outside what they are from inside")
    void from_outside() throws Exception {
        try (Container container = with(Capabilities.defaults().add(Capability.SYS_NICE))
                .command("sleep", "100")
                .start()) {
            Path status = Path.of("/proc/" + container.process().pid() + "/status");
            assertThat(parse(Files.readAllLines(status))).isEqualTo(all(0, 0x8084_25fbL, 0));
        }
    }

    @Test
    @DisplayName("are added and dropped, which shows in what can be done")
    void an_effect() throws Exception {
        String chown = "touch /tmp/a && chown 1 /tmp/a";
        assertThat(Container.builder()
                        .namespaces(severalUsers())
                        .command("sh", "-c", chown)
                        .run()
                        .exitValue())
                .isZero();
        ContainerResult refused = with(Capabilities.defaults().drop(Capability.CHOWN))
                .namespaces(severalUsers())
                .command("sh", "-c", chown)
                .run();
        assertThat(refused.exitValue()).isNotZero();
        assertThat(refused.error()).contains("Operation not permitted");
        String nice = "nice -n -5 nice";
        assertThat(Container.run("sh", "-c", nice).output()).isEqualTo("0\n");
        assertThat(with(Capabilities.defaults().add(Capability.SYS_NICE))
                        .command("sh", "-c", nice)
                        .run()
                        .output())
                .isEqualTo("0\n"); // priorities are the host's, not the user namespace's
    }

    @Test
    @DisplayName("can be none, and can be all that the kernel knows")
    void extremes() throws Exception {
        assertThat(sets(with(Capabilities.none()))).isEqualTo(all(0, 0, 0));
        int last = Integer.parseInt(Kernel.readSysctl("/proc/sys/kernel/cap_last_cap"));
        assertThat(sets(with(Capabilities.all()))).isEqualTo(all(0, -1L >>> (63 - last), 0));
    }

    @Test
    @DisplayName("that are ambient are had by users other than root, too")
    void ambient() throws Exception {
        Capabilities capabilities = Capabilities.defaults().ambient(Capability.CHOWN);
        try (Container container = with(capabilities)
                .namespaces(severalUsers())
                .command("sleep", "100")
                .start()) {
            ContainerResult result = asUser(container, SHOW);
            Map<String, Long> sets = parse(result.output().lines().toList());
            assertThat(sets).containsEntry("CapEff", 1L).containsEntry("CapAmb", 1L);
            String chown = "touch /tmp/a && chown 2 /tmp/a";
            assertThat(asUser(container, chown).exitValue()).isZero();
        }
        try (Container container = Container.builder()
                .namespaces(severalUsers())
                .command("sleep", "100")
                .start()) {
            ContainerResult result = asUser(container, SHOW);
            assertThat(parse(result.output().lines().toList()))
                    .containsEntry("CapEff", 0L)
                    .containsEntry("CapPrm", 0L);
        }
    }

    private static ContainerResult asUser(Container container, String command) throws InterruptedException {
        return container.exec("sh", "-c", command).user(1, 1).run();
    }

    @Test
    @DisplayName("of one process can be fewer than the container's, not more")
    void of_one_process() throws Exception {
        try (Container container = with(Capabilities.defaults().drop(Capability.KILL))
                .command("sleep", "100")
                .start()) {
            ContainerResult result = container
                    .exec("sh", "-c", SHOW)
                    .capabilities(Capabilities.none().add(Capability.CHOWN))
                    .run();
            assertThat(parse(result.output().lines().toList())).isEqualTo(all(0, 1, 0));
            ExecBuilder exec = container.exec("true");
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> exec.capabilities(Capabilities.defaults()))
                    .withMessageContaining("the container has not CAP_KILL");
        }
    }

    @Test
    @DisplayName("can be taken from root's user id for good")
    void secure_bits() throws Exception {
        assertThat(sets(with(Capabilities.defaults().secureBits(SecureBit.NO_ROOT))))
                .containsEntry("CapEff", 0L)
                .containsEntry("CapPrm", 0L)
                .containsEntry("CapBnd", 0x8004_25fbL);
        assertThat(sets(with(Capabilities.defaults()
                        .ambient(Capability.CHOWN)
                        .secureBits(SecureBit.NO_ROOT, SecureBit.NO_AMBIENT_RAISE))))
                .containsEntry("CapEff", 1L)
                .containsEntry("CapAmb", 1L);
    }

    @Test
    @DisplayName("survive a change of the user id only where that is asked for")
    void change_of_user() throws Exception {
        String change = "POSIX::setuid(1); open(F, '/proc/self/status'); print grep(/^CapPrm/, <F>)";
        Capabilities fixed = Capabilities.defaults().secureBits(SecureBit.NO_SETUID_FIXUP);
        assertThat(Container.builder()
                        .namespaces(severalUsers())
                        .command("perl", "-MPOSIX", "-e", change)
                        .run()
                        .output())
                .isEqualTo("CapPrm:\t0000000000000000\n");
        assertThat(with(fixed)
                        .namespaces(severalUsers())
                        .command("perl", "-MPOSIX", "-e", change)
                        .run()
                        .output())
                .isEqualTo("CapPrm:\t00000000800425fb\n");
    }

    @Test
    @DisplayName("can't be gained by executing a program, unless that is allowed")
    void new_privileges() throws IOException, InterruptedException {
        String show = "grep NoNewPrivs /proc/self/status";
        assertThat(Container.run("sh", "-c", show).output()).isEqualTo("NoNewPrivs:\t1\n");
        assertThat(Container.builder()
                        .isolation(Isolation.standard().allowNewPrivileges())
                        .command("sh", "-c", show)
                        .run()
                        .output())
                .isEqualTo("NoNewPrivs:\t0\n");
    }
}
