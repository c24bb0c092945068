package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.files.UnpackLimits;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A directory that a layer's archive leaves out")
class ImpliedDirectoriesIT {
    private static final boolean AS_ROOT = Requirement.ROOT.problem().isEmpty();

    @TempDir
    Path directory;

    private Store store;
    private int count;

    /** What was unpacked last. */
    private Manifest manifest;

    private Descriptor image;
    private Digest lowest;

    @BeforeEach
    void open() {
        store = new Store(directory.resolve("store"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** The archive of GNU tar of some names of a tree that a script makes. */
    private Path archive(String script, String names) throws IOException {
        Path tree = Files.createDirectory(directory.resolve("tree" + ++count));
        Path archive = directory.resolve("archive" + count + ".tar");
        Command.run(
                        "bash",
                        "-euc",
                        "umask 022; cd $0; " + script + "; tar --format=pax --xattrs --no-recursion -cf $1 " + names,
                        tree.toString(),
                        archive.toString())
                .orFail();
        return archive;
    }

    private Path base() throws IOException {
        return archive(
                "mkdir -p usr/bin opt; echo base > usr/bin/base; chmod 0711 usr; chmod 1777 opt; setfattr -n user.of -v"
                        + " base usr; touch -d '2001-02-03 04:05:06.789 UTC' usr; chmod 0751 .; touch -d @1000000000 ."
                        + (AS_ROOT ? "; chown 5:6 usr" : ""),
                "$(find . | sort)");
    }

    /** Only a file, and no directory on the way to it. */
    private Path alone() throws IOException {
        return archive("mkdir -p usr/bin; echo x > usr/bin/x", "usr/bin/x");
    }

    private List<Path> unpack(Path... archives) throws IOException {
        ImageConfig config = new ImageConfig(Platform.host());
        List<Descriptor> layers = new ArrayList<>();
        for (Path archive : archives) {
            byte[] bytes = Files.readAllBytes(archive);
            layers.add(store.add(MediaType.LAYER, bytes));
            config =
                    config.withLayer(Digest.of(bytes), new HistoryEntry(Optional.empty(), "", "", "", false, Map.of()));
        }
        lowest = config.diffIds().getFirst();
        manifest = new Manifest(MediaType.MANIFEST, store.add(MediaType.CONFIG, config.toBytes()), layers, Map.of());
        image = store.add(MediaType.MANIFEST, manifest.toBytes());
        return unpack();
    }

    private List<Path> unpack() {
        return store.unpack(image, manifest, UnpackLimits.USUAL).stream()
                .map(store.layersDirectory()::resolve)
                .toList();
    }

    private static String show(Path file) {
        return Command.run(
                        "sh",
                        "-euc",
                        "stat -c '%a %u:%g %.9Y' $0; getfattr -d --absolute-names $0 | sed -n '2,$p'",
                        file.toString())
                .orFail()
                .strip();
    }

    private static String own() {
        return Command.run("sh", "-c", "echo $(id -u):$(id -g)").orFail().strip();
    }

    @Test
    @DisplayName("has owner, permissions, time and attributes of the layer below, whatever the archive's maker had")
    void as_below() throws Exception {
        List<Path> layers = unpack(base(), alone());
        String owner = AS_ROOT ? "5:6" : own();
        assertThat(show(layers.getFirst().resolve("usr")))
                .isEqualTo("711 " + owner + " 981173106.789000000\nuser.of=\"base\"");
        assertThat(show(layers.getFirst().resolve("usr/bin"))).startsWith("755 ");
        assertThat(show(layers.getFirst())).isEqualTo(show(layers.getLast())).startsWith("751 ");
    }

    @Test
    @DisplayName("is shown so by overlayfs")
    void mounted() throws Exception {
        Requirement.ROOT.assume();
        List<Path> layers = unpack(base(), alone());
        Path merged = Files.createDirectory(directory.resolve("merged"));
        String shown = Command.run(
                        "unshare",
                        "--mount",
                        "sh",
                        "-euc",
                        "mount -t overlay none -o lowerdir=$0:$1 $2; stat -c '%a %u:%g' $2/usr; cat $2/usr/bin/base"
                                + " $2/usr/bin/x",
                        layers.getFirst().toString(),
                        layers.getLast().toString(),
                        merged.toString())
                .orFail();
        assertThat(shown).isEqualTo("711 5:6\nbase\nx\n");
    }

    @Test
    @DisplayName("is as in each image, where several have the layer, while layers that are whole are unpacked once")
    void in_several_images() throws Exception {
        Path alone = alone();
        Path whole = archive("mkdir etc; echo y > etc/y", ". etc etc/y");
        List<Path> first = unpack(base(), alone, whole);
        Path other = archive("mkdir usr; chmod 0700 usr", ". usr");
        List<Path> second = unpack(other, alone, whole);
        List<Path> lowest = unpack(alone);
        assertThat(show(first.get(1).resolve("usr"))).startsWith("711 ");
        assertThat(show(second.get(1).resolve("usr"))).startsWith("700 ");
        assertThat(show(lowest.getFirst().resolve("usr"))).startsWith("755 ").contains(" 0.000000000");
        assertThat(first.getFirst()).isEqualTo(second.getFirst());
        assertThat(unpack(base(), alone, whole)).hasSize(3).element(1).isNotEqualTo(second.get(1));
    }

    @Test
    @DisplayName("is found in the topmost layer that has it, through layers that leave it out or have nothing of it")
    void through_layers() throws Exception {
        Path change = archive("mkdir usr; chmod 0750 usr", "usr");
        List<Path> layers = unpack(base(), change, archive("mkdir etc; echo y > etc/y", "etc/y"), alone());
        assertThat(show(layers.getFirst().resolve("usr"))).startsWith("750 ");
    }

    @Test
    @DisplayName("is a new one where the layers below don't show theirs")
    void hidden() throws Exception {
        Path removed = archive(": > .wh.usr", ".wh.usr");
        assertThat(show(unpack(base(), removed, alone()).getFirst().resolve("usr")))
                .startsWith("755 ");
        Path noDirectory = archive(": > usr", "usr");
        assertThat(show(unpack(base(), noDirectory, alone()).getFirst().resolve("usr")))
                .startsWith("755 ");
        Path inner = archive("mkdir -p usr/bin; chmod 0700 usr/bin", ". usr usr/bin");
        Path opaque = archive("mkdir usr; : > usr/.wh..wh..opq; chmod 0711 usr", ". usr usr/.wh..wh..opq");
        assertThat(show(unpack(inner, alone()).getFirst().resolve("usr/bin"))).startsWith("700 ");
        assertThat(show(unpack(inner, opaque, alone()).getFirst().resolve("usr/bin")))
                .startsWith("755 ");
        Path itself = archive("mkdir -p usr/bin; : > usr/.wh..wh..opq; : > usr/bin/x", "usr/.wh..wh..opq usr/bin/x");
        List<Path> layers = unpack(archive("mkdir -p usr/bin; chmod 0700 usr usr/bin", ". usr usr/bin"), itself);
        assertThat(show(layers.getFirst().resolve("usr")))
                .as("is not hidden itself")
                .startsWith("700 ");
        assertThat(show(layers.getFirst().resolve("usr/bin"))).startsWith("755 ");
    }

    @Test
    @DisplayName("is found where a link in the archive led to it")
    void through_link() throws Exception {
        Path linked = archive(
                "mkdir -p usr/lib; ln -s usr/lib lib; mkdir usr/lib/deep; echo x > usr/lib/deep/x",
                "lib usr/lib lib/deep/x");
        Path below = archive("mkdir -p usr/lib/deep lib/deep; chmod 0711 usr/lib/deep", "$(find . | sort)");
        assertThat(show(unpack(below, linked).getFirst().resolve("usr/lib/deep")))
                .startsWith("711 ");
    }

    @Test
    @DisplayName("is found damaged, and put right, also where the layer below has to be unpacked for that")
    void repaired() throws Exception {
        List<Path> layers = unpack(base(), alone());
        assertThat(store.check()).isEmpty();
        store.name("a:1", image, "test");
        assertThat(store.check()).isEmpty();
        Path damaged = layers.getFirst().resolve("usr");
        Command.run("chmod", "0777", damaged.toString()).orFail();
        Files.delete(directory.resolve("store/keys").resolve(lowest.hex()));
        assertThat(store.check()).singleElement().extracting("kind").isEqualTo(Finding.Kind.DAMAGED_LAYER);
        Files.delete(directory.resolve("store/keys").resolve(lowest.hex()));
        assertThat(store.repair()).hasSize(1);
        assertThat(store.check()).isEmpty();
        assertThat(show(damaged)).as("held, as it may be mounted").startsWith("777 ");
        assertThat(show(unpack().getFirst().resolve("usr"))).startsWith("711 ");
    }
}
