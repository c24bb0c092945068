package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An attached terminal")
@Timeout(60)
class AttachmentIT {
    private static final String DETACH = "\020\021";

    @TempDir
    Path directory;

    private final Pty pty = new Pty();

    /** The JVM whose terminal is attached to that of a shell. */
    static final class Attached {
        private Attached() {}

        /** Starts a script on a terminal and attaches to it as often as it is told. */
        public static void main(String[] arguments) throws Exception {
            Path ends = Path.of(arguments[0]);
            try (Terminal terminal = Terminal.current();
                    Pty inside = new Pty()) {
                Process process = inside.shell(arguments[1]);
                CompletableFuture<?> exit =
                        process.onExit().thenRun(() -> inside.terminal().drain());
                for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                    Attachment attachment = new Attachment(terminal, inside.terminal(), exit, KeySequence.detach());
                    Files.writeString(ends, attachment.run() + "\n", StandardOpenOption.APPEND);
                    System.out.println("back in the JVM");
                }
                process.destroyForcibly();
            }
        }
    }

    /** The JVM that attaches its terminal to that of a container. */
    static final class AttachedToContainer {
        private AttachedToContainer() {}

        /** Starts a script in a container, attaches as often as it is told, and tells what has come of it. */
        public static void main(String[] arguments) throws Exception {
            try (Container container = Container.builder()
                    .terminal()
                    .init()
                    .command("sh", "-c", arguments[0])
                    .start()) {
                for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                    System.out.println("end: " + container.process().attach());
                }
            }
        }
    }

    /** The JVM that attaches its terminal 10,000 times, and looks for what that has left in it. */
    static final class AttachedOften {
        private AttachedOften() {}

        /** Leaves as soon as the keys for it come, and they come all the time. */
        public static void main(String[] arguments) throws Exception {
            try (Container container =
                    Container.builder().terminal().command("sleep", "1000").start()) {
                container.process().attach();
                HostState before = HostState.now();
                for (int i = 0; i < 10_000; i++) {
                    container.process().attach();
                }
                before.assertUnchanged();
                System.out.println("left nothing");
            }
        }
    }

    @AfterEach
    void close() {
        pty.close();
    }

    private Path attach(String before, String script, int times) throws Exception {
        Path ends = Files.createFile(directory.resolve("ends"));
        var _ = pty.java(before, Attached.class, ends.toString(), script, Integer.toString(times));
        return ends;
    }

    @Test
    @DisplayName("carries keys in and the screen out, with ctrl-c for the process, and is as before at the end")
    void carries_keys_and_screen() throws Exception {
        String before = pty.settings();
        Path ends = attach(
                "true", "trap 'echo interrupted' INT; echo ready; while read x; do echo got $x; done; echo bye", 1);
        pty.expect("ready\r\n");
        assertThat(pty.settings()).contains("-icanon", "-isig", "-echo ");
        pty.type("abc\r");
        pty.expect("abc\r\ngot abc\r\n");
        pty.type("\003");
        pty.expect("interrupted\r\nbye\r\nback in the JVM\r\nstatus 0");
        assertThat(pty.settings()).isEqualTo(before);
        assertThat(ends).hasContent("PROCESS_ENDED\n");
    }

    @Test
    @DisplayName("has the size of the outer one, also when that changes")
    void has_the_size() throws Exception {
        pty.terminal().resize(new WindowSize(100, 30));
        Path ends = attach(
                "true", "trap 'stty size' WINCH; sleep 0.5; stty size; echo ready; while :; do sleep 0.05; done", 1);
        pty.expect("30 100\r\n");
        pty.expect("ready\r\n");
        pty.terminal().resize(new WindowSize(120, 40));
        pty.expect("40 120\r\n");
        pty.type(DETACH);
        pty.expect("status 0");
        assertThat(ends).hasContent("DETACHED\n");
    }

    @Test
    @DisplayName("is left by ctrl-p ctrl-q, and the process goes on and can be attached again")
    void is_left_and_attached_again() throws Exception {
        String before = pty.settings();
        Path ends = attach("true", "stty -echo; echo ready; while read x; do echo got $x; done", 2);
        pty.expect("ready\r\n");
        pty.type("\020one\r");
        pty.expect("got \020one\r\n");
        pty.type(DETACH);
        pty.expect("back in the JVM");
        Awaitility.await().untilAsserted(() -> assertThat(pty.settings()).contains("-icanon"));
        pty.type("two\r\004");
        pty.expect("got two\r\n");
        pty.expect("status 0");
        assertThat(pty.settings()).isEqualTo(before);
        assertThat(ends).hasContent("DETACHED\nPROCESS_ENDED\n");
    }

    @Test
    @DisplayName("shows all that the process has written before its end")
    void shows_all() throws Exception {
        Path ends = attach("true", "stty -opost; seq 1 100000", 1);
        String shown = pty.expect("status 0");
        StringBuilder expected = new StringBuilder();
        for (int i = 1; i <= 100_000; i++) {
            expected.append(i).append('\n');
        }
        assertThat(shown).startsWith(expected);
        assertThat(ends).hasContent("PROCESS_ENDED\n");
    }

    @Test
    @DisplayName("is made raw again when a shell has changed it while the JVM was stopped")
    void is_made_raw_again() throws Exception {
        String before = pty.settings();
        Path ends = attach("true", "echo ready; read x", 1);
        pty.expect("ready\r\n");
        pty.makeSane();
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(pty.settings()).contains("-icanon", "-echo "));
        pty.type("\r");
        pty.expect("status 0");
        assertThat(pty.settings()).isEqualTo(before);
        assertThat(ends).hasContent("PROCESS_ENDED\n");
    }

    @Test
    @DisplayName("to a container carries keys, has the size, is left and attached again, and is as before at the end")
    void to_a_container() throws Exception {
        String before = pty.settings();
        pty.terminal().resize(new WindowSize(100, 30));
        String sized = pty.settings();
        var _ = pty.java(
                "true",
                AttachedToContainer.class,
                "trap 'echo interrupted' INT; stty -echo; echo ready; while read x; do stty size; echo got $x; done;"
                        + " read x; echo bye",
                "2");
        pty.expect("ready\r\n");
        assertThat(pty.settings()).contains("-icanon", "-isig", "-echo ");
        pty.type("one\r");
        pty.expect("30 100\r\ngot one\r\n");
        pty.type(DETACH);
        pty.expect("end: DETACHED\r\n");
        Awaitility.await().untilAsserted(() -> assertThat(pty.settings()).contains("-icanon"));
        pty.type("two\r");
        pty.expect("got two\r\n");
        pty.type("\003");
        pty.expect("interrupted\r\n");
        pty.type("\r");
        pty.expect("bye\r\nend: PROCESS_ENDED\r\nstatus 0");
        assertThat(pty.settings()).isEqualTo(sized).isNotEqualTo(before);
    }

    @Test
    @DisplayName("that is hung up ends the attachment of a JVM that ignores it")
    void that_is_hung_up() throws Exception {
        Path ends = attach("trap '' HUP", "echo ready; read x", 1);
        pty.expect("ready\r\n");
        pty.hangUp();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(ends).hasContent("HUNG_UP\n"));
    }

    @Test
    @DisplayName("bounded-output: 10,000 times leaves neither a thread nor a descriptor")
    void leaves_nothing() throws Exception {
        var _ = pty.java("true", AttachedOften.class);
        CompletableFuture<Void> shown = CompletableFuture.runAsync(() -> {
            try {
                pty.expect("left nothing");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        while (!shown.isDone()) {
            pty.type(DETACH);
        }
        shown.join();
        pty.type(DETACH);
    }
}
