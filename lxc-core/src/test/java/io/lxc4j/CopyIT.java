package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Copying into and out of a running container")
class CopyIT {
    @TempDir
    Path directory;

    private Container container;

    @BeforeEach
    void start() {
        container = Container.builder().command("sleep", "1000").start();
    }

    @AfterEach
    void end() {
        container.close();
    }

    private String inside(String script) throws InterruptedException {
        ContainerResult result = container.exec("sh", "-c", script).mergeError().run();
        assertThat(result.exitValue()).as(result.output()).isZero();
        return result.output();
    }

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void a_file_goes_in_with_its_bytes_and_permissions_and_belongs_to_the_containers_root() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new Random(1).nextBytes(bytes);
        Path source = Files.write(directory.resolve("data"), bytes);
        permit(source, "rwxr-x---");
        container.copyIn(source, "/tmp/copy");
        assertThat(inside("stat -c '%u %g %a %s' /tmp/copy")).isEqualTo("0 0 750 3000000\n");
        container.copyOut("/tmp/copy", directory.resolve("back"));
        assertThat(directory.resolve("back")).hasSameBinaryContentAs(source);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("back"))))
                .isEqualTo("rwxr-x---");
    }

    @Test
    void a_tree_goes_in_and_comes_out_as_it_was() throws Exception {
        Path tree = Files.createDirectories(directory.resolve("tree/deep/er"));
        Files.writeString(tree.resolve("note"), "text\n");
        Files.createDirectory(directory.resolve("tree/empty"));
        Files.createSymbolicLink(directory.resolve("tree/link"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(directory.resolve("tree/dangling"), Path.of("nowhere"));
        Files.writeString(directory.resolve("tree/ümlaut name"), "x");
        permit(directory.resolve("tree/deep"), "rwx--x--x");
        container.copyIn(directory.resolve("tree"), "/tmp/tree");
        assertThat(inside("cat /tmp/tree/deep/er/note; readlink /tmp/tree/link; stat -c %a /tmp/tree/deep"))
                .isEqualTo("text\n/etc/passwd\n711\n");
        container.copyOut("/tmp/tree", directory.resolve("back"));
        assertThat(shape(directory.resolve("back"))).isEqualTo(shape(directory.resolve("tree")));
    }

    /** All that a tree holds, each entry with its type, permissions and content. */
    private static List<String> shape(Path tree) throws IOException {
        try (Stream<Path> entries = Files.walk(tree)) {
            return entries.sorted()
                    .map(path -> {
                        try {
                            String name = tree.relativize(path) + " ";
                            if (Files.isSymbolicLink(path)) {
                                return name + "-> " + Files.readSymbolicLink(path);
                            }
                            String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                            return name + mode + (Files.isDirectory(path) ? "/" : " " + Files.readString(path));
                        } catch (IOException e) {
                            throw new AssertionError(path.toString(), e);
                        }
                    })
                    .toList();
        }
    }

    @Test
    void what_goes_in_overwrites_files_and_fills_up_directories() throws Exception {
        inside("mkdir /tmp/tree; echo old-and-long > /tmp/tree/a; echo kept > /tmp/tree/b");
        Files.createDirectory(directory.resolve("tree"));
        Files.writeString(directory.resolve("tree/a"), "new\n");
        container.copyIn(directory.resolve("tree"), "/tmp/tree");
        assertThat(inside("cat /tmp/tree/a /tmp/tree/b")).isEqualTo("new\nkept\n");
    }

    @Test
    void paths_inside_are_resolved_inside() throws Exception {
        inside("mkdir /tmp/real; ln -s /tmp/real /tmp/way; ln -s /etc /tmp/out");
        Path source = Files.writeString(directory.resolve("x"), "x");
        container.copyIn(source, "/tmp/way/x");
        assertThat(inside("cat /tmp/real/x")).isEqualTo("x");
        container.copyIn(source, "/tmp/out/lxc4j-was-here");
        assertThat(inside("cat /etc/lxc4j-was-here")).isEqualTo("x");
        assertThat(Path.of("/etc/lxc4j-was-here")).doesNotExist();
        container.copyOut("/tmp/way", directory.resolve("way"));
        assertThat(directory.resolve("way")).isSymbolicLink();
    }

    @Test
    void what_comes_out_overwrites_nothing() throws Exception {
        Path there = Files.writeString(directory.resolve("there"), "mine");
        inside("echo x > /tmp/x");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.copyOut("/tmp/x", there))
                .withMessageContaining("/tmp/x")
                .withMessageContaining("there is something of that name");
        assertThat(there).hasContent("mine");
    }

    @Test
    void failures_say_what_was_being_copied_and_leave_nothing() throws Exception {
        HostState.warm();
        HostState state = HostState.now();
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.copyOut("/no/such", directory.resolve("x")))
                .withMessageContaining("copying /no/such from inside")
                .withMessageContaining("ENOENT");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.copyIn(directory.resolve("no-such"), "/tmp/x"))
                .withMessageContaining("copying " + directory.resolve("no-such"))
                .withMessageContaining("ENOENT");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.copyIn(directory, "/proc/nothing"))
                .withMessageContaining("/proc/nothing");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.copyIn(Path.of("/dev/null"), "/tmp/null"))
                .withMessageContaining("no file, directory or symbolic link");
        inside("mkdir -p /tmp/t/a; echo 1 > /tmp/t/a/1; mkfifo /tmp/t/pipe");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.copyOut("/tmp/t", directory.resolve("t")))
                .withMessageContaining("pipe");
        assertThat(directory.resolve("t")).doesNotExist();
        inside("mkdir -p /tmp/u/a; echo 1 > /tmp/u/a/1; chmod 0 /tmp/u/a/1; chmod 500 /tmp/u/a; mkfifo /tmp/u/z");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.copyOut("/tmp/u", directory.resolve("u")))
                .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
        assertThat(directory.resolve("u")).doesNotExist();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> container.copyOut("relative", directory.resolve("y")))
                .withMessageContaining("copyOut must be an absolute path");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> container.copyIn(directory, "/tmp/../etc"));
        state.assertUnchanged();
    }

    @Test
    void a_container_that_has_ended_can_not_be_copied_from() throws Exception {
        container.process().destroyForcibly().waitFor();
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.copyOut("/etc/passwd", directory.resolve("x")))
                .withMessageContaining("has ended");
    }

    @Test
    @DisplayName("copy-race: while the container swaps a directory for a link, nothing outside is read or written")
    void nothing_outside_is_reached() throws Exception {
        Path secret = Files.createDirectory(directory.resolve("secret"));
        Files.writeString(secret.resolve("file"), "the host's");
        permit(directory, "rwxr-xr-x");
        Path source = Files.writeString(directory.resolve("source"), "copied in");
        inside("mkdir -p /tmp/d" + secret + " /tmp/real && echo inner > /tmp/real/file");
        ContainerProcess swapper = container
                .exec(
                        "sh",
                        "-c",
                        "cd /tmp; while :; do mv real d/x; ln -s " + secret + " real; rm real; ln -s ../../.." + secret
                                + " real; rm real; mv d/x real; done")
                .start();
        int out = 0;
        int in = 0;
        for (int i = 0; i < 300; i++) {
            Path copy = directory.resolve("copy" + i);
            try {
                container.copyOut("/tmp/real/file", copy);
                assertThat(Files.readString(copy)).isIn("inner\n", "copied in");
                out++;
            } catch (ContainerException _) {
                assertThat(copy.toFile()).doesNotExist();
            }
            try {
                container.copyIn(source, "/tmp/real/file");
                in++;
            } catch (ContainerException _) {
                // in the moment it was a link to what is not there inside
            }
            assertThat(secret.resolve("file")).hasContent("the host's");
        }
        swapper.destroyForcibly();
        assertThat(out).as("copies that came out").isPositive();
        assertThat(in).as("copies that went in").isPositive();
        try (Stream<Path> entries = Files.list(secret)) {
            assertThat(entries).hasSize(1);
        }
    }
}
