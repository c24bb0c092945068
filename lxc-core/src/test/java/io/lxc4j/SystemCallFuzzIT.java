package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.namespaces.Resource;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import io.lxc4j.security.Isolation;
import io.lxc4j.testing.Toolchain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random system calls from inside a container that is as strict as the default. {@code fuzz.c} has what is drawn, what is looked at, and what
 * is left out. {@code -Dlxc.tests.fuzz.seed=…} repeats a run as far as the scheduler lets it, {@code -Dlxc.tests.fuzz.calls=…}
 * makes it longer.
 */
@DisplayName("Random system calls in a container")
class SystemCallFuzzIT {
    private static final long CALLS = Long.getLong("lxc.tests.fuzz.calls", 1_000_000);
    private static final long SEED =
            Long.getLong("lxc.tests.fuzz.seed", ThreadLocalRandom.current().nextLong(Long.MAX_VALUE));
    private static final boolean X86_64 = System.getProperty("os.arch").equals("amd64");
    private static final int I386_CALLS = 300;
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);

    /** How often others are asked, so that they leave the fuzzer most of the machine. */
    private static final Duration PACE = Duration.ofMillis(50);

    /** Refused whatever their arguments are, with EPERM. */
    private static final List<String> REFUSED = List.of(
            "acct",
            "add_key",
            "bpf",
            "clock_settime",
            "delete_module",
            "fanotify_init",
            "finit_module",
            "fsconfig",
            "fsmount",
            "fsopen",
            "fspick",
            "init_module",
            "io_uring_enter",
            "io_uring_register",
            "io_uring_setup",
            "kcmp",
            "kexec_load",
            "keyctl",
            "migrate_pages",
            "mount",
            "mount_setattr",
            "move_mount",
            "move_pages",
            "open_by_handle_at",
            "open_tree",
            "perf_event_open",
            "pidfd_getfd",
            "pivot_root",
            "process_madvise",
            "process_vm_readv",
            "process_vm_writev",
            "ptrace",
            "quotactl",
            "quotactl_fd",
            "reboot",
            "request_key",
            "setdomainname",
            "sethostname",
            "setns",
            "settimeofday",
            "swapoff",
            "swapon",
            "syslog",
            "umount2",
            "unshare",
            "userfaultfd",
            "vhangup");

    @TempDir
    Path directory;

    @BeforeEach
    void compileTheProgram() throws IOException {
        Toolchain tools = new Toolchain(X86_64 ? "x86_64" : "aarch64");
        tools.compiler().assume();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path source = directory.resolve("fuzz.c");
        try (InputStream resource = Objects.requireNonNull(getClass().getResourceAsStream("fuzz.c"))) {
            Files.copy(resource, source);
        }
        tools.compile(source, directory.resolve("fuzz"));
    }

    /** A container of the fuzzer's, bounded by what a process can be bounded by. */
    private ContainerBuilder fuzzer(long calls) {
        List<String> command =
                new ArrayList<>(List.of("/srv/fuzz", Long.toString(SEED), Long.toString(calls), I386_CALLS + ""));
        REFUSED.forEach(name -> command.add(Integer.toString(Numbers.of(name))));
        return Container.builder()
                .root(RootFileSystem.host(16 << 20))
                .bind(directory, "/srv")
                .attributes(ProcessAttributes.builder()
                        .limit(Resource.NPROC, 64)
                        .limit(Resource.AS, 128 << 20)
                        .limit(Resource.FSIZE, 1 << 20)
                        .limit(Resource.NOFILE, 128)
                        .limit(Resource.MEMLOCK, 64 << 10)
                        .limit(Resource.SIGPENDING, 256)
                        .limit(
                                Resource.CORE,
                                1) // of one byte is the limit that a pipe for cores knows, too; see core(5)
                        .build())
                .command(command)
                .mergeError();
    }

    @Test
    @Timeout(180)
    @DisplayName("a million of them change nothing of the host, harm no sibling, and leave nothing")
    void change_nothing() throws Exception {
        HostState.warm();
        HostState host = HostState.now();
        MachineState machine = MachineState.now();
        String namespace;
        List<String> lines;
        Duration longest;
        try (Container sibling = Inside.start(Namespaces.builder());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Container container = fuzzer(CALLS).start();
            Instant ending;
            try (container) {
                namespace =
                        processNamespace(Path.of("/proc/" + container.process().pid()));
                Future<List<String>> output = threads.submit(() -> lines(container));
                longest = whileGoingOn(output, () -> {
                    assertThat(Inside.ask(sibling, "echo $((6 * 7))")).isEqualTo("42");
                    assertThat(Container.run("echo", "new").output()).isEqualTo("new\n");
                });
                lines = output.get();
                assertThat(container.process().waitFor())
                        .as("seed %d: %s", SEED, lines)
                        .isZero();
                ending = Instant.now();
            }
            assertThat(Duration.between(ending, Instant.now())).isLessThan(LONGEST_ANSWER);
            assertThat(Inside.ask(sibling, "ls /tmp; uname -n; kill -0 1 && echo well"))
                    .endsWith("well");
        }
        System.out.println("fuzzed with seed " + SEED + ", longest answer of others " + longest.toMillis() + " ms: "
                + String.join("; ", lines));
        assertThat(number(lines, "wrong")).as("seed %d: %s", SEED, lines).isZero();
        assertThat(number(lines, "calls")).isGreaterThanOrEqualTo(CALLS);
        assertThat(number(lines, "spoiled"))
                .as("reports that were written over")
                .isLessThan(100);
        assertThat(number(lines, "succeeded")).as("%s", lines).isGreaterThan(CALLS / 50);
        assertThat(number(lines, "i386")).as("ended by SIGSYS: %s", lines).isEqualTo(X86_64 ? I386_CALLS : 0);
        assertThat(longest).isLessThan(LONGEST_ANSWER);
        assertThat(processesIn(namespace)).isEmpty();
        host.assertUnchanged();
        machine.assertUnchanged();
    }

    @Test
    @Timeout(60)
    @DisplayName("a container that is destroyed in the middle of them ends at once")
    void can_be_ended() throws Exception {
        HostState.warm();
        HostState host = HostState.now();
        Container container = fuzzer(Long.MAX_VALUE).start();
        String namespace =
                processNamespace(Path.of("/proc/" + container.process().pid()));
        assertThat(container.process().inputReader().readLine()).startsWith("progress: ");
        Instant before = Instant.now();
        container.close();
        assertThat(Duration.between(before, Instant.now())).isLessThan(LONGEST_ANSWER);
        assertThat(processesIn(namespace)).isEmpty();
        host.assertUnchanged();
    }

    @Test
    @Timeout(60)
    @DisplayName("are seen to get through where a filter has a hole")
    void a_hole_is_found() throws Exception {
        SeccompFilter.Builder filter = SeccompFilter.builder(SeccompAction.allow());
        REFUSED.stream()
                .filter(name -> !name.equals("kcmp"))
                .forEach(name -> filter.rule(SeccompAction.errno(Errno.EPERM), name));
        List<String> lines;
        try (Container container = fuzzer(20_000)
                .isolation(Isolation.standard().seccomp(filter.build()))
                .start()) {
            lines = lines(container);
        }
        assertThat(number(lines, "wrong")).as("%s", lines).isPositive();
        assertThat(lines)
                .filteredOn(line -> line.startsWith("wrong: batch"))
                .isNotEmpty()
                .allMatch(line -> line.contains(": not refused: " + Numbers.of("kcmp") + "("));
    }

    private static List<String> lines(Container container) throws IOException {
        try (BufferedReader output = container.process().inputReader()) {
            return output.lines().toList();
        }
    }

    private static long number(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.matches(name + ": \\d+"))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 2)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("seed " + SEED + ": no " + name + " in " + lines));
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Does something again and again until a task is done; gives how long the longest time took. */
    private static Duration whileGoingOn(Future<?> task, Action action) throws Exception {
        Duration longest = Duration.ZERO;
        do {
            Instant before = Instant.now();
            action.run();
            Duration took = Duration.between(before, Instant.now());
            longest = took.compareTo(longest) > 0 ? took : longest;
        } while (!isDoneWithin(PACE, task));
        return longest;
    }

    private static boolean isDoneWithin(Duration time, Future<?> task) throws Exception {
        try {
            task.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        }
    }

    private static String processNamespace(Path process) throws IOException {
        return Files.readSymbolicLink(process.resolve("ns/pid")).toString();
    }

    private static List<Path> processesIn(String namespace) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    if (processNamespace(process).equals(namespace)) {
                        found.add(process);
                    }
                } catch (IOException _) {
                    // has ended, or is another user's
                }
            }
        }
        return found;
    }
}
