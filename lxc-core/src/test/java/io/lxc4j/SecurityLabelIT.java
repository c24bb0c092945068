package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.Isolation;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels of AppArmor, on a kernel that has it switched on; it is nothing that could be installed. */
@DisplayName("AppArmor")
class SecurityLabelIT {
    private static final String PROFILE =
            "lxc4j-test-" + ProcessHandle.current().pid();
    private static final String RULES = "profile " + PROFILE + " flags=(attach_disconnected,mediate_deleted) {\n"
            + "  file, capability, mount, umount, network, signal, ptrace, unix,\n"
            + "  deny /etc/hosts r,\n"
            + "}\n";
    private static final String NO_HOSTS = "(hosts: |can't open '/etc/hosts': )Permission denied";

    @TempDir
    static Path directory;

    @BeforeAll
    static void load() throws IOException {
        Requirement.ROOT.assume();
        Requirement.APPARMOR.assume();
        Command.run(List.of("apparmor_parser", "--replace", "--skip-cache", rules().toString()));
    }

    @AfterAll
    static void unload() throws IOException {
        Path rules = directory.resolve("rules");
        if (Files.exists(rules)) {
            Command.run(List.of("apparmor_parser", "--remove", rules.toString()));
        }
    }

    private static Path rules() throws IOException {
        return Files.writeString(directory.resolve("rules"), RULES);
    }

    private static ContainerBuilder labelled(String script) {
        return Container.builder()
                .isolation(Isolation.standard().appArmorProfile(PROFILE))
                .command("sh", "-c", script)
                .mergeError();
    }

    @Test
    @DisplayName("confines the program of a container, with a user namespace and without")
    void confines() throws Exception {
        for (Namespaces namespaces : List.of(
                Namespaces.builder().build(),
                Namespaces.builder().users(IdMapping.self()).build())) {
            assertThat(labelled("cat /proc/self/attr/apparmor/current; cat /etc/hosts")
                            .namespaces(namespaces)
                            .run()
                            .output())
                    .contains(PROFILE + " (enforce)")
                    .containsPattern(NO_HOSTS);
        }
        assertThat(Container.builder().command("cat", "/etc/hosts").run().isSuccess())
                .as("it is the profile that denies it")
                .isTrue();
    }

    @Test
    @DisplayName("weaker-exec, redirected-proc-write: confines what is executed later, too, whatever lies on the"
            + " container's /proc")
    void confines_what_joins() throws Exception {
        HostState.warm();
        HostState before = HostState.now();
        try (Container container = Container.builder()
                .isolation(Isolation.standard()
                        .appArmorProfile(PROFILE)
                        .capabilities(Capabilities.defaults().add(Capability.SYS_ADMIN)))
                .command(
                        "sh",
                        "-c",
                        "mount -t tmpfs none /proc && mkdir -p /proc/self/attr/apparmor /proc/1/attr/apparmor"
                                + " && echo unconfined >/proc/self/attr/apparmor/current; echo $?; exec sleep 1000")
                .start()) {
            assertThat(container.process().inputReader().readLine()).isEqualTo("0");
            assertThat(container
                            .exec("sh", "-c", "cat /etc/hosts; cat /proc/self/attr/apparmor/current")
                            .mergeError()
                            .run()
                            .output())
                    .containsPattern(NO_HOSTS)
                    .contains("unconfined");
            assertThat(container.audit().label()).isEqualTo(PROFILE + " (enforce)");
        }
        before.assertUnchanged();
    }

    @Test
    @DisplayName("that does not know the profile starts nothing")
    void unknown_profile() throws Exception {
        HostState.warm();
        HostState before = HostState.now();
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> Container.builder()
                        .isolation(Isolation.standard().appArmorProfile("lxc4j-nobody-loaded-this"))
                        .command("true")
                        .start())
                .withMessageContaining("lxc4j-nobody-loaded-this")
                .withMessageContaining("ENOENT");
        before.assertUnchanged();
    }
}
