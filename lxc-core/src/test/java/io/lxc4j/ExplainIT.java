package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each launch is explained, carried out under strace, and compared: the explanation with what it is known to be, and what
 * strace has seen with the explanation.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisplayName("The explanation of a launch")
class ExplainIT {
    private static final boolean ROOT = Kernel.tryCall(Sys.GETEUID) == 0;

    static Stream<String> known() {
        return Stream.of(
                        "read-only-root",
                        "copy-on-write-root",
                        "volumes",
                        "terminal-and-init",
                        "limits",
                        "shared-with-the-host",
                        "pod",
                        "exec",
                        "mount",
                        "unmount")
                .filter(name -> ROOT || !name.equals("shared-with-the-host"));
    }

    /** The host's root has other directories on each machine, so its explanation is not known. */
    static Stream<String> all() {
        return Stream.concat(known(), Stream.of("whole-host"));
    }

    private Path directory;

    private final Map<String, String> explanations = new LinkedHashMap<>();

    /** What each process and thread has called, by its id. */
    private final SortedMap<Long, List<TracedCall>> calls = new TreeMap<>();

    /** The processes that were cloned, in the order of the launches. */
    private final List<Long> launched = new ArrayList<>();

    @BeforeAll
    void launchAll(@TempDir Path temporary) throws Exception {
        directory = temporary;
        Requirement.STRACE.assume();
        Requirement.BUSYBOX.assume();
        Requirement.USER_NAMESPACES.assume();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path traces = Files.createDirectory(directory.resolve("traces"));
        Path output = directory.resolve("output");
        // Where this JVM ignores signals, as under nohup, plans have one operation more.
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal",
                "strace",
                "-ff",
                "-ttt",
                "-s",
                "4096",
                "-e",
                "signal=none",
                "-e",
                "abbrev=execve,execveat",
                "-o",
                traces.resolve("pid").toString()));
        command.addAll(ChildJvm.command(ExplainedLaunches.class, directory.toString()));
        Process strace = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(strace.waitFor()).as(Files.readString(output)).isZero();
        readExplanations(Files.readString(output));
        readTraces(traces);
    }

    private void readExplanations(String output) {
        for (String part : output.split("(?m)^" + ExplainedLaunches.TITLE, -1)) {
            int end = part.indexOf('\n');
            if (end > 0) {
                explanations.put(part.substring(0, end), part.substring(end + 1));
            }
        }
    }

    private void readTraces(Path traces) throws IOException {
        Map<Long, BigDecimal> births = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(traces)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                long pid = Long.parseLong(name.substring(name.indexOf('.') + 1));
                List<TracedCall.Timed> timed = Files.readString(file, StandardCharsets.ISO_8859_1)
                        .lines()
                        .filter(line ->
                                !line.contains(" +++ ") && !line.contains(" --- ") && !line.endsWith("<detached ...>"))
                        .map(TracedCall::parseTimed)
                        .toList();
                calls.put(pid, timed.stream().map(TracedCall.Timed::call).toList());
                if (calls.get(pid).stream().anyMatch(ExplainIT::isLaunch)) {
                    births.put(pid, timed.getFirst().time());
                }
            }
        }
        births.entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(entry -> launched.add(entry.getKey()));
    }

    private static boolean isLaunch(TracedCall call) {
        return call.name().equals("execveat") && call.arguments().contains("[\"lxc4j\"]");
    }

    @ParameterizedTest(name = "{0} is what it is known to be")
    @MethodSource("known")
    void is_known(String name) throws IOException {
        String resource = "explain/" + (ROOT ? "root/" : "user/") + name + ".txt";
        String explanation = Objects.requireNonNull(explanations.get(name));
        Assumptions.assumeTrue(
                !name.equals("exec") || explanation.contains("into its cgroup") == ROOT,
                "the meeting of an exec'd process with its parent is known for root, who has cgroups, and for a"
                        + " user without any");
        String found = withoutMachine(explanation);
        Path written = Path.of("target", resource);
        Files.createDirectories(written.getParent());
        Files.writeString(written, found);
        try (InputStream known = ExplainIT.class.getResourceAsStream(resource)) {
            assertThat(known)
                    .as("the known explanation; %s is what was found", written)
                    .isNotNull();
            assertThat(found).isEqualTo(new String(known.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Nor which cgroups it has, and shows. */
    private String withoutMachine(String text) {
        return LeftOutOperation.leaveOut(text, "mounting cgroup.* on /sys/fs/cgroup")
                .replace("|CLONE_INTO_CGROUP", "")
                .replaceAll("  moving the process into its cgroup, .*\n.*cgroup.procs, .*\n", "")
                .replaceAll("(?m)^PARENT\n(?=[A-Z])", "")
                .replace(directory.toString(), "/DIRECTORY")
                .replaceAll(":\\[\\d+\\]", ":[INODE]")
                .replaceAll(
                        "(?m)^( *write\\(/proc/PID/(uid|gid)_map, \"0) " + (ROOT ? "NONE" : "\\d+") + " 1\"",
                        "$1 OWN 1\"");
    }

    @ParameterizedTest(name = "{0} is what strace sees")
    @MethodSource("all")
    void is_true(String name) {
        assertThat(launched).hasSameSizeAs(explanations.keySet());
        long pid = launched.get(List.copyOf(explanations.keySet()).indexOf(name));
        ExplainedPlan plan = ExplainedPlan.parse(Objects.requireNonNull(explanations.get(name)));
        plan.compareWithChild(calls, pid);
        plan.compareWithParent(callsOfParent(name));
    }

    /** What the thread that launched a process, and told so before, has done until the next. */
    private List<TracedCall> callsOfParent(String name) {
        Predicate<TracedCall> tellsOfAny = call ->
                call.name().equals("write") && call.arguments().get(1).startsWith("\"" + ExplainedLaunches.TITLE);
        return calls.values().stream()
                .map(list -> list.stream()
                        .dropWhile(call -> !tellsOfAny.test(call)
                                || !call.arguments().get(1).startsWith(ExplainedLaunches.TITLE + name + "\\n", 1))
                        .skip(1)
                        .takeWhile(tellsOfAny.negate())
                        .toList())
                .filter(list -> !list.isEmpty())
                .findFirst()
                .orElseThrow();
    }
}
