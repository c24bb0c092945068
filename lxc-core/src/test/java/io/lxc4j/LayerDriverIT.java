package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.build.ImageBuilder;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.layers.Change;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerDriver;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.layers.WritableLayer;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds of the roots of containers, whichever way they are made of layers. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"OVERLAY", "COPY"})
@DisplayName("Layers as the root of a container")
@Timeout(240)
class LayerDriverIT {
    private static final String LIST = """
        cd /; find . -mindepth 1 -xdev \\( -path ./proc -o -path ./sys -o -path ./dev \\) -prune -o ! -type d -exec stat -c '%n %f %u %g %s %Y %t:%T %N' {} + | sort
        find . -mindepth 1 -xdev \\( -path ./proc -o -path ./sys -o -path ./dev \\) -prune -o -type d -exec stat -c '%n %f %u %g %Y' {} + | sort
        find etc srv -type f -exec md5sum {} + | sort
        """;

    @Parameter
    LayerDriver driver;

    @TempDir
    Path directory;

    private LayerStore plain;
    private LayerStore store;
    private Image image;

    @BeforeEach
    void open() throws Exception {
        Requirement.BUSYBOX.assume();
        Requirement.USER_NAMESPACES.assume();
        plain = LayerStore.open(directory.resolve("store"));
        store = plain.withDriver(driver);
        BusyboxImage.importTo(plain, directory);
        Path tree = Files.createDirectory(directory.resolve("more"));
        Command.run(
                        "bash",
                        "-euc",
                        "cd $0; mkdir -p srv/dir/sub etc; echo file > srv/file; ln srv/file srv/dir/hard; ln -s"
                            + " ../file srv/dir/soft; mkfifo srv/fifo; truncate -s 1M srv/sparse; echo end >>"
                            + " srv/sparse; chmod 2750 srv/dir; chmod 4755 srv/dir/hard; echo e > etc/e; printf x >"
                            + " srv/dir/sub/$'not \\xff utf-8'; touch -hd '2001-02-03 04:05:06.789 UTC' srv/dir/soft"
                            + " srv/dir/sub srv/dir srv; if [ $(id -u) = 0 ]; then mknod srv/null c 1 3; chown 5:6"
                            + " srv/sparse; fi",
                        tree.toString())
                .orFail();
        image = ImageBuilder.from(plain, plain.image("busybox:1"))
                .copy(tree, "/")
                .run(
                        "/bin/sh",
                        "-c",
                        "cd /etc; rm a dir/c; echo b2 >> b; mv dir moved; rm link; mkdir link; touch link/in")
                .commit("layers:1");
        image = store.image("layers:1");
        assertThat(image.manifest().layers()).hasSize(3);
    }

    @AfterEach
    void close() {
        assertThat(directory.resolve("store/tmp")).isEmptyDirectory();
        plain.close();
    }

    private static ContainerResult result(RootFileSystem root, String script) throws Exception {
        return Container.builder()
                .root(root)
                .command("/bin/sh", "-c", script)
                .mergeError()
                .run();
    }

    private static String run(RootFileSystem root, String script) throws Exception {
        ContainerResult result = result(root, script);
        assertThat(result.isSuccess()).as(result.output()).isTrue();
        return result.output();
    }

    private String listing(RootFileSystem root) throws Exception {
        return run(root, LIST);
    }

    private String original() throws Exception {
        return listing(plain.withDriver(LayerDriver.OVERLAY).image("layers:1").root());
    }

    @Test
    @DisplayName("show the files of the image, all that they are, and no other")
    void files() throws Exception {
        String expected = original();
        assertThat(expected)
                .contains("./srv/fifo", "./etc/link/in", "./etc/moved/d")
                .doesNotContain("./etc/a ", "etc/dir");
        assertThat(listing(image.root())).isEqualTo(expected);
        assertThat(listing(image.readOnlyRoot())).isEqualTo(expected);
        assertThat(listing(image.temporaryRoot())).isEqualTo(expected);
        assertThat(listing(store.createWritable(image, "data").root())).isEqualTo(expected);
        assertThat(run(image.root(), "cd /srv; [ file -ef dir/hard ] && echo same; find dir/sub | wc -c"))
                .isEqualTo("same\n28\n");
    }

    @Test
    @DisplayName("can't be written to if they are read only")
    void read_only() throws Exception {
        for (String write : List.of(
                "echo x > /etc/b", "rm /etc/b", "mkdir /x", "chmod 700 /etc", "ln /etc/b /etc/x", "touch /srv/file")) {
            ContainerResult result = result(image.readOnlyRoot(), write);
            assertThat(result.isSuccess()).as(write).isFalse();
            assertThat(result.output()).contains("Read-only file system");
        }
    }

    private static final String HAVOC = """
        cd /; for f in $(find etc srv bin -type f); do echo havoc >> $f; chmod 0 $f; done; find srv etc -exec touch {} +
        ln etc/b etc/b2; mv srv/dir srv/moved; rm -r etc/link; : > srv/sparse; chmod 777 srv etc; ln -sf x etc/e
        """;

    @Test
    @DisplayName("change nothing of the image, nor of other containers, whatever a container does to its files")
    void havoc() throws Exception {
        String expected = original();
        try (Container other = Container.builder()
                .root(image.temporaryRoot())
                .command("/bin/sh", "-c", "echo ready; exec sleep 1000")
                .start()) {
            assertThat(other.process().inputReader().readLine()).isEqualTo("ready");
            result(image.root(), HAVOC);
            result(image.temporaryRoot(), HAVOC);
            WritableLayer layer = store.createWritable(image, "data");
            result(layer.root(), HAVOC);
            assertThat(other.exec("/bin/sh", "-c", LIST).run().output()).isEqualTo(expected);
        }
        assertThat(listing(image.root())).isEqualTo(expected);
        assertThat(listing(image.readOnlyRoot())).isEqualTo(expected);
        assertThat(plain.check()).isEmpty();
    }

    @Test
    @DisplayName("keep what is written to a writable layer, for one container at a time, until it is reset or removed")
    void kept() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        run(layer.root(), "echo kept > /srv/kept; rm /etc/b");
        assertThat(run(layer.root(), "cat /srv/kept; ls /etc")).isEqualTo("kept\ne\nlink\nmoved\n");
        try (Container container =
                Container.builder().root(layer.root()).command("sleep", "1000").start()) {
            assertThat(container.process().isAlive()).isTrue();
            assertThatThrownBy(() -> result(layer.root(), "true"))
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("in use");
        }
        layer.reset();
        assertThat(listing(layer.root())).isEqualTo(original());
        layer.remove();
        assertThat(directory.resolve("store/writable")).isEmptyDirectory();
    }

    private static final String CHANGES = """
        cd /etc; echo changed > b; rm e; rm -r moved; mkdir moved; echo new > moved/new; rm -r link; echo file > link
        cd /srv; chmod 700 dir; mkdir -p new/sub; ln -s nowhere new/sub/soft; echo one > new/one; ln new/one new/two
        rm fifo; mkdir fifo; echo in > fifo/in; mv sparse dense; chown 0:0 dense; cat dense > /dev/null; touch -d '2002-02-02' file
        """;

    @Test
    @DisplayName("tell what has been changed, and become a layer of just that")
    void commit() throws Exception {
        WritableLayer layer = store.createWritable(image, "data");
        assertThat(layer.changes()).isEmpty();
        assertThat(run(layer.root(), "true")).isEmpty();
        assertThat(layer.changes()).isEmpty();
        run(layer.root(), CHANGES);
        assertThat(layer.changes())
                .filteredOn(change -> !(change instanceof Change.Changed))
                .extracting(Change::toString)
                .containsExactly(
                        "D /etc/e",
                        "D /etc/link/in",
                        "D /etc/moved/d",
                        "A /etc/moved/new",
                        "A /srv/dense",
                        "A /srv/fifo/in",
                        "A /srv/new",
                        "A /srv/new/one",
                        "A /srv/new/sub",
                        "A /srv/new/sub/soft",
                        "A /srv/new/two",
                        "D /srv/sparse");
        String expected = listing(layer.root());
        Image committed = store.commit(layer, "changes", "layers:2");
        assertThat(listing(committed.root())).isEqualTo(expected);
        assertThat(listing(
                        plain.withDriver(LayerDriver.OVERLAY).image("layers:2").root()))
                .isEqualTo(expected);
        assertThat(committed.manifest().layers()).hasSize(4);
        assertThat(committed.manifest().layers().getLast().size())
                .as("the change alone")
                .isLessThan(4000);
        assertThat(plain.versions().diff(image, committed))
                .filteredOn(change ->
                        !change.path().isEmpty()) // the root's time is not compared with that of a writable layer
                .isEqualTo(layer.changes());
        assertThat(run(committed.root(), "cd /srv/new; [ one -ef two ] && echo same"))
                .isEqualTo("same\n");
        assertThat(plain.check()).isEmpty();
    }

    @Test
    @DisplayName("become a layer while a container runs on them")
    void commit_running() throws Exception {
        Requirement.CGROUPS.assume();
        try (Container container = Container.builder()
                .root(image.temporaryRoot())
                .command("/bin/sh", "-c", "echo x > /srv/made; echo ready; exec sleep 1000")
                .start()) {
            assertThat(container.process().inputReader().readLine()).isEqualTo("ready");
            Image committed = container.commit("", "layers:2");
            assertThat(run(committed.root(), "cat /srv/made")).isEqualTo("x\n");
            assertThat(container.changes()).extracting(Change::path).contains("srv/made");
        }
    }

    @Test
    @DisplayName("take the steps of a build")
    void build() throws Exception {
        Image built = ImageBuilder.from(store, image)
                .anew()
                .run("/bin/sh", "-c", "rm /etc/b; echo built > /srv/built")
                .commit("built:1");
        assertThat(run(built.root(), "cat /srv/built; ls /etc")).isEqualTo("built\ne\nlink\nmoved\n");
        assertThat(built.manifest().layers().getLast().size()).isLessThan(1000);
    }

    @Test
    @DisplayName("have no device that could be opened")
    void devices() throws Exception {
        Requirement.ROOT.assume();
        for (RootFileSystem root : List.of(image.root(), image.readOnlyRoot(), image.temporaryRoot())) {
            assertThat(result(root, "cat /srv/null").output()).contains("Permission denied");
        }
    }

    @Test
    @DisplayName("have as much room as was said, or are refused")
    void size() throws Exception {
        if (driver == LayerDriver.COPY) {
            assertThatThrownBy(() -> image.root(1 << 20))
                    .isInstanceOf(HostUnsupportedException.class)
                    .hasMessageContaining("can't be limited");
            return;
        }
        assertThat(result(image.root(1 << 20), "cat /bin/busybox > /srv/large").output())
                .contains("No space left");
    }

    @Test
    @DisplayName("of one kind are not taken for the other's")
    void kinds() throws Exception {
        LayerDriver other = driver == LayerDriver.COPY ? LayerDriver.OVERLAY : LayerDriver.COPY;
        run(store.createWritable(image, "data").root(), "echo kept > /srv/kept");
        WritableLayer taken = plain.withDriver(other).writable("data");
        assertThatThrownBy(() -> result(taken.root(), "true"))
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("AUTOMATIC");
        assertThat(run(plain.writable("data").root(), "cat /srv/kept")).isEqualTo("kept\n");
        assertThat(taken.changes()).extracting(Change::path).contains("srv/kept");
    }
}
