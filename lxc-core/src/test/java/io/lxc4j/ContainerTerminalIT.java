package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The terminal of a container")
@Timeout(60)
class ContainerTerminalIT {
    private static ContainerBuilder shell(String script) {
        return Container.builder().terminal().command("sh", "-c", script);
    }

    private static void type(Container container, String keys) throws IOException {
        OutputStream keyboard = container.process().getOutputStream();
        keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"host", "read-only", "copy-on-write", "shared users"})
    @DisplayName("is its three streams, its controlling terminal and /dev/console, on each root")
    void is_all_there_is(String root, @TempDir Path directory) throws Exception {
        if (root.equals("shared users")) {
            Requirement.ROOT.assume();
        }
        ContainerBuilder builder = switch (root) {
            case "host" -> Container.builder();
            case "read-only" -> TestRoot.in(directory).readOnly();
            case "copy-on-write" -> TestRoot.in(directory).copyOnWrite();
            default ->
                TestRoot.in(directory)
                        .copyOnWrite()
                        .namespaces(Namespaces.builder().shareUsers().build());
        };
        ContainerResult result = builder.terminal()
                .command(
                        "sh",
                        "-c",
                        "for fd in 0 1 2; do readlink /proc/self/fd/$fd; done; echo console >/dev/console;"
                                + " echo tty >/dev/tty; echo error >&2; ls -1 /dev/pts; stat -c %t,%T /dev/console;"
                                + " stat -c %a,%u /dev/pts/0; umask")
                .run();
        assertThat(result.output().lines())
                .containsExactly(
                        "/dev/pts/0",
                        "/dev/pts/0",
                        "/dev/pts/0",
                        "console",
                        "tty",
                        "error",
                        "0",
                        "ptmx",
                        "88,0",
                        "620,0",
                        "0022");
        assertThat(result.error()).isEmpty();
        assertThat(result.exitValue()).isZero();
    }

    @Test
    @DisplayName("takes keys, echoes them and shows what the program says")
    void takes_keys() throws Exception {
        try (Container container = shell("read name; echo hello $name; exit 3").start()) {
            type(container, "world\n");
            assertThat(Screen.of(container).rest()).isEqualTo("world\r\nhello world\r\n");
            assertThat(Status.of(container)).isEqualTo(3);
            assertThat(container.process().getErrorStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    @DisplayName("interrupts the program by ctrl-c")
    void interrupts() throws Exception {
        try (Container container = shell(
                        "trap 'echo interrupted; exit 5' INT; echo ready; while :; do sleep 0.05; done")
                .start()) {
            Screen screen = Screen.of(container);
            screen.expect("ready\r\n");
            type(container, "\003");
            screen.expect("interrupted\r\n");
            assertThat(Status.of(container)).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("has 80 columns and 24 rows or the size that was asked for, and can be resized")
    void has_a_size(boolean withInit) throws Exception {
        assertThat(shell("stty size").run().output()).isEqualTo("24 80\r\n");
        ContainerBuilder builder = Container.builder()
                .terminal(new WindowSize(132, 43))
                .command("sh", "-c", "trap 'stty size; exit 7' WINCH; stty size; while :; do sleep 0.05; done");
        try (Container container = (withInit ? builder.init() : builder).start()) {
            Screen screen = Screen.of(container);
            screen.expect("43 132\r\n");
            container.process().resize(new WindowSize(100, 30));
            screen.expect("30 100\r\n");
            assertThat(Status.of(container)).isEqualTo(7);
            container.process().resize(new WindowSize(1, 1));
        }
    }

    @Test
    @DisplayName("names its kind in TERM, unless that is set")
    void names_its_kind() throws Exception {
        assertThat(shell("echo $TERM").run().output()).isEqualTo("xterm\r\n");
        assertThat(shell("echo $TERM").environment("TERM", "dumb").run().output())
                .isEqualTo("dumb\r\n");
        assertThat(Container.run("sh", "-c", "echo $TERM").output()).isEqualTo("\n");
    }

    @Test
    @DisplayName("ends the input of a program that is run to its end")
    void ends_the_input() throws Exception {
        assertThat(shell("cat; echo end").run().output()).isEqualTo("end\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("is not at its end when all have closed it, as long as the container runs")
    void is_not_at_its_end(boolean withInit) throws Exception {
        ContainerBuilder builder = shell("echo before; exec </dev/null >/dev/null 2>&1; sleep 0.3;"
                + " exec >/dev/console; echo after; read x </dev/console; echo got $x");
        try (Container container = (withInit ? builder.init() : builder).start()) {
            Screen screen = Screen.of(container);
            screen.expect("before\r\nafter\r\n");
            type(container, "key\n");
            assertThat(screen.rest()).isEqualTo("key\r\ngot key\r\n");
            assertThat(Status.of(container)).isZero();
        }
    }

    @Test
    @DisplayName("hangs up when both streams are closed")
    void hangs_up() throws Exception {
        try (Container container = shell("trap 'exit 9' HUP; echo ready; while :; do sleep 0.05; done")
                .start()) {
            Screen.of(container).expect("ready\r\n");
            container.process().getOutputStream().close();
            container.process().getInputStream().close();
            assertThat(Status.of(container)).isEqualTo(9);
        }
    }

    @Test
    @DisplayName("has the jobs of a shell in the foreground and in the background")
    void controls_jobs() throws Exception {
        for (ContainerBuilder builder :
                new ContainerBuilder[] {Container.builder(), Container.builder().init()}) {
            try (Container container = builder.terminal()
                    .command("sh", "-i", "-m")
                    .environment("PS1", "> ")
                    .start()) {
                Screen screen = Screen.of(container);
                screen.expect("> ");
                type(container, "sleep 1000\n");
                screen.expect("sleep 1000\r\n");
                awaitForeground(container, "sleep");
                type(container, "\032");
                assertThat(screen.expect("> ")).contains("Stopped");
                type(container, "fg\n");
                screen.expect("sleep 1000\r\n");
                awaitForeground(container, "sleep");
                type(container, "\003");
                screen.expect("> ");
                type(container, "exit 4\n");
                assertThat(Status.of(container)).isEqualTo(4);
            }
        }
    }

    /** Waits until a program runs, in the process group that the terminal sends its signals to. */
    private static void awaitForeground(Container container, String program) {
        Awaitility.await()
                .until(() -> container
                        .process()
                        .descendants()
                        .map(process -> stat(process.pid()))
                        .anyMatch(stat -> stat.matches(".*\\(" + program + "\\) S \\d+ (\\d+) \\d+ \\d+ \\1 .*")));
    }

    private static String stat(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat")).strip();
        } catch (IOException _) {
            return ""; // it has ended
        }
    }

    @Test
    @DisplayName("that a container does not have can be neither resized nor attached")
    void is_missing() {
        try (Container container = Container.builder().command("cat").start()) {
            ContainerProcess process = container.process();
            String message = "process " + process.pid() + " has no terminal; the builder's terminal() gives it one";
            WindowSize size = new WindowSize(80, 24);
            assertThatIllegalStateException()
                    .isThrownBy(() -> process.resize(size))
                    .withMessage(message);
            assertThatIllegalStateException().isThrownBy(process::attach).withMessage(message);
        }
    }
}
