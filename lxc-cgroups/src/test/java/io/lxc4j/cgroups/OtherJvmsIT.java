package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.kernel.MountInfo;
import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

@DisplayName("A JVM")
@Timeout(180)
class OtherJvmsIT {
    private static final CgroupLayout LAYOUT = CgroupLayout.detect();
    private static final String NOBODY = "65534";

    private final List<Process> started = new ArrayList<>();

    @TempDir
    Path directory;

    @BeforeEach
    void root() {
        Requirement.ROOT.assume();
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    /** The lines that it writes, of which each that a test asks for is there once. */
    private static String line(List<String> output, String key) {
        return output.stream()
                .filter(line -> line.startsWith(key + ": "))
                .map(line -> line.substring(key.length() + 2))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + key + " in " + output));
    }

    private static List<String> output(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return text.lines().toList();
    }

    private static String shown(List<String> command) {
        return command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }

    private static Stream<MountInfo> cgroupMounts() {
        return MountInfo.ofThisProcess().stream().filter(mount -> mount.type().startsWith("cgroup"));
    }

    private static void assertUsed(List<String> output) {
        assertThat(line(output, "limits")).isEqualTo("300 104857600");
        assertThat(line(output, "counted enough")).isEqualTo("true");
        assertThat(output).contains("ended", "gone");
    }

    @Test
    @DisplayName("that is killed leaves a cgroup, which the next one finds, ends and removes")
    void killed() throws Exception {
        Process child = start(ChildJvm.command(CgroupChild.class, "hold", "victim"));
        List<String> output = new ArrayList<>();
        String next;
        while ((next = child.inputReader().readLine()) != null) {
            output.add(next);
            if (next.startsWith("holds: ")) {
                break;
            }
        }
        long held = Long.parseLong(line(output, "holds"));
        List<Path> directories = Stream.of(line(output, "directories").split(" ", -1))
                .map(Path::of)
                .toList();
        assertThat(Cgroup.sweep()).as("while it lives").doesNotContain("victim");
        assertThat(directories).allSatisfy(path -> assertThat(path).isDirectory());
        child.destroyForcibly().waitFor();
        assertThat(Files.exists(Path.of("/proc/" + held))).isTrue();
        assertThat(Cgroup.sweep()).contains("victim");
        assertThat(directories).allSatisfy(path -> assertThat(path).doesNotExist());
        Awaitility.await().until(() -> !Files.exists(Path.of("/proc/" + held)));
        assertUsed(output(start(ChildJvm.command(CgroupChild.class, "use", "victim"))));
    }

    @Test
    @DisplayName("that sees version 1 alone limits, freezes and ends there as well")
    void version_1_alone() throws Exception {
        if (LAYOUT.kind() != CgroupLayout.Kind.HYBRID) {
            throw new TestAbortedException("needs hierarchies of version 1, with the unified one beside them");
        }
        String hide = cgroupMounts()
                .filter(mount -> mount.type().equals("cgroup2"))
                .map(mount -> "umount -l " + mount.mountPoint() + " && ")
                .collect(Collectors.joining());
        List<String> output = output(start(List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                hide + "exec " + shown(ChildJvm.command(CgroupChild.class, "use", "v1")))));
        assertThat(line(output, "kind")).isEqualTo("V1");
        assertThat(line(output, "directories")).doesNotContain("unified");
        assertUsed(output);
    }

    @Test
    @DisplayName("in a container finds its own cgroup as the root, and makes cgroups below it")
    void nested() throws Exception {
        String mountAnew = cgroupMounts()
                .map(mount -> "umount -l " + mount.mountPoint() + " && mount -t " + mount.type() + " -o "
                        + String.join(",", mount.superOptions()) + " none " + mount.mountPoint() + " && ")
                .collect(Collectors.joining());
        try (Cgroup outer =
                        Cgroup.create("outer", Limits.builder().pidsMax(1000).build());
                Inhabitants inhabitants = new Inhabitants()) {
            Process process = inhabitants.start(
                    outer,
                    "exec unshare --mount --cgroup sh -c \"" + mountAnew + "exec "
                            + shown(ChildJvm.command(CgroupChild.class, "hold", "inner")) + "\"");
            List<String> output = new ArrayList<>();
            String next;
            while ((next = process.inputReader().readLine()) != null) {
                output.add(next);
                if (next.startsWith("holds: ")) {
                    break;
                }
            }
            assertThat(line(output, "limits")).isEqualTo("300 104857600");
            assertThat(line(output, "directories"))
                    .doesNotContain("lxc4j-outer")
                    .contains("/lxc4j-inner");
            assertThat(outer.directories())
                    .allSatisfy(path -> assertThat(path.resolve("lxc4j-inner")).isDirectory());
            assertThat(Inhabitants.file(outer, "lxc4j-inner/pids.max")).isEqualTo("300");
            outer.kill();
        }
    }

    @Test
    @DisplayName("of a user without cgroups of its own says how to get some")
    void not_delegated() throws Exception {
        List<String> output = output(asNobody("use", "rootless", ""));
        assertThat(line(output, "refused"))
                .startsWith("HostUnsupportedException: making the cgroup rootless: none is mounted that this user may"
                        + " write to")
                .contains("systemd-run --user --scope --property=Delegate=yes COMMAND");
    }

    @Test
    @DisplayName("of a user to whom a cgroup was delegated makes others below it")
    void delegated() throws Exception {
        CgroupHierarchy unified = LAYOUT.unified()
                .filter(hierarchy -> hierarchy.controllers().containsAll(List.of("memory", "pids")))
                .orElseThrow(() -> new TestAbortedException("needs the controllers of version 2"));
        Path delegated = Files.createDirectory(unified.mountPoint().resolve("delegated-to-nobody"));
        try {
            String give = "echo $$ >" + delegated + "/cgroup.procs && chown " + NOBODY + " " + delegated + " "
                    + delegated + "/cgroup.procs " + delegated + "/cgroup.subtree_control " + delegated
                    + "/cgroup.threads && ";
            List<String> output = output(asNobody("use", "rootless", give));
            assertThat(line(output, "directories")).isEqualTo(delegated + "/lxc4j-rootless");
            assertUsed(output);
        } finally {
            Files.writeString(delegated.resolve("cgroup.kill"), "1");
            Awaitility.await().until(() -> {
                Files.deleteIfExists(delegated.resolve("lxc4j-jvm"));
                Files.deleteIfExists(delegated);
                return true;
            });
        }
    }

    private Process asNobody(String verb, String name, String before) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        String command = shown(ChildJvm.commandOfOthers(directory, CgroupChild.class, verb, name));
        return start(List.of(
                "sh",
                "-c",
                "cd / && " + before + "exec setpriv --reuid=" + NOBODY + " --regid=" + NOBODY + " --clear-groups "
                        + command));
    }
}
