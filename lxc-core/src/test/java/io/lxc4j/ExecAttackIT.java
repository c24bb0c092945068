package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.LaunchException;
import io.lxc4j.error.LaunchTimeoutException;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.Isolation;
import io.lxc4j.testing.Toolchain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks on processes that join a hostile container. */
@DisplayName("Into a hostile container")
class ExecAttackIT {
    private static final int CAP_SYS_PTRACE = 19;

    @TempDir
    Path directory;

    @BeforeEach
    void letTheContainersRootReachIt() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    @DisplayName("stopped-launch: what stops each process that comes can hold neither callers nor other launches")
    void stopped_processes_are_given_up() throws Exception {
        HostState.warm();
        HostState before = HostState.now();
        AtomicInteger heldUp = new AtomicInteger();
        try (Container hostile = Container.builder()
                        .command("sh", "-c", "echo ready; while :; do kill -s STOP -- -1 2>/dev/null; done")
                        .start();
                ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
                ExecutorService platform = Executors.newFixedThreadPool(4)) {
            assertThat(hostile.process().inputReader().readLine()).isEqualTo("ready");
            for (int round = 0; round < 50 && heldUp.get() == 0; round++) {
                List<Future<?>> attempts = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    attempts.add((i % 4 == 0 ? platform : virtual).submit(() -> {
                        try {
                            hostile.exec("true").timeout(Duration.ofSeconds(1)).run();
                        } catch (LaunchTimeoutException | ContainerTimeoutException _) {
                            heldUp.incrementAndGet();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }));
                }
                assertThat(Container.builder()
                                .command("true")
                                .timeout(Duration.ofSeconds(10))
                                .run()
                                .isSuccess())
                        .isTrue();
                for (Future<?> each : attempts) {
                    each.get(60, TimeUnit.SECONDS);
                }
            }
        }
        assertThat(heldUp.get()).as("how many were stopped").isPositive();
        before.assertUnchanged();
    }

    @Test
    @Timeout(120)
    @DisplayName(
            "join-ptrace: a process with CAP_SYS_PTRACE can neither trace, read nor open anything of one that joins")
    void joining_processes_are_hidden() throws Exception {
        Toolchain tools = new Toolchain(System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch64");
        tools.compiler().assume();
        Path program = directory.resolve("spy");
        Path source = directory.resolve("spy.c");
        try (InputStream resource = Objects.requireNonNull(getClass().getResourceAsStream("spy.c"))) {
            Files.copy(resource, source);
        }
        tools.compile(source, program);
        ContainerSpec spec = Container.builder()
                .isolation(Isolation.standard()
                        .capabilities(Capabilities.defaults().add(Capability.SYS_PTRACE)))
                .bind(directory, "/srv")
                .command("/srv/spy")
                .mergeError()
                .build();
        int seen = 0;
        for (int i = 0; i < 20 && seen <= 10; i++) {
            seen += spyOnMany(spec);
        }
        assertThat(seen).as("how often a joining process was met").isGreaterThan(10);
    }

    /** Gives how many joining processes the spy has met; what it can do to one, it tells at once. */
    private static int spyOnMany(ContainerSpec spec) throws IOException, InterruptedException {
        try (Container container = spec.start();
                BufferedReader output = container.process().inputReader()) {
            assertThat(output.readLine()).isEqualTo("ready");
            assertThat(statusOf(container.process().pid(), "CapEff"))
                    .satisfies(set -> assertThat(Long.parseLong(set, 16) & 1L << CAP_SYS_PTRACE)
                            .isNotZero());
            for (int i = 0; i < 300; i++) {
                assertThat(container.exec("true").run().exitValue()).isZero();
            }
            container.process().getOutputStream().close();
            List<String> found = output.lines().toList();
            assertThat(found).hasSize(1);
            return Integer.parseInt(found.getFirst().substring("seen ".length()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "with a terminal", "with an init"})
    @DisplayName(
            "weaker-exec: an exec'd process has in /proc/PID/status what the container's command has, field by field")
    void has_no_more_rights_than_the_command(String kind) throws Exception {
        ContainerBuilder builder = Container.builder();
        switch (kind) {
            case "with a terminal" -> builder.terminal();
            case "with an init" -> builder.init();
            default -> {}
        }
        try (Container container = builder.command("sleep", "1000").start()) {
            ExecBuilder exec = container.exec("sleep", "1000");
            if (kind.equals("with a terminal")) {
                exec.terminal();
            }
            long executed = exec.start().pid();
            long commands = kind.equals("with an init")
                    ? commandOf(container)
                    : container.process().pid();
            Map<String, String> first = security(commands);
            assertThat(security(executed)).isEqualTo(first);
            assertThat(first)
                    .containsKeys("CapEff", "CapBnd", "Groups", "Uid")
                    .containsEntry("NoNewPrivs", "1")
                    .containsEntry("Seccomp", "2")
                    .containsEntry("Seccomp_filters", Integer.toString(ownFilters() + 1));
            for (String file : List.of("cgroup", "uid_map", "gid_map", "attr/current", "limits", "oom_score_adj")) {
                assertThat(content(executed, file)).as(file).isEqualTo(content(commands, file));
            }
        }
    }

    /** The only child of the init, when it has executed what it is to. */
    private static long commandOf(Container container) {
        return Awaitility.await()
                .until(
                        () -> container
                                .process()
                                .children()
                                .filter(child ->
                                        child.info().command().orElse("").endsWith("sleep"))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow()
                .pid();
    }

    /** How many filters of system calls each process inherits from this JVM. */
    private static int ownFilters() throws IOException {
        return Integer.parseInt(statusOf(ProcessHandle.current().pid(), "Seccomp_filters"));
    }

    @Test
    @DisplayName(
            "weaker-exec: a process that was given fewer capabilities has them only, and all else as process 1 has it")
    void has_fewer_capabilities() throws Exception {
        try (Container container = Container.builder().command("sleep", "1000").start()) {
            long fewer = container
                    .exec("sleep", "1000")
                    .capabilities(Capabilities.none().add(Capability.CHOWN))
                    .start()
                    .pid();
            Map<String, String> first = security(container.process().pid());
            Map<String, String> expected = new TreeMap<>(first);
            List.of("CapPrm", "CapEff", "CapBnd").forEach(set -> expected.put(set, "0000000000000001"));
            assertThat(security(fewer)).isEqualTo(expected).isNotEqualTo(first);
        }
    }

    private static String content(long pid, String file) throws IOException {
        Path path = Path.of("/proc/" + pid + "/" + file);
        try {
            return Files.readString(path);
        } catch (IOException e) {
            return e.getClass().getSimpleName(); // no security module
        }
    }

    private static Map<String, String> security(long pid) throws IOException {
        Set<String> compared = Set.of(
                "Umask",
                "Uid",
                "Gid",
                "Groups",
                "SigBlk",
                "SigIgn",
                "CapInh",
                "CapPrm",
                "CapEff",
                "CapBnd",
                "CapAmb",
                "NoNewPrivs",
                "Seccomp",
                "Seccomp_filters",
                "Cpus_allowed",
                "Mems_allowed");
        Map<String, String> fields = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            String name = line.substring(0, line.indexOf(':'));
            if (compared.contains(name)) {
                fields.put(name, line.substring(name.length() + 1).strip());
            }
        }
        return fields;
    }

    private static String statusOf(long pid, String name) throws IOException {
        return Objects.requireNonNull(security(pid).get(name));
    }

    @Test
    @DisplayName("leaked-descriptor: an exec'd process has nothing that the JVM would leave to any child")
    void has_nothing_that_the_jvm_leaves_open() throws Exception {
        int number = 999;
        try (Fd root = Kernel.open("/", Constants.O_DIRECTORY, 0);
                Container container =
                        Container.builder().command("sleep", "1000").start()) {
            assertThat(Kernel.tryCall(Sys.DUP3, root.number(), number, 0)).isEqualTo(number);
            try (Fd leaking = new Fd(number, "a descriptor without O_CLOEXEC")) {
                assertThat(container
                                .exec("ls", "-l", "/proc/self/fd")
                                .run()
                                .output()
                                .lines())
                        .filteredOn(line -> line.contains("->"))
                        .as("but for %s", leaking)
                        .hasSize(4);
                assertThatExceptionOfType(LaunchException.class)
                        .isThrownBy(() -> container
                                .exec("pwd")
                                .workingDirectory("/proc/self/fd/" + number)
                                .start());
            }
        }
    }

    @Test
    @DisplayName("tty-injection: an exec'd process leads a session of its own, without a terminal")
    void leads_a_session() throws Exception {
        try (Container container = Container.builder().command("sleep", "1000").start()) {
            assertThat(container
                            .exec(
                                    "sh",
                                    "-c",
                                    "read pid name state parent group session terminal rest </proc/$$/stat;"
                                            + " test $$ = $session && echo leads $terminal")
                            .run()
                            .output())
                    .isEqualTo("leads 0\n");
        }
    }

    @Test
    @DisplayName("leaked-descriptor: an exec'd process has the standard streams only, and works inside the root")
    void has_no_descriptor_but_the_streams() throws Exception {
        try (Container container = Container.builder().command("sleep", "1000").start()) {
            ContainerResult result = container
                    .exec("sh", "-c", "ls -l /proc/self/fd; readlink /proc/self/cwd /proc/self/root")
                    .run();
            List<String> links =
                    result.output().lines().filter(line -> line.contains("->")).toList();
            assertThat(links)
                    .hasSize(4)
                    .allMatch(line -> Pattern.compile("-> (pipe:|/dev/null|/proc/)")
                            .matcher(line)
                            .find());
            assertThat(result.output()).endsWith("\n/\n/\n");
            for (int descriptor = 3; descriptor < 8; descriptor++) {
                String inherited = "/proc/self/fd/" + descriptor;
                assertThatExceptionOfType(LaunchException.class)
                        .isThrownBy(() -> container
                                .exec("pwd")
                                .workingDirectory(inherited)
                                .start())
                        .withMessageContaining("changing to the working directory " + inherited);
            }
        }
    }

    @Test
    @DisplayName("exe-overwrite: a program that is a link to /proc/self/exe executes nothing of the host")
    void its_program_can_not_be_its_own() throws Exception {
        Files.createSymbolicLink(directory.resolve("self"), Path.of("/proc/self/exe"));
        Path script = Files.writeString(directory.resolve("script"), "#!/proc/self/exe\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Container container = Container.builder()
                .bind(directory, "/srv")
                .command("sleep", "1000")
                .start()) {
            for (String command : List.of("/srv/self", "/srv/script")) {
                ContainerResult result = container.exec(command).run();
                assertThat(result.isSuccess()).as(command).isFalse();
                assertThat(result.output() + result.error()).as(command).isEmpty();
            }
        }
    }
}
