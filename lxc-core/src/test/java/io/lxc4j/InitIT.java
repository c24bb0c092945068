package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A container with an init")
@Timeout(60)
class InitIT {
    private static ContainerBuilder shell(String script) {
        return Container.builder().init().command("sh", "-c", script);
    }

    @Test
    @DisplayName("has it as process 1, and the command as its child in a session of its own")
    void has_it_as_process_1() throws Exception {
        ContainerResult result = shell(
                        "cat /proc/1/comm; echo $$ $PPID; cut -d' ' -f5,6 /proc/$$/stat; ls /proc | grep -c '^[0-9]'")
                .run();
        assertThat(result.output()).isEqualTo("lxc4j-init\n2 1\n2 2\n4\n");
        assertThat(result.error()).isEmpty();
    }

    @Test
    @DisplayName("is what explain() shows")
    void is_explained() {
        assertThat(shell("true").build().explain())
                .contains("INIT\n  staying as an init, and going on as its child\n", "  init(main");
        assertThat(Container.builder().command("true").build().explain()).doesNotContain("INIT");
    }

    @ParameterizedTest
    @CsvSource({"exit 42, 42", "kill -USR1 $$, 138", "kill -KILL $$, 137", "true, 0"})
    @DisplayName("ends with the status of the command")
    void ends_with_the_status(String script, int status) throws Exception {
        ContainerResult result = shell(script).run();
        assertThat(result.exitValue()).isEqualTo(status);
        assertThat(result.exitSignal()).isEmpty();
    }

    @Test
    @DisplayName("ends with the command, whatever else runs")
    void ends_with_the_command() throws Exception {
        ContainerResult result = shell("sleep 1000 & echo started; exit 1").run();
        assertThat(result.output()).isEqualTo("started\n");
        assertThat(result.exitValue()).isEqualTo(1);
    }

    @Test
    @DisplayName("collects orphans")
    void collects_orphans() throws Exception {
        ContainerResult result = shell("for i in 1 2 3 4 5; do (sleep 0.1 & echo); done >/dev/null; sleep 0.5;"
                        + " cat /proc/[0-9]*/stat | grep -c ' Z ' ; ls -d /proc/[0-9]* | wc -l")
                .run();
        List<String> counts = result.output().lines().toList();
        assertThat(counts.getFirst()).as("zombies").isEqualTo("0");
        // The init, the shell, and ls and wc as far as they have begun; the five orphans are gone.
        assertThat(Integer.parseInt(counts.getLast())).as("processes").isBetween(2, 4);
    }

    @Test
    @DisplayName("asks a command to end that does nothing about signals, and one that does")
    void passes_term_on() throws Exception {
        try (Container container = shell("echo ready; exec sleep 1000").start()) {
            Screen.of(container).expect("ready\n");
            container.process().destroy();
            assertThat(Status.of(container)).isEqualTo(128 + 15);
        }
        try (Container container = shell("trap 'echo ended; exit 6' TERM; echo ready; while :; do sleep 0.05; done")
                .start()) {
            Screen.of(container).expect("ready\n");
            assertThat(container.process().signal(Signal.TERM)).isTrue();
            Screen.of(container).expect("ended\n");
            assertThat(Status.of(container)).isEqualTo(6);
        }
    }

    @Test
    @DisplayName("leaves a command alive that handles a signal, or ignores it")
    void leaves_a_command_alive() throws Exception {
        try (Container container = shell("trap '' TERM; trap 'echo got' HUP; echo ready; while :; do sleep 0.05; done")
                .start()) {
            Screen.of(container).expect("ready\n");
            container.process().destroy();
            container.process().signal(Signal.HUP);
            Screen.of(container).expect("got\n");
            assertThat(container.process().isAlive()).isTrue();
            container.process().destroyForcibly();
            assertThat(Status.of(container)).isEqualTo(128 + 9);
            assertThat(container.process().exitSignal()).contains(Signal.KILL);
        }
    }

    @Test
    @DisplayName("ends the output when the command and its children have closed it")
    void ends_the_output() throws Exception {
        try (Container container = shell("echo last; exec >&- 2>&-; sleep 1000").start()) {
            assertThat(Screen.of(container).rest()).isEqualTo("last\n");
            assertThat(new Screen((FdInput) container.process().getErrorStream()).rest())
                    .isEmpty();
            assertThat(container.process().isAlive()).isTrue();
        }
    }

    @Test
    @DisplayName("reports a command that can't be executed, and leaves nothing")
    void reports_a_missing_command() throws Exception {
        HostState state = HostState.warm();
        for (ContainerBuilder builder : new ContainerBuilder[] {
            Container.builder().init(), Container.builder().init().terminal()
        }) {
            builder.command("/nonexistent");
            assertThatThrownBy(builder::start)
                    .isInstanceOfSatisfying(
                            LaunchException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                    .hasMessageStartingWith("executing /nonexistent: execve(");
        }
        state.assertUnchanged();
    }

    @Test
    @DisplayName("gives it no descriptor, no privilege but to send signals, and no way to more")
    void is_bare() throws Exception {
        try (Container container = Container.builder().init().command("cat").start()) {
            Path init = Path.of("/proc/" + container.process().pid());
            List<Path> descriptors = new ArrayList<>();
            try (DirectoryStream<Path> open = Files.newDirectoryStream(init.resolve("fd"))) {
                open.forEach(descriptors::add);
            }
            assertThat(descriptors).isEmpty();
            assertThat(Files.readAllLines(init.resolve("status")))
                    .contains(
                            "CapInh:\t0000000000000000",
                            "CapPrm:\t0000000000000020",
                            "CapEff:\t0000000000000020",
                            "CapBnd:\t0000000000000020",
                            "Seccomp:\t2",
                            "CapAmb:\t0000000000000000",
                            "NoNewPrivs:\t1");
        }
    }

    @Test
    @DisplayName("passes signals on to a command that has become another user")
    void passes_signals_to_another_user() throws Exception {
        Requirement.ROOT.assume();
        try (Container container =
                shell("echo ready; exec chroot --userspec=7:7 / sleep 1000").start()) {
            Screen.of(container).expect("ready\n");
            awaitUser(container, 7);
            container.process().destroy();
            assertThat(Status.of(container)).isEqualTo(128 + 15);
        }
    }

    private static void awaitUser(Container container, int user) throws IOException {
        ProcessHandle main = container.process().children().findFirst().orElseThrow();
        long first = uid(container.process().pid());
        Awaitility.await().until(() -> uid(main.pid()) == first + user);
    }

    private static long uid(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("Uid:"))
                .mapToLong(line -> Long.parseLong(line.split("\t", -1)[1]))
                .findFirst()
                .orElseThrow();
    }
}
