package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A pseudo terminal")
@Timeout(60)
class PseudoTerminalIT {
    private final Pty pty = new Pty();

    @AfterEach
    void close() {
        pty.close();
    }

    @Test
    @DisplayName("echoes what is typed and shows what the program says")
    void echoes() throws Exception {
        Process process = pty.shell("read name; echo hello $name; tty");
        pty.type("world\n");
        assertThat(pty.rest()).matches("world\r\nhello world\r\n/dev/pts/[0-9]+\r\n");
        assertThat(Status.of(process)).isZero();
    }

    @Test
    @DisplayName("is at its end when the program's side is closed, as often as one reads")
    void is_at_its_end() throws Exception {
        Process process = pty.shell("echo last words");
        assertThat(Status.of(process)).isZero();
        assertThat(pty.rest()).isEqualTo("last words\r\n");
        assertThat(pty.terminal().screen().read()).isEqualTo(-1);
        assertThat(pty.terminal().screen().available()).isZero();
    }

    @Test
    @DisplayName("carries much output, all of it and in order")
    void carries_much_output() throws Exception {
        Process process = pty.shell("stty -opost; seq 1 500000");
        StringBuilder expected = new StringBuilder();
        for (int i = 1; i <= 500_000; i++) {
            expected.append(i).append('\n');
        }
        assertThat(pty.rest()).isEqualTo(expected.toString());
        assertThat(Status.of(process)).isZero();
    }

    @Test
    @DisplayName("carries much input to a slow program")
    void carries_much_input() throws Exception {
        Process process = pty.shell("stty raw -echo; echo ready; sleep 0.2; head -c 1000000 | cksum");
        pty.expect("ready\n");
        pty.terminal().keyboard().write(new byte[1_000_000]);
        assertThat(pty.rest()).isEqualTo(checksumOfZeros() + "\n");
        assertThat(Status.of(process)).isZero();
    }

    private static String checksumOfZeros() throws IOException {
        Process process = new ProcessBuilder("sh", "-c", "head -c 1000000 /dev/zero | cksum").start();
        return process.inputReader().readLine();
    }

    @Test
    @DisplayName("has a size that the program sees, and is told of when it changes")
    void has_a_size() throws Exception {
        assertThat(pty.terminal().windowSize()).isEmpty();
        pty.terminal().resize(new WindowSize(132, 43));
        assertThat(pty.terminal().windowSize()).contains(new WindowSize(132, 43));
        Process process = pty.shell("trap 'stty size; exit 7' WINCH; stty size; while :; do sleep 0.05; done");
        pty.expect("43 132\r\n");
        pty.terminal().resize(new WindowSize(65_535, 1));
        pty.expect("1 65535\r\n");
        assertThat(Status.of(process)).isEqualTo(7);
    }

    @Test
    @DisplayName("whose keyboard is closed ends the input of a program that reads lines")
    void ends_the_input() throws Exception {
        Process process = pty.shell("stty -echo; echo ready; cat; echo end");
        pty.expect("ready\r\n");
        pty.type("one\n");
        pty.terminal().keyboard().close();
        assertThat(pty.rest()).isEqualTo("one\r\nend\r\n");
        assertThat(Status.of(process)).isZero();
        assertThatThrownBy(() -> pty.type("more"))
                .isInstanceOf(IOException.class)
                .hasMessage("Stream closed");
    }

    @Test
    @DisplayName("whose keyboard is closed within a line ends the input as well, and loses nothing")
    void ends_the_input_within_a_line() throws Exception {
        Process process = pty.shell("stty -echo; echo ready; cat; echo end");
        pty.expect("ready\r\n");
        pty.type("one");
        pty.terminal().keyboard().close();
        assertThat(pty.rest()).isEqualTo("oneend\r\n");
        assertThat(Status.of(process)).isZero();
    }

    @Test
    @DisplayName("whose keyboard is closed types nothing into a program in raw mode")
    void types_nothing_into_raw_mode() throws Exception {
        Process process = pty.shell("stty raw -echo; echo ready; timeout --foreground 1 cat | od -An -tx1; echo end");
        pty.expect("ready\n");
        pty.type("A");
        pty.terminal().keyboard().close();
        assertThat(pty.rest()).isEqualTo(" 41\nend\n");
        assertThat(Status.of(process)).isZero();
    }

    @Test
    @DisplayName("hangs up when both streams are closed")
    void hangs_up() throws Exception {
        Process process = pty.shell("echo ready; exec sleep 1000");
        pty.expect("ready\r\n");
        pty.terminal().keyboard().close();
        assertThat(process.waitFor(200, TimeUnit.MILLISECONDS)).isFalse();
        pty.terminal().screen().close();
        assertThat(Status.of(process)).isEqualTo(128 + 1);
        assertThat(pty.terminal().windowSize()).isEmpty();
        pty.terminal().resize(new WindowSize(80, 24));
    }

    @Test
    @DisplayName("that nobody reads (tty-flood) holds up the program, and costs bounded memory")
    void tty_flood() throws Exception {
        Process process = pty.shell("exec dd if=/dev/zero bs=1k count=100k status=none");
        long written = writtenAtLast(process);
        assertThat(written).isBetween(1_000L, 1_000_000L);
        process.destroyForcibly();
        assertThat(Status.of(process)).isEqualTo(128 + 9);
        pty.terminal().drain();
        assertThat(pty.terminal().screen().readAllBytes()).hasSizeBetween(1_000, (int) written);
    }

    /** What a program has written when it writes no more. */
    private static long writtenAtLast(Process process) {
        AtomicLong before = new AtomicLong();
        return Awaitility.await()
                .pollInterval(Duration.ofMillis(200))
                .until(() -> written(process), now -> now != 0 && before.getAndSet(now) == now);
    }

    private static long written(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/io")).stream()
                .filter(line -> line.startsWith("wchar:"))
                .mapToLong(line -> Long.parseLong(line.substring(6).strip()))
                .sum();
    }

    @Test
    @DisplayName("that is drained frees its descriptors, and what was shown can still be read")
    void frees_its_descriptors() throws Exception {
        HostState state = HostState.now();
        try (Pty other = new Pty()) {
            Process process = other.shell("echo unread");
            assertThat(Status.of(process)).isZero();
            other.terminal().drain();
            state.assertUnchanged();
            assertThat(other.rest()).isEqualTo("unread\r\n");
            assertThatThrownBy(() -> other.type("x")).isInstanceOf(IOException.class);
            assertThat(other.terminal().windowSize()).isEmpty();
        }
    }

    private static void awaitParked(Thread thread) {
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
    }

    @Test
    @DisplayName("wakes a reader when it is closed, and one that is interrupted loses nothing")
    void wakes_a_reader() throws Exception {
        Process process = pty.shell("read go; echo gone; read more");
        InputStream screen = pty.terminal().screen();
        Thread reader = Thread.startVirtualThread(() -> {
            try {
                pty.terminal().screen().readInterruptibly(new byte[10]);
            } catch (IOException | InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        awaitParked(reader);
        reader.interrupt();
        assertThat(reader.join(Duration.ofSeconds(10))).isTrue();
        pty.type("\n");
        pty.expect("gone\r\n");
        Thread parked =
                Thread.startVirtualThread(() -> assertThatThrownBy(screen::read).hasMessage("Stream closed"));
        awaitParked(parked);
        pty.terminal().close();
        assertThat(parked.join(Duration.ofSeconds(10))).isTrue();
        Status.of(process);
    }
}
