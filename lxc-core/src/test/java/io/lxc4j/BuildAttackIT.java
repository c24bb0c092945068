package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.build.ImageBuilder;
import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.Mount;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A build that attacks who builds")
@Timeout(120)
class BuildAttackIT {
    @TempDir
    Path directory;

    private LayerStore store;
    private Image base;
    private Path outside;

    @BeforeEach
    void open() throws Exception {
        Requirement.BUSYBOX.assume();
        Requirement.USER_NAMESPACES.assume();
        store = LayerStore.open(directory.resolve("store"));
        base = BusyboxImage.importTo(store, directory);
        outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
    }

    @AfterEach
    void close() throws Exception {
        assertThat(directory.resolve("store/tmp")).isEmptyDirectory();
        store.close();
        assertThat(outside.resolve("secret")).hasContent("secret");
        try (var files = Files.list(outside)) {
            assertThat(files).hasSize(1);
        }
    }

    private ImageBuilder sh(String script) {
        return ImageBuilder.from(store, base).run("/bin/sh", "-c", script);
    }

    private static String run(Image image, String script) throws Exception {
        ContainerResult result = Container.builder()
                .image(image)
                .command("/bin/sh", "-c", script)
                .mergeError()
                .run();
        assertThat(result.isSuccess()).as(result.output()).isTrue();
        return result.output();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "/proc/self/root%s", "../../../../../../../../../../..%s"})
    @DisplayName("has no file copied out of its image through its links")
    void links(String link) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "copied");
        Path tree = Files.createDirectories(directory.resolve("tree/up"));
        Files.writeString(tree.resolve("secret"), "overwritten");
        String target = link.formatted(outside);
        Image image = sh("ln -s " + target + " /srv/up; ln -s " + target + "/secret /srv/secret")
                .copy(file, "/srv/secret")
                .copy(file, "/srv/up/file")
                .copy(directory.resolve("tree"), "/srv")
                .build();
        String inside = link.startsWith("/proc") ? "/proc/self/root" + outside : outside.toString();
        if (!link.startsWith("/proc")) { // which is another there than here
            assertThat(run(image, "cat " + inside + "/secret " + inside + "/file"))
                    .isIn("overwrittencopied", "copiedcopied");
        }
    }

    @Test
    @DisplayName("can't have links that never end")
    void loop() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "copied");
        assertThatThrownBy(() -> sh("ln -s b /srv/a; ln -s a /srv/b")
                        .copy(file, "/srv/a/x")
                        .build())
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("more than 40 links");
    }

    @ParameterizedTest
    @ValueSource(strings = {".wh.b", ".wh..wh..opq", ".wh."})
    @DisplayName("can't write files that a layer would take for marks")
    void marks(String name) {
        assertThatThrownBy(() -> sh("mkdir /srv/dir; echo x > /srv/dir/" + name).build())
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("srv/dir/" + name)
                .hasMessageContaining("rename it");
        Path tree = directory.resolve("marked");
        Command.run("sh", "-euc", "mkdir $0; echo x > $0/$1", tree.toString(), name)
                .orFail();
        assertThatThrownBy(
                        () -> ImageBuilder.from(store, base).copy(tree, "/etc").build())
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("rename it");
    }

    @Test
    @DisplayName("can't have a copy hide files of the image by an overlay's devices")
    void whiteouts() {
        Requirement.ROOT.assume();
        Path tree = directory.resolve("marked");
        Command.run("sh", "-euc", "mkdir $0; mknod $0/a c 0 0", tree.toString()).orFail();
        assertThatThrownBy(
                        () -> ImageBuilder.from(store, base).copy(tree, "/etc").build())
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("copy what the overlay shows");
    }

    @Test
    @DisplayName("leaves no process that goes on writing when its command has ended")
    void background() throws Exception {
        Image image = sh("(while :; do echo x >> /srv/log; sleep 0.01; done) & sleep 0.2; exit 0")
                .build();
        String first = run(image, "cat /srv/log");
        assertThat(first).startsWith("x\nx\n");
        assertThat(store.check()).isEmpty();
    }

    @Test
    @DisplayName("has nothing removed outside by putting links in the place of what was made for mounts")
    void stubs() throws Exception {
        Files.createDirectory(outside.resolve("empty"));
        Files.createFile(outside.resolve("none"));
        Image image = ImageBuilder.from(store, base)
                .containers(each -> each.mount(Mount.tmpfs().at("/mnt/deep/empty"))
                        .bind(directory.resolve("outside/secret"), "/mnt/deep/none"))
                .run("/bin/sh", "-c", "mv /mnt /moved; ln -s " + outside + " /mnt; mkdir /srv/deep; ln -s /srv /deep")
                .build();
        assertThat(outside.resolve("empty")).isEmptyDirectory();
        assertThat(outside.resolve("none")).isEmptyFile();
        Files.delete(outside.resolve("empty"));
        Files.delete(outside.resolve("none"));
        assertThat(run(image, "readlink /mnt")).isEqualTo(outside + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside/evil", "/../outside/evil", "a/../../outside/evil"})
    @DisplayName("can't begin with an archive that leads outside")
    void archive(String name) {
        Path archive = directory.resolve("evil.tar");
        Command.run(
                        "sh",
                        "-euc",
                        "echo evil > $0/x; tar -P -C $0 --transform \"s,^x\\$,$1,\" -cf $0/evil.tar x",
                        directory.toString(),
                        name)
                .orFail();
        assertThatThrownBy(() -> store.importArchive(archive, "evil:1"))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("goes up");
        assertThat(store.find("evil:1")).isEmpty();
    }

    @Test
    @DisplayName("can't begin with what is no archive, or is cut off")
    void no_archive() throws Exception {
        Path file = Files.writeString(directory.resolve("text"), "no archive ".repeat(100));
        assertThatThrownBy(() -> store.importArchive(file, "evil:1")).isInstanceOf(ContainerException.class);
        Command.run(
                        "sh",
                        "-euc",
                        "tar -C $0 -czf $0/whole.tgz busybox; head -c 100000 $0/whole.tgz > $0/cut",
                        directory.toString())
                .orFail();
        assertThatThrownBy(() -> store.importArchive(directory.resolve("cut"), "evil:1"))
                .isInstanceOf(ContainerException.class);
        assertThatThrownBy(() -> store.importArchive(directory.resolve("none"), "evil:1"))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("none");
        assertThat(store.names()).containsExactly("docker.io/library/busybox:1");
    }
}
