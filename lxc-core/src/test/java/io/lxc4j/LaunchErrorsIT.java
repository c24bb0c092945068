package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.layers.RootFileSystem;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only the start can show to be wrong: the error says what was being done, the call, the error and the remedy. */
class LaunchErrorsIT {
    @TempDir
    Path directory;

    private HostState before;

    @BeforeEach
    void warmUp() throws Exception {
        before = HostState.warm();
    }

    @Test
    void a_missing_executable_by_path() throws IOException {
        assertThatThrownBy(() ->
                        Container.builder().command("/usr/bin/no-such-program").start())
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
                .hasMessage("executing /usr/bin/no-such-program: execve(\"/usr/bin/no-such-program\","
                        + " [\"/usr/bin/no-such-program\"], [/* 3 vars */]) failed: ENOENT (No such file or directory);"
                        + " the file, or the interpreter that it names, is not in the container's root file system");
        before.assertUnchanged();
    }

    @Test
    void a_missing_executable_by_name() throws IOException {
        assertThatThrownBy(() -> Container.builder().command("no-such-program").start())
                .isInstanceOf(LaunchException.class)
                .hasMessageStartingWith(
                        "executing no-such-program (searched in /usr/local/sbin:/usr/local/bin:/usr/sbin:"
                                + "/usr/bin:/sbin:/bin): execve(")
                .hasMessageEndingWith("failed: ENOENT (No such file or directory); no such file in these directories of"
                        + " the container's root file system");
        before.assertUnchanged();
    }

    @Test
    void a_file_that_is_not_executable() throws IOException {
        Path file = Files.writeString(directory.resolve("plain"), "#!/bin/sh\n");
        open();
        for (String command : List.of("/tmp/plain", "plain")) {
            assertThatThrownBy(() -> Container.builder()
                            .bind(file, "/tmp/plain")
                            .environment("PATH", "/no/such:/tmp:/usr/bin")
                            .command(command)
                            .start())
                    .isInstanceOfSatisfying(
                            LaunchException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES))
                    .hasMessageContaining("execve(\"/tmp/plain\"")
                    .hasMessageEndingWith("failed: EACCES (Permission denied); the file must be executable for the"
                            + " container's user, and on a mount without noexec");
        }
        before.assertUnchanged();
    }

    @Test
    void a_file_that_is_no_program() throws IOException {
        Path file = Files.writeString(directory.resolve("data"), "no program");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        open();
        assertThatThrownBy(() -> Container.builder()
                        .bind(file, "/tmp/data")
                        .command("/tmp/data")
                        .start())
                .isInstanceOf(LaunchException.class)
                .hasMessageEndingWith("failed: ENOEXEC (Exec format error); neither a program for this machine nor a"
                        + " script that begins with #!");
    }

    @Test
    void a_working_directory_that_is_not_there() throws IOException {
        assertThatThrownBy(() -> Container.builder()
                        .workingDirectory("/no/such/directory")
                        .command("true")
                        .start())
                .isInstanceOf(LaunchException.class)
                .hasMessage(
                        "changing to the working directory /no/such/directory: chdir(\"/no/such/directory\") failed:"
                            + " ENOENT (No such file or directory); the working directory must be a directory in the"
                            + " container's root file system");
        before.assertUnchanged();
    }

    @Test
    void a_root_directory_that_is_not_there() throws IOException {
        assertThatThrownBy(() -> Container.builder()
                        .root(RootFileSystem.readOnly(directory.resolve("absent")))
                        .command("true")
                        .start())
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("the root directory " + directory.resolve("absent")
                        + " does not exist, or this user may not reach it");
        before.assertUnchanged();
    }

    @Test
    void a_root_directory_without_proc() throws IOException {
        open();
        assertThatThrownBy(() -> Container.builder()
                        .root(RootFileSystem.readOnly(directory))
                        .command("true")
                        .start())
                .isInstanceOf(LaunchException.class)
                .hasMessageMatching("(?s)mounting proc on /proc: openat2\\(.*, \"proc\", .*")
                .hasMessageEndingWith(
                        "failed: ENOENT (No such file or directory); the root file system must have it, as"
                                + " a directory; a copy-on-write root gets what is missing");
        before.assertUnchanged();
    }

    @Test
    void a_bind_whose_source_is_not_there() {
        assertThatThrownBy(() -> Container.builder()
                        .bind(directory.resolve("absent"), "/data")
                        .command("true")
                        .start())
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessage("mounting " + directory.resolve("absent")
                        + ": it does not exist, or this user may not reach it");
    }

    @Test
    void a_redirect_that_cannot_be_opened() throws IOException {
        assertThatThrownBy(() -> Container.builder()
                        .command("true")
                        .redirectInput(Redirect.from(new File("/no/such/file")))
                        .start())
                .isInstanceOf(ContainerException.class)
                .hasMessage("redirecting standard stream 0: openat(AT_FDCWD, \"/no/such/file\", O_RDONLY|O_CLOEXEC)"
                        + " failed: ENOENT (No such file or directory)");
        before.assertUnchanged();
    }

    @Test
    void arguments_that_are_too_long() throws IOException {
        assertThatThrownBy(() -> Container.builder()
                        .command("/usr/bin/echo", "x".repeat(3 << 20))
                        .start())
                .isInstanceOfSatisfying(
                        LaunchException.class, e -> assertThat(e.errno()).isEqualTo(Errno.E2BIG))
                .hasMessageEndingWith("arguments and environment together are too long");
        before.assertUnchanged();
    }

    private void open() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
