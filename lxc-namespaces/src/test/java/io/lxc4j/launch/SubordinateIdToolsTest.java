package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.launch.IdMaps.Range;
import io.lxc4j.launch.IdMaps.Writer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The tools for subordinate ids")
class SubordinateIdToolsTest {
    private static final IdMaps MAPS = new IdMaps(
            List.of(new Range(0, 1000, 1), new Range(1, 100_000, 9)),
            List.of(new Range(0, 200_000, 10)),
            false,
            Writer.TOOLS);

    @TempDir
    Path directory;

    private void tool(String name, String script) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void run(boolean privileged) {
        new SubordinateIdTools(List.of(Path.of("/nonexistent"), directory), _ -> privileged, Duration.ofSeconds(1))
                .run(4711, MAPS);
    }

    private void assertRefused(boolean privileged, String... parts) {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> run(privileged))
                .withMessageStartingWith("mapping subordinate ids: ")
                .withMessageContainingAll(parts);
    }

    @Test
    void get_the_maps_as_arguments_and_nothing_else() throws IOException {
        String script = "{ echo \"$@\"; pwd; env | grep -v -e ^PWD= -e ^SHLVL= -e ^_=; cat; } > " + directory
                + "/$(basename $0).out";
        tool("newuidmap", script);
        tool("newgidmap", script);
        run(true);
        assertThat(directory.resolve("newuidmap.out")).hasContent("4711 0 1000 1 1 100000 9\n/\n");
        assertThat(directory.resolve("newgidmap.out")).hasContent("4711 0 200000 10\n/\n");
    }

    @Test
    void are_missing_with_the_package_that_has_them() throws IOException {
        assertRefused(true, "newuidmap and newgidmap not found in /nonexistent, " + directory, "package uidmap");
        tool("newuidmap", "true");
        assertRefused(true, ": newgidmap not found");
    }

    @Test
    void are_not_run_without_the_privilege_that_they_need() throws IOException {
        tool("newuidmap", "touch " + directory + "/ran");
        tool("newgidmap", "true");
        assertRefused(false, "newuidmap is neither set-user-id", "chmod u+s " + directory.resolve("newuidmap"));
        assertThat(directory.resolve("ran")).doesNotExist();
    }

    @Test
    void that_refuse_are_quoted() throws IOException {
        tool("newuidmap", "echo out; echo 'range not allowed' >&2; exit 3");
        tool("newgidmap", "true");
        assertRefused(true, "newuidmap 4711 0 1000 1 1 100000 9 failed with exit status 3: out, range not allowed; ");
        tool("newuidmap", "true");
        tool("newgidmap", "exit 1");
        assertRefused(true, "newgidmap 4711 0 200000 10 failed with exit status 1; ");
    }

    @Test
    void that_hang_are_given_up() throws IOException {
        tool("newuidmap", "exec sleep 1000");
        tool("newgidmap", "true");
        assertRefused(true, "did not end within 1 s");
    }

    @Test
    void are_shown_as_commands() {
        assertThat(MAPS.steps()).containsExactly("newuidmap PID 0 1000 1 1 100000 9", "newgidmap PID 0 200000 10");
        assertThat(new IdMaps(MAPS.gids(), MAPS.gids(), true).steps())
                .containsExactly(
                        "write(/proc/PID/setgroups, \"deny\")",
                        "write(/proc/PID/uid_map, \"0 200000 10\")",
                        "write(/proc/PID/gid_map, \"0 200000 10\")");
    }
}
