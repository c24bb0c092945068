package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.WritableLayer;
import io.lxc4j.namespaces.Namespaces;
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

@DisplayName("A container that attacks who keeps what it writes")
@Timeout(180)
class WritableLayerAttackIT {
    @TempDir
    Path directory;

    private LayerStore store;
    private Image image;
    private WritableLayer layer;

    @BeforeEach
    void open() throws Exception {
        Requirement.BUSYBOX.assume();
        Requirement.USER_NAMESPACES.assume();
        store = LayerStore.open(directory.resolve("store"));
        image = BusyboxImage.importTo(store, directory);
        layer = store.createWritable(image, "data");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private ContainerBuilder sh(String script) {
        return Container.builder().root(layer.root()).command("/bin/sh", "-c", "exec 2>&1; " + script);
    }

    private String run(String script) throws Exception {
        ContainerResult result = sh(script).run();
        assertThat(result.isSuccess()).as(result.output()).isTrue();
        return result.output();
    }

    private Path upper() {
        return directory.resolve("store/writable/data/d/upper");
    }

    @Test
    @DisplayName("can't have more directories in each other than can be removed")
    void deep() throws Exception {
        run("mkdir /srv/top");
        nest();
        layer.reset();
        assertThat(run("ls /srv")).isEmpty();
        run("mkdir /srv/top");
        nest();
        layer.remove();
        assertThat(directory.resolve("store/writable")).isEmptyDirectory();
        assertThat(directory.resolve("store/tmp")).isEmptyDirectory();
    }

    /** As a program inside does that changes its directory each time; the image has none that is not a shell. */
    private void nest() {
        Command.run(
                        "perl",
                        "-e",
                        "chdir shift; for (1..10000) { mkdir 'd' or die; chdir 'd' or die }",
                        upper().resolve("srv/top").toString())
                .orFail();
    }

    @Test
    @DisplayName("has no file of the host removed, read or changed through its links")
    void links() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "secret");
        Path kept = Files.createDirectory(directory.resolve("kept"));
        Files.writeString(kept.resolve("file"), "kept");
        run("ln -s " + secret + " /srv/secret; ln -s " + kept + " /srv/kept; rm -r /etc; ln -s " + kept + " /etc");
        Image committed = store.commit(layer, "", "links:1");
        assertThat(Container.builder()
                        .root(committed.root())
                        .command("/bin/sh", "-c", "cat /srv/secret 2>/dev/null || readlink /srv/secret")
                        .run()
                        .output())
                .isEqualTo(secret + "\n");
        layer.remove();
        assertThat(secret).hasContent("secret");
        assertThat(kept.resolve("file")).hasContent("kept");
    }

    @Test
    @DisplayName("can't make its root directory one that the next container, a commit or a removal stumbles over")
    void root_directory() throws Exception {
        run("chmod 0 /srv; chmod 7000 /");
        assertThat(run("stat -c %a / /srv")).isEqualTo("7000\n0\n");
        if (Requirement.ROOT.problem().isEmpty()) {
            store.commit(layer, "", "root:1");
        } else {
            assertThatThrownBy(() -> store.commit(layer, "", "root:1"))
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("EACCES")
                    .hasMessageContaining("chmod it in a container");
            assertThat(store.find("root:1")).isEmpty();
        }
        layer.reset();
        assertThat(run("stat -c %a / /srv")).isEqualTo("755\n755\n");
    }

    @Test
    @DisplayName("makes no attribute that the next overlay would follow")
    void attributes() throws Exception {
        Requirement.ROOT.assume();
        // from inside, by the tools of a tree that is bound in, with and without users of its own
        String forge =
                "setfattr -n user.overlay.redirect -v /etc/dir /srv/x; setfattr -n user.overlay.metacopy -v y /srv/f;"
                        + " setfattr -n user.overlay.opaque -v y /etc/dir; setfattr -n trusted.overlay.opaque -v y"
                        + " /etc/dir; setfattr -n trusted.overlay.redirect -v /etc/dir /srv/x; true";
        for (boolean shared : new boolean[] {false, true}) {
            run("mkdir -p /srv/x; echo data > /srv/f; touch /etc/dir");
            Namespaces.Builder namespaces = Namespaces.builder();
            ContainerBuilder container = Container.builder()
                    .root(layer.root())
                    .namespaces((shared ? namespaces.shareUsers() : namespaces).build())
                    .command("/bin/sh", "-c", forge);
            for (String tools : new String[] {"/usr", "/lib", "/lib64"}) {
                if (Files.isDirectory(Path.of(tools))) {
                    container.bind(Path.of(tools).toRealPath(), tools);
                }
            }
            ContainerResult forged =
                    container.environment("PATH", "/usr/bin:/bin").run();
            assertThat(forged.error()).as("it was tried").contains("Operation not");
            assertThat(Command.run(
                                    "getfattr",
                                    "-R",
                                    "-d",
                                    "-m",
                                    "^(user|trusted)[.]overlay[.](redirect|metacopy|opaque)",
                                    upper().toString())
                            .orFail())
                    .doesNotContain("redirect", "metacopy", "opaque");
            assertThat(run("ls /srv/x; cat /srv/f; ls /etc/dir")).isEqualTo("data\nc\nd\n");
        }
    }

    @Test
    @DisplayName("has set-id files and nodes where no other user of the host can reach them")
    void set_id() throws Exception {
        Requirement.ROOT.assume();
        run("cp /bin/busybox /srv/su 2>/dev/null || busybox cp /bin/busybox /srv/su; chmod 4755 /srv/su");
        assertThat(Files.exists(upper().resolve("srv/su"))).isTrue();
        Command.Result other = Command.run(
                "setpriv",
                "--reuid",
                "65534",
                "--regid",
                "65534",
                "--clear-groups",
                "sh",
                "-c",
                "exec " + upper() + "/srv/su id");
        assertThat(other.status()).isNotZero();
        assertThat(other.errors() + other.output()).contains("Permission denied");
    }
}
