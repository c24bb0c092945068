package io.lxc4j.layers.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.ImageFormat;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.progress.Progress;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.RawArchive;
import io.lxc4j.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Images of a store")
class ImageFilesIT {
    private static final String OTHER_PLATFORM = "linux/s390x";

    @TempDir
    Path directory;

    private LayerStore mine;
    private LayerStore other;

    @BeforeEach
    void open() {
        mine = LayerStore.open(directory.resolve("mine"));
        other = LayerStore.open(directory.resolve("other"));
    }

    @AfterEach
    void close() {
        other.close();
        mine.close();
    }

    /** Two images that share a layer. */
    private Image images() throws IOException {
        Path tree = Files.createDirectories(directory.resolve("tree/etc")).getParent();
        Files.writeString(tree.resolve("etc/a"), "a".repeat(100_000));
        Image base = mine.importTree(tree, "app:1");
        Path upper = Files.createDirectories(directory.resolve("upper/etc")).getParent();
        Files.writeString(upper.resolve("etc/b"), "b");
        return mine.commit(base, upper, "b", "example.org/team/app:2");
    }

    private Path save(ImageFormat format) {
        Path target = directory.resolve("saved");
        mine.save(List.of("app:1", "example.org/team/app:2"), target, format);
        return target;
    }

    @ParameterizedTest
    @EnumSource(names = {"OCI_DIRECTORY", "OCI_ARCHIVE"})
    @DisplayName("are the same after they were saved in a form of the OCI and loaded into another store")
    void there_and_back(ImageFormat format) throws Exception {
        Image image = images();
        assertThat(other.load(save(format))).containsExactly("docker.io/library/app:1", "example.org/team/app:2");
        assertThat(other.image("example.org/team/app:2").digest()).isEqualTo(image.digest());
        assertThat(other.image("app:1").digest()).isEqualTo(mine.image("app:1").digest());
        assertThat(other.check()).isEmpty();
        assertThat(other.reflog("app:1").getFirst().action()).isEqualTo("load");
        assertThat(other.image("example.org/team/app:2").root()).isNotNull();
    }

    @Test
    @DisplayName("keep their ids in Docker's form, whose layers are not compressed")
    void docker() throws Exception {
        Image image = images();
        other.load(save(ImageFormat.DOCKER_ARCHIVE));
        Image loaded = other.image("example.org/team/app:2");
        assertThat(loaded.manifest().config().digest())
                .isEqualTo(image.manifest().config().digest());
        assertThat(loaded.config()).isEqualTo(image.config());
        assertThat(loaded.manifest().layers())
                .allMatch(layer -> layer.mediaType().equals(MediaType.LAYER));
        assertThat(loaded.manifest().layers().stream()
                        .map(layer -> layer.digest())
                        .toList())
                .isEqualTo(image.config().diffIds());
        assertThat(other.check()).isEmpty();
        assertThat(loaded.root()).isNotNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"DOCKER_ARCHIVE", "OCI_ARCHIVE"})
    @DisplayName(
            "give the same archive each time, for their owner alone, with what they share once, and nothing beside it")
    void reproducible(ImageFormat format) throws Exception {
        images();
        byte[] once = Files.readAllBytes(save(format));
        assertThat(Files.readAllBytes(save(format))).isEqualTo(once);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("saved"))))
                .isEqualTo("rw-------");
        List<String> names = Command.run("tar", "tf", directory.resolve("saved").toString())
                .orFail()
                .lines()
                .toList();
        assertThat(names).doesNotHaveDuplicates();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(file -> file.getFileName().toString())).noneMatch(name -> name.startsWith(".saved"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    @DisplayName("are loaded from an archive that is compressed, as docker load does it")
    void compressed(String program) throws Exception {
        Image image = images();
        Path saved = save(ImageFormat.OCI_ARCHIVE);
        Path compressed = directory.resolve("compressed");
        Command.run("sh", "-euc", program + " < $0 > $1", saved.toString(), compressed.toString())
                .orFail();
        other.load(compressed);
        assertThat(other.image("example.org/team/app:2").digest()).isEqualTo(image.digest());
        assertThat(directory.resolve("other/tmp")).isEmptyDirectory();
    }

    @Test
    @DisplayName("are added to a layout that is there, which keeps the others, and replace those of their name")
    void adding() throws Exception {
        images();
        Path layout = directory.resolve("layout");
        mine.save("app:1", layout, ImageFormat.OCI_DIRECTORY);
        mine.save("example.org/team/app:2", layout, ImageFormat.OCI_DIRECTORY);
        assertThat(other.load(layout)).containsExactly("docker.io/library/app:1", "example.org/team/app:2");
        mine.retag(mine.image("example.org/team/app:2"), "app:1");
        mine.save("app:1", layout, ImageFormat.OCI_DIRECTORY);
        assertThat(other.load(layout)).containsExactly("example.org/team/app:2", "docker.io/library/app:1");
        assertThat(other.image("app:1").digest()).isEqualTo(mine.image("app:1").digest());
        assertThat(Command.run("find", layout.toString(), "-name", ".*").orFail())
                .isEmpty();
    }

    @Test
    @DisplayName("that are saved in one layout at the same time are all listed by it")
    void at_once() throws Exception {
        Image image = images();
        Path layout = directory.resolve("layout");
        List<Thread> savers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String name = "app:at-once-" + i;
            mine.tag(image, name);
            savers.add(Thread.startVirtualThread(() -> mine.save(name, layout, ImageFormat.OCI_DIRECTORY)));
        }
        for (Thread saver : savers) {
            saver.join();
        }
        assertThat(other.load(layout)).hasSize(8);
    }

    @Test
    @DisplayName("are not saved over what is no archive and no layout")
    void over_something() throws Exception {
        images();
        Path full = Files.createDirectory(directory.resolve("full"));
        Files.createFile(full.resolve("mine"));
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> mine.save("app:1", full, ImageFormat.OCI_DIRECTORY))
                .withMessageContaining("empty or new directory");
        assertThat(full.resolve("mine").getParent()).isDirectoryNotContaining("glob:**blobs");
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/null"));
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> mine.save("app:1", link, ImageFormat.OCI_ARCHIVE))
                .withMessageContaining("no regular file");
        assertThat(link).isSymbolicLink();
    }

    @Test
    @DisplayName("are not saved when the store has damaged them, and what was saved before stays")
    void damaged() throws Exception {
        Image image = images();
        Path saved = save(ImageFormat.OCI_ARCHIVE);
        byte[] before = Files.readAllBytes(saved);
        Digest layer = image.manifest().layers().getFirst().digest();
        Path blob = directory.resolve("mine/blobs/sha256/" + layer.hex());
        byte[] bytes = Files.readAllBytes(blob);
        bytes[bytes.length / 2] ^= 1;
        Files.write(blob, bytes);
        for (ImageFormat format : ImageFormat.values()) {
            Path target = format == ImageFormat.OCI_DIRECTORY ? directory.resolve("layout") : saved;
            assertThatExceptionOfType(ContainerException.class)
                    .as("%s", format)
                    .isThrownBy(() -> mine.save("app:1", target, format));
        }
        assertThat(Files.readAllBytes(saved)).isEqualTo(before);
        assertThat(directory.resolve("layout/index.json")).doesNotExist();
        assertThat(Command.run("find", directory.resolve("layout").toString(), "-type", "f")
                        .orFail()
                        .lines())
                .containsExactly(directory.resolve("layout/oci-layout").toString());
    }

    // ---- names

    @Test
    @DisplayName("get the name that the caller chooses, and of several the one is taken that is called so")
    void names() throws Exception {
        Image image = images();
        Path both = save(ImageFormat.OCI_ARCHIVE);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> other.load(both, "mine:3"))
                .withMessageContaining("none of its images is called docker.io/library/mine:3")
                .withMessageContaining("example.org/team/app:2");
        assertThat(other.load(both, "example.org/team/app:2").digest()).isEqualTo(image.digest());
        assertThat(other.names()).containsExactly("example.org/team/app:2");
        Path one = directory.resolve("one");
        mine.save("example.org/team/app:2", one, ImageFormat.DOCKER_ARCHIVE);
        other.load(one, "mine:3");
        assertThat(other.names()).containsExactly("docker.io/library/mine:3", "example.org/team/app:2");
    }

    @Test
    @DisplayName("that are called by no more than a tag are found by any name with that tag")
    void tags() throws Exception {
        Image image = images();
        Path layout = save(ImageFormat.OCI_DIRECTORY);
        Path index = layout.resolve("index.json");
        Files.writeString(
                index,
                Files.readString(index)
                        .replace("example.org/team/app:2", "two")
                        .replace("docker.io/library/app:1", "one"));
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> other.load(layout))
                .withMessageContaining("load it by a name with this tag");
        assertThat(other.names()).isEmpty();
        assertThat(other.load(layout, "mine:two").digest()).isEqualTo(image.digest());
        Files.writeString(index, Files.readString(index).replaceAll(",\"annotations\":\\{[^}]*}", ""));
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> other.load(layout))
                .withMessageContaining("no names");
    }

    // ---- forms of others

    @Test
    @DisplayName("are loaded as Docker wrote them long ago, with links to layers that it had written already")
    void old_docker() throws Exception {
        byte[] second = new RawArchive().file("etc/b", "b").end();
        byte[] config = Layout.config(Layout.DIFF_ID, Digest.of(second), Layout.DIFF_ID);
        Path archive = directory.resolve("archive");
        Files.write(
                archive,
                new RawArchive()
                        .directory("one/")
                        .file("one/VERSION", "1.0")
                        .file("one/layer.tar", new String(Layout.LAYER, ByteStrings.BYTES))
                        .file("two/layer.tar", new String(Layout.gzip(second), ByteStrings.BYTES))
                        .symbolicLink("three/layer.tar", "../one/layer.tar")
                        .file("config.json", new String(config, ByteStrings.BYTES))
                        .file("repositories", "{}")
                        .file("./manifest.json", """
                            [{"Config": "config.json", "RepoTags": ["old:1", "example.org/old"],
                              "Layers": ["one/layer.tar", "two/layer.tar", "three/layer.tar"]}]
                            """)
                        .end());
        assertThat(other.load(archive)).containsExactly("docker.io/library/old:1", "example.org/old:latest");
        Image image = other.image("old:1");
        assertThat(image.manifest().config().digest()).isEqualTo(Digest.of(config));
        assertThat(image.manifest().layers())
                .extracting(layer -> layer.mediaType())
                .containsExactly(MediaType.LAYER, MediaType.LAYER_GZIP, MediaType.LAYER);
        assertThat(image.root()).isNotNull();
        assertThat(other.check()).isEmpty();
    }

    @Test
    @DisplayName("may have layers by gzip, by Zstandard and without compression")
    void compressions() throws Exception {
        Path plain = Files.write(directory.resolve("plain"), Layout.LAYER);
        Command.run("zstd", "-q", plain.toString()).orFail();
        Layout layout = Layout.empty();
        layout.index(layout.image(
                        MediaType.CONFIG,
                        Layout.config(Layout.DIFF_ID, Layout.DIFF_ID, Layout.DIFF_ID),
                        layout.layer(MediaType.LAYER_GZIP),
                        layout.blob(MediaType.LAYER_ZSTD, Files.readAllBytes(directory.resolve("plain.zst"))),
                        layout.blob(MediaType.LAYER, Layout.LAYER)))
                .writeTo(directory.resolve("layout"));
        Image image = other.load(directory.resolve("layout"), "some:1");
        assertThat(image.root()).isNotNull();
        Path docker = directory.resolve("docker");
        other.save("some:1", docker, ImageFormat.DOCKER_ARCHIVE);
        assertThat(Command.run("tar", "tf", docker.toString()).orFail().lines()).hasSize(3);
        assertThat(mine.load(docker, "some:1").config()).isEqualTo(image.config());
    }

    // ---- platforms

    /** An index of an image for this machine and one for another. */
    private Digest index() throws IOException {
        Image here = images();
        return new Indexes(directory.resolve("mine"))
                .name("app:all", here, mine.image("app:1"), Platform.parse(OTHER_PLATFORM));
    }

    @Test
    @DisplayName("for several platforms keep their index, and the one for this machine is taken of it")
    void platforms() throws Exception {
        Digest index = index();
        Image here = mine.image("example.org/team/app:2");
        assertThat(mine.image("app:all")).isEqualTo(here);
        assertThat(mine.find("app:all")).contains(here);
        assertThat(mine.platforms("app:all")).containsExactly(Platform.parse(OTHER_PLATFORM), Platform.host());
        Image there = mine.image("app:all", Platform.parse(OTHER_PLATFORM));
        assertThat(there.config().platform()).isEqualTo(Platform.parse(OTHER_PLATFORM));
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> mine.image("app:all", Platform.parse("linux/mips")))
                .withMessageContaining(OTHER_PLATFORM);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> mine.image("app:1", Platform.parse("linux/mips")));

        for (ImageFormat format : List.of(ImageFormat.OCI_DIRECTORY, ImageFormat.OCI_ARCHIVE)) {
            Path saved = directory.resolve("saved" + format);
            mine.save("app:all", saved, format);
            assertThat(other.load(saved)).containsExactly("docker.io/library/app:all");
            assertThat(other.reflog("app:all").getFirst().target().digest()).isEqualTo(index);
            assertThat(other.image("app:all", Platform.parse(OTHER_PLATFORM)).digest())
                    .isEqualTo(there.digest());
            Image only = other.load(saved, "app:s390x", Platform.parse(OTHER_PLATFORM));
            assertThat(only.digest()).isEqualTo(there.digest());
            assertThat(other.reflog("app:s390x").getFirst().target()).isEqualTo(only.descriptor());
        }
        Path docker = directory.resolve("docker");
        mine.save("app:all", docker, ImageFormat.DOCKER_ARCHIVE);
        assertThat(other.load(docker, "app:here").config()).isEqualTo(here.config());
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> other.load(docker, "app:s390x", Platform.parse(OTHER_PLATFORM)));
    }

    @Test
    @DisplayName("of which an index has only some are loaded with it, as docker save leaves out other platforms")
    void partial() throws Exception {
        Digest index = index();
        Digest absent = mine.image("app:all", Platform.parse(OTHER_PLATFORM)).digest();
        Path layout = directory.resolve("layout");
        mine.save("app:all", layout, ImageFormat.OCI_DIRECTORY);
        Files.delete(layout.resolve("blobs/sha256/" + absent.hex()));
        assertThat(other.load(layout, "app:all").digest())
                .isEqualTo(mine.image("app:all").digest());
        assertThat(other.reflog("app:all").getFirst().target().digest()).isEqualTo(index);
        assertThat(other.platforms("app:all")).containsExactly(Platform.host());
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> other.load(layout, "app:x", Platform.parse(OTHER_PLATFORM)));
        Path again = directory.resolve("again");
        other.save("app:all", again, ImageFormat.OCI_ARCHIVE);
        assertThat(mine.load(again)).hasSize(1);
        other.collect();
        assertThat(other.check()).isEmpty();
    }

    @Test
    @DisplayName("stay whole when what nobody needs is collected, also those for other platforms")
    void collected() throws Exception {
        index();
        mine.untag("app:1");
        mine.untag("example.org/team/app:2");
        mine.close();
        mine = LayerStore.open(directory.resolve("mine"));
        mine.collect();
        assertThat(mine.platforms("app:all")).hasSize(2);
        assertThat(mine.check()).isEmpty();
        mine.save("app:all", directory.resolve("saved"), ImageFormat.OCI_ARCHIVE);
    }

    // ---- progress

    @Test
    @DisplayName("tell a listener how far it is with them, from nothing to all")
    void progress() throws Exception {
        List<Progress> told = Collections.synchronizedList(new ArrayList<>());
        LayerStore quiet = mine;
        mine = quiet.withProgress(told::add);
        Image image = images();
        image.root();
        Path saved = save(ImageFormat.OCI_ARCHIVE);
        save(ImageFormat.DOCKER_ARCHIVE);
        LayerStore telling = other.withProgress(told::add);
        telling.load(saved);
        mine.check();
        mine.collect();
        assertThat(image).isEqualTo(quiet.image("example.org/team/app:2"));
        for (Activity activity : List.of(
                Activity.PACK, Activity.UNPACK, Activity.SAVE, Activity.LOAD, Activity.CHECK, Activity.COLLECT)) {
            List<Progress> of = told.stream()
                    .filter(progress -> progress.activity() == activity)
                    .toList();
            assertThat(of).as("%s", activity).isNotEmpty();
            assertThat(of.getFirst().done()).as("%s", activity).isZero();
            assertThat(of).as("%s", activity).anyMatch(Progress::isComplete);
            assertThat(of.stream().filter(Progress::isComplete))
                    .as("%s", activity)
                    .allMatch(progress -> progress.done() == progress.total().orElse(progress.done()));
            assertThat(of.stream().filter(progress -> progress.total().isPresent()))
                    .as("%s", activity)
                    .allMatch(progress -> progress.done() <= progress.total().getAsLong());
        }
        told.clear();
        quiet.check();
        assertThat(told).isEmpty();
    }

    @Test
    @DisplayName("are not taken if the listener throws")
    void cancelled() throws Exception {
        images();
        Path saved = save(ImageFormat.OCI_ARCHIVE);
        IllegalStateException enough = new IllegalStateException("enough");
        LayerStore telling = other.withProgress(progress -> {
            if (progress.isComplete()) {
                throw enough;
            }
        });
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> telling.load(saved))
                .isSameAs(enough);
        assertThat(other.names()).isEmpty();
        assertThat(directory.resolve("other/tmp")).isEmptyDirectory();
    }
}
