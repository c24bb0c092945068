package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A shell in a container, in a real terminal")
@Timeout(90)
class ShellInTmuxIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    /** What one types at a prompt of the host. */
    static final class Shell {
        private Shell() {}

        /** Starts a shell and attaches to it, and once more if it is left. */
        public static void main(String[] arguments) throws Exception {
            try (Container container = Container.builder()
                    .terminal()
                    .init()
                    .command("sh", "-i")
                    .environment("PS1", "inside> ")
                    .start()) {
                AttachmentEnd end;
                while ((end = container.process().attach()) != AttachmentEnd.PROCESS_ENDED) {
                    System.out.println("left: " + end);
                    System.in.read();
                }
                System.out.println("ended with " + container.process().waitFor());
            }
        }
    }

    private String tmux(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("tmux", "-S", directory.resolve("socket").toString(), "-f", "/dev/null"));
        command.addAll(Arrays.asList(arguments));
        return Command.run(command).orFail();
    }

    @AfterEach
    void end() {
        if (Files.exists(directory.resolve("socket"))) {
            tmux("kill-server");
        }
    }

    private void start() throws Exception {
        Requirement.TMUX.assume();
        List<String> quoted = ChildJvm.command(Shell.class).stream()
                .map(word -> "'" + word + "'")
                .toList();
        Path script = Files.writeString(
                directory.resolve("script"),
                "cd " + directory + "; stty -a >before; " + String.join(" ", quoted)
                        + "; stty -a >after; echo settings kept; sleep 1000");
        tmux("new-session", "-d", "-x", "100", "-y", "30", "sh " + script);
        tmux("set-option", "-g", "window-size", "manual");
    }

    private void type(String... keys) {
        List<String> arguments = new ArrayList<>(List.of("send-keys"));
        arguments.addAll(Arrays.asList(keys));
        tmux(arguments.toArray(String[]::new));
    }

    private void expect(String regex) {
        Awaitility.await()
                .atMost(LIMIT)
                .untilAsserted(() -> assertThat(tmux("capture-pane", "-p")).containsPattern("(?m)^" + regex));
    }

    @Test
    @DisplayName(
            "is used as any shell, resized, interrupted, left and entered again, and leaves the terminal as it was")
    void is_used_as_any_shell() throws Exception {
        start();
        expect("inside>$");
        type("echo $((6 * 7)); tty; stty size", "Enter");
        expect("42\n/dev/pts/0\n30 100\ninside>$");

        tmux("resize-window", "-x", "90", "-y", "20");
        Pattern size = Pattern.compile("(?m)^20 90$");
        Awaitility.await().atMost(LIMIT).until(() -> {
            type("clear; stty size", "Enter");
            return size.matcher(tmux("capture-pane", "-p")).find();
        });

        type("clear; sleep 1000; echo status $?", "Enter");
        Awaitility.await().atMost(LIMIT).until(() -> !tmux("capture-pane", "-p").contains("inside>"));
        type("C-c");
        expect("\\^C");
        type("Enter");
        expect("inside>$");
        type("clear; true; echo status $?", "Enter");
        expect("status 0");

        type("C-p", "C-q");
        expect("inside> left: DETACHED");
        type("Enter");
        type("Enter");
        type("echo again", "Enter");
        expect("again");

        type("exit 5", "Enter");
        expect("ended with 5");
        expect("settings kept");
        assertThat(directory.resolve("after")).hasSameTextualContentAs(resized());
    }

    /** The settings of before, with the size of now. */
    private Path resized() throws Exception {
        String before = Files.readString(directory.resolve("before"));
        return Files.writeString(
                directory.resolve("resized"), before.replace("rows 30; columns 100", "rows 20; columns 90"));
    }
}
