package io.lxc4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Open files")
class OpenFileTest {
    @TempDir
    Path path;

    @BeforeEach
    void fill() throws Exception {
        Files.writeString(path.resolve("file"), "hello");
        Files.setPosixFilePermissions(path.resolve("file"), PosixFilePermissions.fromString("rwxr-x---"));
        Files.createSymbolicLink(path.resolve("link"), Path.of("some/where"));
    }

    private Fd directory() {
        return Kernel.open(path.toString(), Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY), 0);
    }

    @Test
    void tell_their_type_size_and_permissions() {
        try (Fd directory = directory();
                Fd file = OpenFile.open(directory, "file", Constants.O_RDONLY, 0);
                Fd link = OpenFile.open(directory, "link", Constant.or(Constants.O_PATH, Constants.O_NOFOLLOW), 0);
                Fd device = Kernel.open("/dev/null", Constants.O_RDONLY, 0)) {
            assertThat(FileStatus.of(directory).isDirectory()).isTrue();
            FileStatus status = FileStatus.of(file);
            assertThat(status.isRegular()).isTrue();
            assertThat(status.isDirectory() || status.isLink()).isFalse();
            assertThat(status.size()).isEqualTo(5);
            assertThat(status.permissions()).isEqualTo(0750);
            assertThat(FileStatus.of(link).isLink()).isTrue();
            assertThat(FileStatus.of(device).isRegular()).isFalse();
            assertThat(FileStatus.of(device).isDevice()).isTrue();
            assertThat(status.isDevice()).isFalse();
            assertThat(OpenFile.readLink(link)).isEqualTo("some/where");
        }
    }

    @Test
    void are_looked_at_by_path_too() throws Exception {
        Path link = Files.createSymbolicLink(path.resolve("to-file"), path.resolve("file"));
        assertThat(FileStatus.of(link).permissions()).isEqualTo(0750);
        assertThat(FileStatus.of(Path.of("/proc/self")).isDirectory()).isTrue();
        assertThat(FileStatus.of(Path.of("/proc/self")).onDevice()).isFalse();
        long device = ((Number) Files.getAttribute(path, "unix:dev")).longValue();
        assertThat(FileStatus.of(path).onDevice()).isEqualTo(device >> 8 != 0);
        assertThatExceptionOfType(SystemCallException.class)
                .isThrownBy(() -> FileStatus.of(path.resolve("absent")))
                .withMessage("statx(AT_FDCWD, \"" + path.resolve("absent")
                        + "\", 0, STATX_BASIC_STATS) failed: ENOENT (No such file or directory)");
    }

    @Test
    void that_are_directories_are_listed_whole_and_no_further_than_asked() throws Exception {
        List<String> names = IntStream.range(0, 3000)
                .mapToObj(i -> "a-rather-long-name-" + i)
                .toList();
        Path large = Files.createDirectory(path.resolve("large"));
        for (String name : names) {
            Files.createFile(large.resolve(name));
        }
        try (Fd parent = directory();
                Fd directory = OpenFile.open(parent, "large", Constants.O_RDONLY, 0)) {
            assertThat(OpenFile.list(directory, 10_000)).containsExactlyInAnyOrderElementsOf(names);
        }
        try (Fd directory = directory()) {
            assertThat(OpenFile.list(directory, 1)).hasSize(1);
        }
    }

    @Test
    void that_are_made_lie_in_the_directory_they_were_made_in() throws Exception {
        try (Fd directory = directory()) {
            OpenFile.makeDirectory(directory, "new", 0700);
            OpenFile.makeLink("content", directory, "new-link");
            assertThat(path.resolve("new")).isDirectory();
            assertThat(Files.readSymbolicLink(path.resolve("new-link"))).isEqualTo(Path.of("content"));
            assertThatExceptionOfType(SystemCallException.class)
                    .isThrownBy(() -> OpenFile.makeDirectory(directory, "new", 0700))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST))
                    .withMessageContaining("\"new\", 0700");
        }
    }

    @Test
    void are_copied_up_to_a_limit() throws Exception {
        try (Fd directory = directory();
                Fd from = OpenFile.open(directory, "file", Constants.O_RDONLY, 0);
                Fd to = OpenFile.open(directory, "copy", Constant.or(Constants.O_WRONLY, Constants.O_CREAT), 0600)) {
            OpenFile.copy(from, to, 3);
            assertThat(path.resolve("copy")).hasContent("hel");
            OpenFile.copy(from, to, 1000);
            assertThat(path.resolve("copy")).hasContent("hello");
            OpenFile.permissions(to, 0604);
            assertThat(FileStatus.of(to).permissions()).isEqualTo(0604);
        }
    }
}
