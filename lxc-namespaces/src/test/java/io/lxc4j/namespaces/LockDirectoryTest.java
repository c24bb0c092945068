package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The directory of id locks")
class LockDirectoryTest {
    @TempDir
    Path base;

    private LockDirectory directory;

    @BeforeEach
    void name() throws IOException {
        directory = new LockDirectory((int) Files.getAttribute(base, "unix:uid"), base, List.of("lxc4j", "ids"));
    }

    private void assertRefused(String part) {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(directory::make)
                .withMessageContainingAll("making the directory of id locks", part, "XDG_RUNTIME_DIR");
    }

    @Test
    void is_made_for_the_user_alone_and_used_again() throws IOException {
        assertThat(directory.make()).isEqualTo(base.resolve("lxc4j/ids"));
        for (Path made : List.of(base.resolve("lxc4j"), base.resolve("lxc4j/ids"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                    .isEqualTo("rwx------");
        }
        assertThat(directory.make()).isEqualTo(directory.path());
    }

    @Test
    void is_refused_if_others_can_write_to_it() throws IOException {
        directory.make();
        Files.setPosixFilePermissions(base.resolve("lxc4j"), PosixFilePermissions.fromString("rwxrwx---"));
        assertRefused(base.resolve("lxc4j") + " belongs to user " + directory.uid() + " and has mode 40770");
    }

    @Test
    void is_refused_if_it_is_a_link() throws IOException {
        Files.createSymbolicLink(base.resolve("lxc4j"), Files.createDirectory(base.resolve("elsewhere")));
        assertRefused(base.resolve("lxc4j").toString());
        assertThat(base.resolve("elsewhere/ids")).doesNotExist();
    }

    @Test
    void is_refused_if_it_is_somebody_elses() throws IOException {
        directory.make();
        LockDirectory others = new LockDirectory(4711, base, List.of("lxc4j", "ids"));
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(others::make)
                .withMessageContaining("only user 4711 can write");
    }

    @Test
    void is_refused_below_a_directory_in_which_others_can_replace_it() throws IOException {
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(base + " belongs");
        Files.setAttribute(base, "unix:mode", 01777);
        assertThat(directory.make()).exists();
    }

    @Test
    void is_the_users_own_if_it_has_one_and_else_a_temporary_one() throws IOException {
        Path temporary = Path.of("/tmp");
        assertThat(LockDirectory.of(0, Path.of("/run"), "/elsewhere", temporary).path())
                .isEqualTo(Path.of("/run/lxc4j/ids"));
        assertThat(LockDirectory.of(7, base, base.toString(), temporary).path()).isEqualTo(base.resolve("lxc4j/ids"));
        assertThat(LockDirectory.of(7, base, null, temporary).path()).isEqualTo(Path.of("/tmp/lxc4j-7/ids"));
        assertThat(LockDirectory.of(7, base, "relative", temporary).path()).isEqualTo(Path.of("/tmp/lxc4j-7/ids"));
        Path usual = Files.createDirectories(base.resolve("user/7"));
        assertThat(LockDirectory.of(7, base, null, temporary).path()).isEqualTo(usual.resolve("lxc4j/ids"));
    }
}
