package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.RootFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A container's files")
class FileTreeIT {
    @TempDir
    Path directory;

    @Test
    void the_hosts_files_are_there_and_what_is_written_vanishes() throws Exception {
        String script = "test -x /usr/bin/env && cat /etc/os-release >/dev/null && echo found;"
                + " for d in / /etc /usr/bin /usr/local/lib /var/lib /opt /tmp /var/tmp /root /home /run; do"
                + " echo mine > $d/lxc4j-probe && cat $d/lxc4j-probe || echo no $d; done";
        ContainerResult result = Container.run("sh", "-c", script);
        assertThat(result.error()).isEmpty();
        assertThat(result.output().lines()).first().isEqualTo("found");
        assertThat(result.output().lines().skip(1)).containsOnly("mine").hasSize(11);
        for (String place : List.of("/", "/etc", "/usr/bin", "/var/lib", "/tmp", "/var/tmp", "/root", "/run")) {
            assertThat(Files.exists(Path.of(place, "lxc4j-probe"))).as(place).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/root", "/home", "/run", "/tmp", "/var/tmp"})
    void private_directories_are_empty(String place) throws Exception {
        assertThat(Container.run("ls", "-A", place).output()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/root", "/home/user", "/tmp", "/var/tmp/deep/er", "/srv/data"})
    void a_directory_of_the_host_is_bound_by_name(String place) throws Exception {
        Files.writeString(directory.resolve("greeting"), "hello");
        open(directory);
        ContainerResult result = Container.builder()
                .bind(directory, place)
                .command("sh", "-c", "cat " + place + "/greeting; echo x > " + place + "/new || echo refused")
                .run();
        assertThat(result.output()).isEqualTo("hellorefused\n");
        assertThat(directory.resolve("new")).doesNotExist();
    }

    @Test
    void a_writable_bind_reaches_the_host() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Container.builder()
                .bindWritable(directory, "/data")
                .command("sh", "-c", "echo from inside > /data/new")
                .run();
        assertThat(directory.resolve("new")).hasContent("from inside");
    }

    @Test
    void a_single_file_is_bound_by_name() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        open(directory);
        ContainerResult result = Container.builder()
                .bind(file, "/run/secret/file")
                .command("cat", "/run/secret/file")
                .run();
        assertThat(result.output()).isEqualTo("content");
    }

    @Test
    void a_read_only_directory_serves_as_root() throws Exception {
        ContainerResult result = TestRoot.in(directory)
                .readOnly()
                .command("sh", "-c", "ls /; echo x > /tmp/x || echo refused")
                .run();
        assertThat(result.output()).contains("proc", "usr", "refused").doesNotContain("home");
    }

    @Test
    void a_copy_on_write_directory_keeps_nothing() throws Exception {
        TestRoot root = TestRoot.in(directory);
        ContainerResult result = root.copyOnWrite()
                .command("sh", "-c", "mkdir -p /srv/new && echo x > /srv/new/x && cat /srv/new/x")
                .run();
        assertThat(result.output()).isEqualTo("x\n");
        assertThat(root.directory().resolve("srv")).doesNotExist();
    }

    @Test
    void writes_are_limited() throws Exception {
        ContainerResult result = Container.builder()
                .root(RootFileSystem.host(1 << 20))
                .command("dd", "if=/dev/zero", "of=/tmp/large", "bs=64k", "count=64")
                .run();
        assertThat(result.isSuccess()).isFalse();
        assertThat(result.error()).contains("No space left");
    }

    @Test
    void devices_are_the_standard_ones_and_real() throws Exception {
        ContainerResult result = Container.run(
                "sh",
                "-c",
                "ls /dev | tr '\\n' ' '; stat -L -c '%n %t:%T' /dev/null /dev/zero /dev/urandom /dev/tty;"
                        + " head -c 4 /dev/zero | wc -c; echo x > /dev/null; ls /dev/pts; echo s > /dev/shm/s");
        assertThat(result.error()).isEmpty();
        assertThat(result.output())
                .startsWith("fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero ")
                .contains("/dev/null 1:3", "/dev/zero 1:5", "/dev/urandom 1:9", "/dev/tty 5:0", "4\n", "ptmx\n");
    }

    private static void open(Path path) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
