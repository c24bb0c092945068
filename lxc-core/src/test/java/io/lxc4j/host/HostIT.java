package io.lxc4j.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.Container;
import io.lxc4j.HostState;
import io.lxc4j.kernel.Namespace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What this machine answers, compared with what else is known of it. */
class HostIT {
    @Test
    void the_report_agrees_with_the_machine() throws Exception {
        Host host = Host.probe();
        assertThat(host.kernelRelease()).isEqualTo(output("uname", "-r"));
        assertThat(host.architecture()).isEqualTo(output("uname", "-m"));
        assertThat(host.isRoot()).isEqualTo(output("id", "-u").equals("0"));
        assertThat(host.cgroups().hierarchies())
                .allSatisfy(hierarchy -> assertThat(hierarchy.mountPoint()).isDirectory());
        assertThat(host.abilities()).extracting(Ability::name).doesNotHaveDuplicates();
        assertThat(host.report()).isEqualTo(host.toString()).contains(host.kernelRelease());
        assertThat(host.report().lines().filter(line -> line.startsWith("  ")))
                .hasSizeGreaterThanOrEqualTo(host.abilities().size());
    }

    @Test
    void whoever_has_all_capabilities_can_make_every_namespace() {
        Host host = Host.probe();
        if (host.capabilities().contains("sys_admin")) {
            for (Namespace kind : Namespace.values()) {
                if (kind != Namespace.USER) {
                    assertThat(host.ability(kind.procName() + " namespace").isAvailable())
                            .as(kind.procName())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void what_is_called_available_can_be_had() throws Exception {
        Host host = Host.probe();
        if (List.of("overlayfs in a user namespace", "tmpfs in a user namespace", "proc in a user namespace").stream()
                .allMatch(name -> host.ability(name).isAvailable())) {
            assertThat(Container.run("true").isSuccess()).isTrue();
        }
        for (Ability call :
                List.of(host.ability("clone3"), host.ability("close_range"), host.ability("memfd_create"))) {
            assertThat(call.isAvailable())
                    .as("%s, by which this was found", call)
                    .isTrue();
        }
        boolean landlocked = Files.exists(Path.of("/sys/kernel/security/lsm"))
                && Files.readString(Path.of("/sys/kernel/security/lsm")).contains("landlock");
        if (landlocked) {
            assertThat(host.ability("Landlock").isAvailable()).isTrue();
        }
    }

    @Test
    void an_unknown_name_is_an_error_that_lists_the_known() {
        Host host = Host.probe();
        assertThatThrownBy(() -> host.ability("warp drive"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("warp drive")
                .hasMessageContaining("overlayfs");
    }

    @Test
    void twenty_probes_leave_nothing_behind() throws Exception {
        HostState before = HostState.warm();
        for (int i = 0; i < 20; i++) {
            Host.probe();
        }
        before.assertUnchanged();
    }

    private static String output(String... command) throws Exception {
        Process process = new ProcessBuilder(command).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }
}
