package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The launcher")
@Timeout(60)
class LauncherTest {
    private static final int GETFD = 1;

    @TempDir
    Path directory;

    private Path file(String name, String permissions, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private static Operation.Exec search(String name, Path... path) {
        return new Operation.Exec(
                name,
                List.of(name),
                List.of(),
                Stream.of(path).map(Path::toString).toList());
    }

    private static Operation.Exec shell(String script) {
        return new Operation.Exec("/bin/sh", List.of("sh", "-c", script), List.of(), List.of());
    }

    @Test
    void connects_the_child_to_the_given_streams() {
        assertThat(Child.output(Plans.exec("/bin/echo", "hello"))).isEqualTo("hello\n");
        assertThat(Child.output(shell("echo error >&2"))).isEqualTo("error\n");
    }

    @Test
    void tells_the_exit_code() {
        try (Child child = Child.launch(shell("exit 42"))) {
            assertThat(child.await()).isEqualTo(new ExitStatus(42, 0, false));
            assertThat(child.await().value()).isEqualTo(42);
        }
    }

    @Test
    void tells_the_signal_that_ended_a_child() {
        try (Child child = Child.launch(Plans.exec("/bin/cat"))) {
            assertThat(child.process().signal(15)).isTrue();
            assertThat(child.await().signal()).isEqualTo(15);
            assertThat(child.await().value()).isEqualTo(143);
            assertThat(child.process().signal(0)).as("the process is gone").isFalse();
        }
    }

    @Test
    void names_an_executable_that_is_missing_with_a_hint() {
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> Child.output(Plans.exec("/nonexistent/program", "secret")))
                .withMessage("executing /nonexistent/program:"
                        + " execve(\"/nonexistent/program\", [\"/nonexistent/program\", \"secret\"], [/* 0 vars */])"
                        + " failed: ENOENT (No such file or directory); the file, or the interpreter that it names, is"
                        + " not in the container's root file system");
    }

    @Test
    void names_a_file_that_is_not_executable() throws IOException {
        Path file = file("file", "rw-r--r--", "#!/bin/sh\n");
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> Child.output(Plans.exec(file.toString())))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EACCES))
                .withMessageContaining("must be executable");
    }

    @Test
    void names_a_file_that_is_no_program() throws IOException {
        Path file = file("file", "rwxr-xr-x", "neither a program nor a script");
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> Child.output(Plans.exec(file.toString())))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOEXEC))
                .withMessageContaining("neither a program for this machine nor a script");
    }

    @Test
    void finds_a_program_in_a_later_directory_of_the_path() throws IOException {
        file("second/program", "rwxr-xr-x", "#!/bin/sh\necho found\n");
        assertThat(Child.output(search("program", directory.resolve("first"), directory.resolve("second"))))
                .isEqualTo("found\n");
    }

    @Test
    void passes_over_a_file_that_is_not_executable_while_it_searches() throws IOException {
        file("first/program", "rw-r--r--", "");
        file("second/program", "rwxr-xr-x", "#!/bin/sh\necho found\n");
        assertThat(Child.output(search("program", directory.resolve("first"), directory.resolve("second"))))
                .isEqualTo("found\n");
    }

    @Test
    void tells_of_the_file_that_is_not_executable_where_no_other_is_found() throws IOException {
        file("first/program", "rw-r--r--", "");
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(
                        () -> Child.output(search("program", directory.resolve("first"), directory.resolve("second"))))
                .satisfies(e -> {
                    assertThat(e.errno()).isEqualTo(Errno.EACCES);
                    assertThat(e.call()).contains("/first/program");
                });
    }

    @Test
    void tells_that_a_program_is_in_no_directory_of_the_path() {
        Path nowhere = directory.resolve("nowhere");
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> Child.output(search("program", nowhere, Path.of("/dev/null"), nowhere)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .withMessageStartingWith("executing program (searched in " + nowhere + ":/dev/null:" + nowhere + "): ")
                .withMessageEndingWith("no such file in these directories of the container's root file system");
    }

    @Test
    void stops_its_search_at_a_file_that_is_no_program() throws IOException {
        file("first/program", "rwxr-xr-x", "neither a program nor a script");
        file("second/program", "rwxr-xr-x", "#!/bin/sh\necho found\n");
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(
                        () -> Child.output(search("program", directory.resolve("first"), directory.resolve("second"))))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOEXEC));
    }

    @Test
    void passes_arguments_with_blanks_quotes_line_feeds_and_letters_of_all_scripts() {
        String[] arguments = {"two words", "", "\"'\\$x", "a\nb", "äöü €", "漢字", "🐧"};
        List<String> command = new ArrayList<>(List.of("printf", "[%s]"));
        command.addAll(List.of(arguments));
        assertThat(Child.output(new Operation.Exec("/usr/bin/printf", command, List.of(), List.of())))
                .isEqualTo("[" + String.join("][", arguments) + "]");
    }

    @Test
    void passes_long_argument_lists_whole() {
        List<String> command = new ArrayList<>(List.of("printf", "%s\\n"));
        List<String> arguments =
                IntStream.range(0, 20_000).mapToObj(i -> "argument " + i).toList();
        command.addAll(arguments);
        command.add("x".repeat(100_000));
        List<String> lines = Child.output(new Operation.Exec("/usr/bin/printf", command, List.of(), List.of()))
                .lines()
                .toList();
        assertThat(lines).hasSize(20_001).startsWith(arguments.toArray(String[]::new));
        assertThat(lines.getLast()).hasSize(100_000);
    }

    @Test
    void names_the_limit_that_a_too_long_argument_list_exceeds() {
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> Child.output(Plans.exec("/bin/true", "x".repeat(200_000))))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.E2BIG))
                .withMessageEndingWith("arguments and environment together are too long");
    }

    @Test
    void gives_the_environment_that_was_asked_for_and_nothing_else() {
        List<String> environment = List.of("A=1", "EMPTY=", "SPACE= x y ", "UNICODE=ä漢");
        assertThat(Child.output(new Operation.Exec("/usr/bin/env", List.of("env"), environment, List.of())))
                .isEqualTo("A=1\nEMPTY=\nSPACE= x y \nUNICODE=ä漢\n");
        assertThat(Child.output(Plans.exec("/usr/bin/env"))).isEmpty();
    }

    @Test
    void leaves_the_child_no_descriptor_but_its_streams_whatever_this_process_has_open() throws IOException {
        List<Fd> inheritable = new ArrayList<>();
        try (Fd file = Child.openNull()) {
            for (int lowest : new int[] {3, 17, 100, 500, 900}) {
                Fd fd = Kernel.duplicate(file.number(), lowest, "inheritable");
                inheritable.add(fd);
                assertThat(Kernel.tryCall(Sys.FCNTL, fd.number(), Constants.F_SETFD.value(), 0))
                        .isZero();
                assertThat(Kernel.tryCall(Sys.FCNTL, fd.number(), GETFD)).isZero();
            }
            try (Child child = Child.launch(Plans.exec("/bin/cat"))) {
                // for a moment the dynamic loader has libraries open
                Awaitility.await()
                        .untilAsserted(
                                () -> assertThat(descriptors(child.pid())).containsExactlyInAnyOrder("0", "1", "2"));
            }
            for (Fd fd : inheritable) {
                assertThat(Kernel.tryCall(Sys.FCNTL, fd.number(), GETFD))
                        .as("still open here")
                        .isZero();
            }
        } finally {
            inheritable.forEach(Fd::close);
        }
    }

    private static List<String> descriptors(long pid) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return open.map(path -> path.getFileName().toString()).toList();
        }
    }

    private static String status(long pid, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void starts_the_child_with_no_signal_blocked_ignored_or_handled() throws IOException {
        try (Child child = Child.launch(Plans.exec("/bin/sleep", "1000"))) {
            for (String set : new String[] {"SigBlk", "ShdPnd", "SigPnd", "SigCgt"}) {
                assertThat(status(child.pid(), set)).as(set).isEqualTo("0".repeat(16));
            }
            assertThat(status(child.pid(), "SigIgn"))
                    .as("what this JVM was started with, and nothing else")
                    .isEqualTo(status(ProcessHandle.current().pid(), "SigIgn"));
            assertThat(status(child.pid(), "Threads")).isEqualTo("1");
        }
    }

    @Test
    void leaves_the_signal_masks_of_this_process_as_they_were() throws IOException {
        Leftovers.warmUp();
        for (Path thread : threads()) {
            List<String> lines = Files.readAllLines(thread.resolve("status"));
            if (lines.getFirst().contains("lxc4j-launch")) {
                String blocked = lines.stream()
                        .filter(line -> line.startsWith("SigBlk:"))
                        .findFirst()
                        .orElseThrow();
                assertThat(Long.parseUnsignedLong(blocked.substring(7).strip(), 16) & 1L << 14)
                        .as("SIGTERM in %s", blocked)
                        .isZero();
                assertThat(blocked).doesNotContain("ffffffff");
            }
        }
    }

    private static List<Path> threads() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            return threads.toList();
        }
    }

    @Test
    void puts_the_child_in_a_session_of_its_own() throws IOException {
        try (Child child = Child.launch(Plans.exec("/bin/cat"))) {
            String stat = Files.readString(Path.of("/proc/" + child.pid() + "/stat"));
            String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            String pid = Long.toString(child.pid());
            assertThat(words[1])
                    .as("parent")
                    .isEqualTo(Long.toString(ProcessHandle.current().pid()));
            assertThat(words[2]).as("process group").isEqualTo(pid);
            assertThat(words[3]).as("session").isEqualTo(pid);
        }
    }

    @Test
    void launches_from_16_threads_at_once() throws Exception {
        launchFromMany(Executors.newFixedThreadPool(16), 16, 10);
    }

    @Test
    void launches_from_200_virtual_threads_at_once() throws Exception {
        launchFromMany(Executors.newVirtualThreadPerTaskExecutor(), 200, 1);
    }

    private static void launchFromMany(ExecutorService executor, int threads, int rounds) throws Exception {
        List<Future<List<String>>> outputs = new ArrayList<>();
        try (executor) {
            for (int i = 0; i < threads; i++) {
                String name = "thread " + i;
                outputs.add(executor.submit(() -> {
                    List<String> output = new ArrayList<>();
                    for (int round = 0; round < rounds; round++) {
                        output.add(Child.output(Plans.exec("/bin/echo", name, Integer.toString(round))));
                    }
                    return output;
                }));
            }
        }
        for (int i = 0; i < threads; i++) {
            String name = "thread " + i;
            assertThat(outputs.get(i).get())
                    .isEqualTo(IntStream.range(0, rounds)
                            .mapToObj(round -> name + " " + round + "\n")
                            .toList());
        }
    }

    @Test
    void tells_of_failures_to_the_one_of_many_threads_whose_launch_failed() throws Exception {
        List<Future<String>> outcomes = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 64; i++) {
                String program = i % 2 == 0 ? "/bin/echo" : "/nonexistent/" + i;
                outcomes.add(executor.submit(() -> {
                    try {
                        return Child.output(Plans.exec(program, "x"));
                    } catch (LaunchException e) {
                        return e.operation();
                    }
                }));
            }
        }
        for (int i = 0; i < 64; i++) {
            assertThat(outcomes.get(i).get()).isEqualTo(i % 2 == 0 ? "x\n" : "executing /nonexistent/" + i);
        }
    }

    @Test
    void reports_a_child_that_is_killed_while_it_is_launched_and_leaves_nothing() throws Exception {
        Leftovers.warmUp();
        Leftovers before = Leftovers.now();
        // The parent gives its word once, so the child waits for a second one until somebody kills it.
        LaunchPlan plan = LaunchPlan.builder()
                .add(new Operation.AwaitParent())
                .add(new Operation.AwaitParent())
                .add(new Operation.CloseDescriptors())
                .add(Plans.exec("/bin/true"))
                .build();
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<String> failure = executor.submit(() -> {
                try (Child child = Child.launch(LaunchProgram.compile(plan))) {
                    return "launched " + child.pid();
                } catch (ContainerException e) {
                    return e.getMessage();
                }
            });
            Awaitility.await()
                    .until(() -> Leftovers.childProcesses().size()
                            > before.children().size());
            for (String child : Leftovers.childProcesses()) {
                if (!before.children().contains(child)) {
                    ProcessHandle.of(Long.parseLong(child)).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
            assertThat(failure.get()).contains("killed while it was being launched");
        }
        assertThat(Leftovers.now()).isEqualTo(before);
    }

    @Test
    void leaves_nothing_behind_after_many_launches_failed_ones_included() {
        Leftovers.warmUp();
        Leftovers before = Leftovers.now();
        for (int i = 0; i < 300; i++) {
            assertThat(Child.output(Plans.exec("/bin/echo", "x"))).isEqualTo("x\n");
            assertThatExceptionOfType(LaunchException.class)
                    .isThrownBy(() -> Child.output(Plans.exec("/nonexistent/program")));
        }
        assertThat(Leftovers.now()).isEqualTo(before);
    }

    @Test
    void reports_every_row_that_fails_by_its_operation_and_call_and_leaves_nothing() {
        Leftovers.warmUp();
        Leftovers before = Leftovers.now();
        LaunchProgram program = LaunchProgram.compile(Plans.plain(
                new Operation.Exec("echo", List.of("echo", "x"), List.of(), List.of("/nonexistent", "/bin", "/usr"))));
        int failures = 0;
        for (int row = 0; row < program.size(); row++) {
            LaunchProgram faulty = program.withFault(row);
            if (isReached(program, row)) {
                int number = row;
                assertThatExceptionOfType(LaunchException.class)
                        .isThrownBy(() -> Child.launch(faulty).close())
                        .satisfies(e -> {
                            assertThat(e.errno()).isEqualTo(Errno.EBADF);
                            assertThat(e.operation())
                                    .isEqualTo(program.operation(number).summary());
                            assertThat(e.call()).isEqualTo(program.call(number));
                        });
                failures++;
            } else {
                try (Child child = Child.launch(faulty)) {
                    assertThat(child.readAll()).isEqualTo("x\n");
                }
            }
            assertThat(Leftovers.now()).as("after a fault in row %s", row).isEqualTo(before);
        }
        assertThat(failures).isGreaterThanOrEqualTo(8);
    }

    /** The plan's own exits are jumped over, and nothing is done after the exec that succeeds. */
    private static boolean isReached(LaunchProgram program, int row) {
        for (int earlier = 0; earlier < row; earlier++) {
            if (program.call(earlier).startsWith("execve(\"/bin/echo\"")) {
                return false;
            }
        }
        return !program.call(row).startsWith("exit_group(");
    }

    @Test
    void ends_the_input_of_the_child_when_the_only_write_end_is_closed() {
        try (Child child = Child.launch(Plans.exec("/bin/cat"))) {
            child.closeInput();
            assertThat(child.await()).isEqualTo(new ExitStatus(0, 0, false));
        }
    }
}
