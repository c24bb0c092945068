package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An image as the root of a container")
class ImageRootIT {
    @TempDir
    Path directory;

    private LayerStore store;

    @BeforeEach
    void open() {
        Requirement.BUSYBOX.assume();
        store = LayerStore.open(directory.resolve("store"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Path tree(String name) throws Exception {
        return Files.createDirectory(directory.resolve(name));
    }

    private Image busybox() throws Exception {
        Path tree = tree("busybox");
        Command.run(
                        "sh",
                        "-euc",
                        "cd $0; mkdir bin etc proc sys dev tmp; cp /bin/busybox bin; chmod 1777 tmp; for each in sh"
                            + " cat ls id rm touch stat; do ln -s busybox bin/$each; done; echo one > etc/a; echo two"
                            + " > etc/b; echo secret > etc/secret; chmod 600 etc/secret",
                        tree.toString())
                .orFail();
        return store.importTree(tree, "busybox:1");
    }

    private static String run(Image image, String script) throws Exception {
        ContainerResult result = Container.builder()
                .root(image.root())
                .command("/bin/sh", "-c", script)
                .run();
        assertThat(result.isSuccess()).as(result.output()).isTrue();
        return result.output();
    }

    @Test
    @DisplayName("shows its files with their owners, and takes writes that vanish")
    void files() throws Exception {
        Image image = busybox();
        assertThat(run(image, "cat /etc/a /etc/secret; stat -c '%u:%g %a' /etc/secret; echo new > /etc/a; cat /etc/a"))
                .isEqualTo("one\nsecret\n0:0 600\nnew\n");
        assertThat(run(image, "cat /etc/a")).isEqualTo("one\n");
    }

    @Test
    @DisplayName("shows upper layers over lower ones, and what they remove not at all")
    void layers() throws Exception {
        Image base = busybox();
        Path upper = tree("upper");
        Command.run("sh", "-euc", "cd $0; mkdir etc; echo changed > etc/a; mknod etc/b c 0 0", upper.toString())
                .orFail();
        Image changed = store.commit(base, upper, "a changed, b removed", "busybox:2");
        assertThat(run(changed, "ls /etc; cat /etc/a")).isEqualTo("a\nsecret\nchanged\n");
        assertThat(changed.config().history().getLast().comment()).isEqualTo("a changed, b removed");
        assertThat(run(base, "cat /etc/b")).isEqualTo("two\n");
    }

    @Test
    @DisplayName("can have 500 layers")
    void many() throws Exception {
        Image image = busybox();
        for (int i = 1; i < 500; i++) {
            Path upper = tree("upper" + i);
            Files.createDirectory(upper.resolve("etc"));
            Files.writeString(upper.resolve("etc/layer" + i), "layer " + i + "\n");
            image = store.commit(image, upper, "", "busybox:many");
        }
        assertThat(image.manifest().layers()).hasSize(500);
        assertThat(run(image, "cat /etc/a /etc/layer1 /etc/layer499; ls /etc | busybox wc -l"))
                .isEqualTo("one\nlayer 1\nlayer 499\n502\n");
    }

    @Test
    @DisplayName("can be read only")
    void read_only() throws Exception {
        ContainerResult result = Container.builder()
                .root(busybox().readOnlyRoot())
                .command("/bin/sh", "-c", "exec 2>&1; cat /etc/a; echo x > /etc/a")
                .run();
        assertThat(result.isSuccess()).isFalse();
        assertThat(result.output()).contains("one\n").contains("Read-only file system");
    }

    @Test
    @DisplayName("has names, which remember what they stood for")
    void names() throws Exception {
        Image first = busybox();
        Path upper = tree("upper");
        Files.writeString(upper.resolve("x"), "x");
        Image second = store.commit(first, upper, "x", "busybox:1");
        assertThat(store.image("busybox:1")).isEqualTo(second);
        assertThat(store.rollback("busybox:1", 1)).isEqualTo(first);
        assertThat(store.reflog("busybox:1")).extracting("action").containsExactly("rollback", "commit", "import");
        assertThat(store.names()).containsExactly("docker.io/library/busybox:1");
    }

    @Test
    @DisplayName("is collected when no name leads to it and nobody holds it")
    void collect() throws Exception {
        busybox();
        assertThat(run(store.image("busybox:1"), "cat /etc/a")).isEqualTo("one\n");
        store.untag("busybox:1");
        assertThat(store.collect()).as("held by this JVM").isZero();
        store.close();
        store = LayerStore.open(directory.resolve("store"));
        assertThat(store.collect()).isEqualTo(4);
        assertThat(directory.resolve("store/layers")).isEmptyDirectory();
        assertThat(directory.resolve("store/blobs/sha256")).isEmptyDirectory();
    }
}
