package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.ContainerException;
import io.lxc4j.testing.ChildJvm;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The terminal of a JVM")
@Timeout(60)
class TerminalIT {
    private final Pty pty = new Pty();

    /** What runs on the terminal. */
    static final class Victim {
        private Victim() {}

        /** Makes the terminal raw, and ends as it is told. */
        public static void main(String[] arguments) throws Exception {
            Terminal terminal = Terminal.current();
            try {
                terminal.makeRaw();
            } catch (ContainerException e) {
                System.out.println(e.getMessage());
                return;
            }
            terminal.makeRaw();
            System.out.println("pid " + ProcessHandle.current().pid() + ".");
            System.out.println(terminal.windowSize());
            System.out.println("go.");
            int key = terminal.keys().read();
            switch (arguments[0]) {
                case "close" -> terminal.close();
                case "throw" -> {
                    try (terminal) {
                        throw new IllegalStateException("in the middle");
                    }
                }
                case "forget" -> throw new IllegalStateException("in the middle, without closing");
                case "exit" -> System.exit(key);
                default -> Thread.sleep(1_000_000);
            }
        }
    }

    @AfterEach
    void close() {
        pty.close();
    }

    private long raw(String how) throws Exception {
        var _ = pty.java("true", Victim.class, how);
        pty.expect("pid ");
        long pid = Long.parseLong(pty.expect(".").replace(".", ""));
        pty.expect("go.");
        assertThat(pty.settings()).contains("-icanon", "-echo ", "-isig", "-opost", "-ixon", "min = 1; time = 0;");
        return pid;
    }

    @ParameterizedTest
    @CsvSource({"close, 0", "throw, 1", "forget, 1", "exit, 42"})
    @DisplayName("is as before when the JVM has made it raw and has ended by itself")
    void is_as_before(String how, int status) throws Exception {
        String before = pty.settings();
        long pid = raw(how);
        pty.type("*");
        pty.expect("status " + status);
        assertThat(pty.settings()).isEqualTo(before).contains(" icanon", " echo ");
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130", "HUP, 129"})
    @DisplayName("is as before when a signal has ended the JVM")
    void is_as_before_a_signal(String signal, int status) throws Exception {
        String before = pty.settings();
        long pid = raw("wait");
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
        pty.expect("status " + status);
        assertThat(pty.settings()).isEqualTo(before);
    }

    @Test
    @DisplayName("that is closed ends the JVM")
    void ends_the_jvm() throws Exception {
        long pid = raw("wait");
        pty.hangUp();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> ProcessHandle.of(pid).isEmpty());
    }

    @Test
    @DisplayName("tells its size, and that it has none")
    void tells_its_size() throws Exception {
        Process first = pty.java("true", Victim.class, "close");
        assertThat(pty.expect("go.")).contains("Optional.empty");
        pty.type("*");
        pty.expect("status 0");
        pty.type("\n");
        assertThat(first.waitFor(20, TimeUnit.SECONDS))
                .as("the terminal is free for another session")
                .isTrue();
        pty.terminal().resize(new WindowSize(90, 20));
        var _ = pty.java("true", Victim.class, "close");
        assertThat(pty.expect("go.")).contains("WindowSize[columns=90, rows=20]");
    }

    @Test
    @DisplayName("is left alone by a JVM in the background, which is told so instead of being stopped")
    void is_left_alone_from_the_background() throws Exception {
        String before = pty.settings();
        var _ = pty.start(background().toArray(String[]::new));
        pty.expect("this JVM is not in the foreground of /dev/tty; bring it there with fg");
        assertThat(pty.settings()).isEqualTo(before);
    }

    /** A shell with job control gives what it starts in the background a process group of its own. */
    private static List<String> background() {
        List<String> command = ChildJvm.command(Victim.class, "close");
        command.addAll(0, List.of("sh", "-c", "set -m; \"$@\" & wait", "sh"));
        return command;
    }

    @Test
    @DisplayName("that is missing is an error that says so")
    void is_missing() throws Exception {
        List<String> command = ChildJvm.command(Victim.class, "close");
        command.addFirst("setsid");
        Process process = new ProcessBuilder(command).start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.errorReader().lines().findFirst().orElseThrow())
                .contains(
                        "opening the terminal of this JVM: openat(AT_FDCWD, \"/dev/tty\", O_RDWR|O_NOCTTY|O_CLOEXEC)",
                        "ENXIO",
                        "start it from a shell in a terminal");
    }
}
