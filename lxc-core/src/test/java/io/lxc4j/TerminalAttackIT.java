package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on the host by way of terminals and of the init, which are really tried. */
@Timeout(60)
class TerminalAttackIT {
    /** TIOCSTI, which puts a byte into the input of a terminal, and TIOCSCTTY, which takes it over, on all there is. */
    private static final String INJECT = """
        my @terminals = (\\*STDIN, \\*STDOUT, \\*STDERR);
        for my $name ("/dev/tty", "/dev/console", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2") {
            open(my $terminal, "+<", $name) or next;
            push(@terminals, $terminal);
        }
        for my $terminal (@terminals) {
            ioctl($terminal, 0x540E, 1);
            for my $code (33, 10) {
                my $byte = chr($code);
                ioctl($terminal, 0x5412, $byte);
            }
        }
        print STDERR "tried on " . @terminals;
        """;

    @TempDir
    Path directory;

    /** The JVM whose terminal is attacked. */
    static final class Attacked {
        private Attacked() {}

        /** Starts the attacker with the terminal of this JVM as its streams, or with one of its own. */
        public static void main(String[] arguments) throws Exception {
            ContainerBuilder builder = Container.builder().command("perl", "-e", INJECT);
            if (arguments[0].equals("inherited")) {
                builder.redirectInput(Redirect.INHERIT)
                        .redirectOutput(Redirect.INHERIT)
                        .redirectError(Redirect.INHERIT);
            } else {
                builder.terminal();
            }
            try (Container container = builder.start()) {
                if (arguments[0].equals("attached")) {
                    var _ = container.process().attach();
                }
                container.process().waitFor();
            }
        }
    }

    @BeforeEach
    void letTheContainersRootReachIt() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"inherited", "own", "attached"})
    @DisplayName("tty-injection: TIOCSTI from inside types nothing into the terminal of this JVM")
    void nothing_is_typed_into_the_callers_terminal(String streams) throws Exception {
        try (Pty pty = new Pty()) {
            var _ = pty.java("stty -echo", Attacked.class, streams);
            String shown = pty.expect("status 0\r\n");
            if (!streams.equals("own")) {
                assertThat(shown).contains("tried on ");
            }
            pty.type("typed\n");
            assertThat(pty.expect("\r\n")).isEqualTo("read typed\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"symbolic link", "file", "directory"})
    @DisplayName("fake-console: what a root directory has for /dev/console is neither followed nor used")
    void a_fake_console_is_not_used(String kind) throws Exception {
        Path target = Files.writeString(directory.resolve("target"), "untouched");
        TestRoot hostile = TestRoot.in(Files.createDirectory(directory.resolve("root")));
        Path console = hostile.directory().resolve("dev/console");
        switch (kind) {
            case "symbolic link" -> Files.createSymbolicLink(console, target);
            case "file" -> Files.writeString(console, "fake");
            default -> Files.createDirectory(console);
        }
        for (ContainerBuilder builder : List.of(hostile.copyOnWrite(), hostile.readOnly())) {
            ContainerResult result = builder.terminal()
                    .command("sh", "-c", "stat -c %F /dev/console; echo through >/dev/console")
                    .run();
            assertThat(result.output()).isEqualTo("character special file\r\nthrough\r\n");
        }
        assertThat(target).hasContent("untouched");
        if (kind.equals("file")) {
            assertThat(console).hasContent("fake");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("leaked-descriptor: with a terminal, too, there are the standard streams only")
    void no_descriptor_leaks(boolean withInit) throws Exception {
        ContainerBuilder builder =
                Container.builder().terminal().command("sh", "-c", "ls -l /proc/$$/fd; ls /proc/1/fd | wc -l");
        String output = (withInit ? builder.init() : builder).run().output();
        assertThat(output.lines().filter(line -> line.contains("->")))
                .hasSize(3)
                .allMatch(line -> line.endsWith("-> /dev/pts/0"));
        assertThat(output).endsWith(withInit ? "\r\n0\r\n" : "\r\n3\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("exe-overwrite: the program of the init can be neither written to nor read, nor its memory")
    void the_program_of_the_init_is_out_of_reach(boolean asThisUser) throws Exception {
        Namespaces.Builder namespaces = Namespaces.builder();
        ContainerResult result = Container.builder()
                .namespaces((asThisUser ? namespaces.users(IdMapping.self()) : namespaces).build())
                .init()
                .command(
                        "sh",
                        "-c",
                        "echo x >/proc/1/exe; echo x >>/proc/1/exe; cp /bin/true /proc/1/exe; cat /proc/1/exe;"
                                + " cat /proc/1/environ; head -c 1 /proc/1/mem; ls /proc/1/root/; readlink /proc/1/exe;"
                                + " ls /proc/1/map_files; true")
                .run();
        assertThat(result.output()).isEmpty();
        assertThat(result.error().lines()).hasSize(8).allMatch(line -> line.contains("ermission denied"));
    }

    @Test
    @DisplayName("exe-overwrite: nor can the host's root write to it")
    void the_program_of_the_init_is_sealed() throws Exception {
        Requirement.ROOT.assume();
        try (Container container =
                Container.builder().init().command("sleep", "1000").start()) {
            String program = "/proc/" + container.process().pid() + "/exe";
            assertThat(Files.readSymbolicLink(Path.of(program))).hasToString("/memfd:lxc4j (deleted)");
            byte[] before = Files.readAllBytes(Path.of(program));
            Process attack = new ProcessBuilder("sh", "-c", "echo x 1<>" + program).start();
            assertThat(attack.waitFor()).isNotZero();
            assertThat(Files.readAllBytes(Path.of(program))).isEqualTo(before);
        }
    }

    @Test
    @DisplayName("exe-overwrite: nor who has kept it open until nobody runs it")
    void the_program_of_the_init_is_sealed_for_good() throws Exception {
        Requirement.ROOT.assume();
        try (Fd kept = programOfAnInit()) {
            Path program = Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + kept.number());
            byte[] before = Files.readAllBytes(program);
            Process attack = new ProcessBuilder("sh", "-c", "echo x 1<>" + program).start();
            assertThat(attack.waitFor()).isNotZero();
            assertThat(Files.readAllBytes(program)).isEqualTo(before);
        }
    }

    private static Fd programOfAnInit() {
        try (Container container =
                Container.builder().init().command("sleep", "1000").start()) {
            return Kernel.open("/proc/" + container.process().pid() + "/exe", Constants.O_RDONLY, 0);
        }
    }
}
