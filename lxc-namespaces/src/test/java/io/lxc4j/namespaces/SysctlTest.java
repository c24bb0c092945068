package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Operation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Sysctls of a container")
class SysctlTest {
    private static Namespaces.Builder builder() {
        return Namespaces.builder();
    }

    private static LaunchPlan plan(Namespaces namespaces) {
        LaunchPlan.Builder plan = LaunchPlan.builder();
        NamespacePlan.contribute(plan, namespaces);
        PseudoFileSystems.contribute(plan, namespaces, Map.of());
        PseudoFileSystems.protect(plan);
        return plan.add(new Operation.Exec("/bin/true", List.of("true"), List.of(), List.of()))
                .build();
    }

    @Test
    @DisplayName("are set in the order in which they were given")
    void order() {
        Namespaces namespaces = builder()
                .sysctl("net.ipv4.ip_forward", "1")
                .sysctl("kernel.sem", "1 2 3 4")
                .sysctl("fs.mqueue.msg_max", "20")
                .build();
        assertThat(namespaces.sysctls())
                .hasToString("{net.ipv4.ip_forward=1, kernel.sem=1 2 3 4, fs.mqueue.msg_max=20}");
        assertThat(plan(namespaces).operations())
                .containsSubsequence(
                        new Operation.SetSysctl("net.ipv4.ip_forward", "net/ipv4/ip_forward", "1"),
                        new Operation.SetSysctl("kernel.sem", "kernel/sem", "1 2 3 4"),
                        new Operation.SetSysctl("fs.mqueue.msg_max", "fs/mqueue/msg_max", "20"));
    }

    @Test
    @DisplayName("are opened before they are made read-only, and not at all without a setting")
    void opened() {
        Namespaces hostsUsers =
                builder().shareUsers().sysctl("kernel.msgmax", "10").build();
        assertThat(plan(hostsUsers).operations())
                .containsSubsequence(
                        new MountOperation.OpenSysctls(), new MountOperation.ProtectFromWrites("/proc/sys", true));
        assertThat(plan(builder().build()).operations()).noneMatch(MountOperation.OpenSysctls.class::isInstance);
    }

    @ParameterizedTest
    @CsvSource({
        "net.core.somaxconn, net/core/somaxconn",
        "net.ipv4.conf.eth0/1.forwarding, net/ipv4/conf/eth0.1/forwarding",
        "net.ipv4.conf.a-b_c.forwarding, net/ipv4/conf/a-b_c/forwarding"
    })
    @DisplayName("have a slash for a dot within a name, as sysctl(8) does")
    void path(String name, String path) {
        assertThat(new Sysctl(name, "1").path()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kernel.core_pattern", "kernel.msg", "kernel.shmmax2", "vm.overcommit_memory", "fs.file-max",
                "fs.mqueue.x", "user.max_user_namespaces", "kernel.ns_last_pid", "network.core.x",
                        "fs.binfmt_misc.register"
            })
    @DisplayName("are none of those that the kernel has once for the host")
    void hosts(String name) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder().sysctl(name, "1"))
                .withMessageStartingWith("sysctl " + name
                        + " is not a container's own: the kernel has it once for the host. A container has net.* and"
                        + " fs.mqueue.msg_default, ");
    }

    @Test
    @DisplayName("don't name the host, which has a verb of its own")
    void names() {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder().sysctl("kernel.hostname", "a"))
                .withMessage("sysctl kernel.hostname is what hostName(…) sets");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder().sysctl("kernel.domainname", "a"))
                .withMessage("sysctl kernel.domainname is what domainName(…) sets");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "net",
                "net.",
                ".net",
                "net..core",
                "/net/core",
                "net/core/somaxconn",
                "net.core.",
                "net.//.x",
                "net./.x",
                "net.a/",
                "net.a//b",
                "net.ä",
                "net.a b",
                "net.a\n",
                "net.a\0",
                "net/../vm.x",
                "kernel/core_pattern",
                "net.*"
            })
    @DisplayName("have names of a strict form")
    void form(String name) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder().sysctl(name, "1"))
                .withMessageMatching("sysctl \"[ -~]*\" must be a name like net.core.somaxconn, .*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1\n", "1\n2", "1\t2", "\0", "ä", "\u007f"})
    @DisplayName("have values of printable ASCII characters")
    void value(String value) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder().sysctl("net.core.somaxconn", value))
                .withMessageMatching(
                        "sysctl net.core.somaxconn: the value must be 1 to 4096 printable ASCII characters,"
                                + " not \"[ -~]*\"");
    }

    @Test
    @DisplayName("have names and values that are not too long")
    void lengths() {
        assertThat(new Sysctl("net.a", "1".repeat(4096)).value()).hasSize(4096);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder().sysctl("net.a", "1".repeat(4097)));
        assertThat(new Sysctl("net." + "a".repeat(251), "1").name()).hasSize(255);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder().sysctl("net." + "a".repeat(252), "1"));
    }

    @Test
    @DisplayName("are set once")
    void twice() {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder().sysctl("kernel.msgmax", "1").sysctl("kernel.msgmax", "2"))
                .withMessage("sysctl kernel.msgmax was set before: \"1\", now \"2\"");
    }

    @Test
    @DisplayName("don't change a namespace that is the host's")
    void shared() {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(
                        () -> builder().shareIpc().sysctl("kernel.msgmax", "1").build())
                .withMessage("sysctl kernel.msgmax would change the host's, as the namespace ipc is not the container's"
                        + " own");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder()
                        .sysctl("net.core.somaxconn", "1")
                        .shareNetwork()
                        .build())
                .withMessageContaining("the namespace net is not");
    }
}
