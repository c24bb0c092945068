package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A pseudo terminal with both ends in this JVM, on which programs of the host can be started. */
final class Pty implements AutoCloseable {
    private final PseudoTerminal terminal;
    private final Screen screen;
    private final Fd slave;
    private final List<Process> started = new ArrayList<>();

    Pty() {
        Constant flags = Constant.or(Constants.O_RDWR, Constants.O_NOCTTY);
        Fd master = Kernel.open("/dev/ptmx", flags, 0);
        try (Arena arena = Arena.ofConfined()) {
            request(master, Constants.TIOCSPTLCK, arena.allocate(4).address());
            long number = request(master, Constants.TIOCGPTPEER, flags.value() | Constants.O_CLOEXEC.value());
            slave = new Fd((int) number, "slave");
        }
        terminal = new PseudoTerminal(master);
        screen = new Screen(terminal.screen());
    }

    private static long request(Fd fd, Constant request, long argument) {
        return Kernel.check(
                Kernel.tryCall(Sys.IOCTL, fd.number(), request.value(), argument),
                Sys.IOCTL,
                () -> fd + ", " + request.name());
    }

    PseudoTerminal terminal() {
        return terminal;
    }

    /** Starts a command that has this terminal as its own, in a session of its own. */
    Process start(String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of("setsid", "--ctty"));
        words.addAll(Arrays.asList(command));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.redirectInput(file())
                .redirectOutput(Redirect.to(file()))
                .redirectError(Redirect.to(file()))
                .start();
        started.add(process);
        return process;
    }

    /** Starts a shell command as {@link #start}, and closes the slave here, so that it is closed with the last process. */
    Process shell(String script) throws IOException {
        Process process = start("sh", "-c", script);
        closeSlave();
        return process;
    }

    /**
     * Starts a class of these tests in a JVM below a shell, which does something {@code before}, and after it shows the
     * first line that it finds typed.
     */
    Process java(String before, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", before + "; \"$@\"; echo status $?; read end; echo read $end", "sh"));
        command.addAll(ChildJvm.command(main, arguments));
        return start(command.toArray(String[]::new));
    }

    /** The settings, as {@code stty} has them. */
    String settings() throws IOException {
        Process process = new ProcessBuilder("stty", "-a").redirectInput(file()).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Sets what a shell likes to find. */
    void makeSane() throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("stty", "sane")
                        .redirectInput(file())
                        .start()
                        .waitFor())
                .isZero();
    }

    private File file() {
        return new File("/proc/" + ProcessHandle.current().pid() + "/fd/" + slave.number());
    }

    void closeSlave() {
        slave.close();
    }

    void type(String keys) throws IOException {
        OutputStream keyboard = terminal.keyboard();
        keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
    }

    /** Reads until a text is shown, see {@link Screen#expect}. */
    String expect(String text) throws InterruptedException {
        return screen.expect(text);
    }

    /** Reads to the end. */
    String rest() throws InterruptedException {
        return screen.rest();
    }

    /** Hangs up. */
    void hangUp() {
        terminal.close();
        slave.close();
    }

    /** Hangs up, and ends what a test has left. */
    @Override
    public void close() {
        hangUp();
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
