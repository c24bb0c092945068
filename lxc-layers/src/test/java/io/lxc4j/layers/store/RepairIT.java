package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.StoreProblem;
import io.lxc4j.layers.StoreProblem.Kind;
import io.lxc4j.layers.StoreProblem.Outcome;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A damaged store")
class RepairIT {
    private static final String NAME = "docker.io/library/app:1";

    @TempDir
    Path directory;

    private Path place;
    private LayerStore store;

    @BeforeEach
    void open() {
        place = directory.resolve("store");
        store = LayerStore.open(place);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void reopen() {
        store.close();
        store = LayerStore.open(place);
    }

    private Image image(String... content) throws IOException {
        Path tree = Files.createDirectories(directory.resolve("tree/etc")).getParent();
        Command.run(
                        "sh",
                        "-euc",
                        "cd $0; umask 022; echo a > etc/a; echo b > etc/b; ln -f etc/a etc/c; ln -sf a etc/d; mkdir -p"
                            + " deep/er; echo \"$1\" > deep/er/x; touch -d '2001-02-03 04:05:06.789' etc/a deep/er/x",
                        tree.toString(),
                        String.join("", content))
                .orFail();
        return store.importTree(tree, NAME);
    }

    private Path files() throws IOException {
        return place.resolve("layers").resolve(only(place.resolve("layers"))).resolve("f");
    }

    private static Path only(Path directory) throws IOException {
        try (var names = Files.list(directory)) {
            List<Path> all = names.toList();
            assertThat(all).hasSize(1);
            return all.getFirst();
        }
    }

    private Path blob(Digest digest) {
        return place.resolve("blobs/sha256/" + digest.hex());
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private void assertProblem(List<StoreProblem> problems, Kind kind, String where, Outcome outcome) {
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo(kind);
            assertThat(problem.where()).isEqualTo(where);
            assertThat(problem.outcome()).isEqualTo(outcome);
        });
    }

    // ---- unpacked layers

    @ParameterizedTest
    @ValueSource(
            strings = {
                "printf B > etc/b; touch -d @$(stat -c %Y deep) etc/b",
                "m=$(stat -c %y etc/b); printf B | dd of=etc/b conv=notrunc status=none; touch -d \"$m\" etc/b",
                "chmod 4755 etc/b",
                "m=$(stat -c %y etc); rm etc/b; touch -d \"$m\" etc",
                "m=$(stat -c %y etc); : > etc/new; touch -d \"$m\" etc",
                "touch deep",
                "setfattr -n user.x -v y deep/er/x",
                "setfattr -n user.overlay.opaque -v y deep/er",
                "m=$(stat -c %y etc); n=$(stat -c %y etc/a); rm etc/c; cp etc/a etc/c; touch -d \"$n\" etc/c; touch -d"
                        + " \"$m\" etc",
                "m=$(stat -c %y etc); n=$(stat -c %y etc/d); rm etc/d; ln -s b etc/d; touch -hd \"$n\" etc/d; touch -d"
                        + " \"$m\" etc",
                "rm -r deep etc"
            })
    @DisplayName("has the files of a layer as its archive says, whatever happened to them")
    void damaged_layer(String script) throws Exception {
        Image image = image();
        image.root();
        assertThat(store.check()).isEmpty();
        Path before = files();
        Command.run("sh", "-euc", "cd $0; " + script, before.toString()).orFail();
        String where = "layers/" + before.getParent().getFileName();
        assertProblem(store.check(), Kind.DAMAGED_LAYER, where, Outcome.NOTHING);
        reopen(); // nobody holds it
        assertProblem(store.repair(), Kind.DAMAGED_LAYER, where, Outcome.RESTORED);
        assertThat(store.check()).isEmpty();
        assertThat(files()).as("the only one").isNotEqualTo(before);
        assertThat(files().resolve("etc/b")).hasContent("b");
        assertThat(store.repair()).isEmpty();
    }

    @Test
    @DisplayName("leaves a damaged layer to those who use it, also through a collection")
    void in_use() throws Exception {
        Image image = image();
        image.root();
        Path before = files();
        Files.writeString(before.resolve("etc/b"), "changed");
        try (LayerStore another = LayerStore.open(place)) {
            assertThat(another.repair()).singleElement().extracting("outcome").isEqualTo(Outcome.RESTORED);
            assertThat(another.collect()).isZero();
            assertThat(before.resolve("etc/b")).hasContent("changed");
        }
        assertThat(image.root().toString()).doesNotContain(before.toString());
        assertThat(place.resolve("layers").toFile().list()).hasSize(2);
        reopen();
        store.image(NAME).root();
        assertThat(store.collect()).isEqualTo(1);
        assertThat(before).doesNotExist();
        assertThat(files().resolve("etc/b")).hasContent("b");
    }

    @Test
    @DisplayName("unpacks again what is gone")
    void missing_layer() throws Exception {
        image().root();
        Path layer = only(place.resolve("layers"));
        Command.run("mv", layer.toString(), directory.resolve("away").toString())
                .orFail();
        String where = "keys/" + only(place.resolve("keys")).getFileName();
        assertProblem(store.check(), Kind.MISSING_LAYER, where, Outcome.NOTHING);
        assertProblem(store.repair(), Kind.MISSING_LAYER, where, Outcome.RESTORED);
        assertThat(files().resolve("etc/b")).hasContent("b");
        assertThat(store.check()).isEmpty();
    }

    @Test
    @DisplayName("finds damage above a layer that is not unpacked, too")
    void above_nothing() throws Exception {
        Image image = image();
        Path upper = Files.createDirectories(directory.resolve("upper"));
        Files.writeString(upper.resolve("new"), "new");
        Image above = store.commit(image, upper, "", NAME);
        above.root();
        Path lower = place.resolve("keys/" + image.config().diffIds().getFirst().hex());
        Path layer = place.resolve("keys/" + above.config().diffIds().getLast().hex());
        Files.delete(lower);
        Files.writeString(layer.resolve("f/new"), "bad");
        assertThat(store.repair()).extracting("kind").containsExactly(Kind.DAMAGED_LAYER);
        assertThat(layer.resolve("f/new")).hasContent("new");
    }

    // ---- blobs

    enum Part {
        LAYER,
        CONFIG,
        MANIFEST;

        Digest of(Image image) {
            return switch (this) {
                case LAYER -> image.manifest().layers().getFirst().digest();
                case CONFIG -> image.manifest().config().digest();
                case MANIFEST -> image.digest();
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Part.class)
    @DisplayName("loses a damaged blob, says which name lacks it, and takes it in again")
    void damaged_blob(Part part) throws Exception {
        Image image = image();
        Path blob = blob(part.of(image));
        byte[] right = Files.readAllBytes(blob);
        damage(blob);
        List<StoreProblem> seen = store.check();
        assertThat(seen).extracting("kind").containsExactly(Kind.DAMAGED_BLOB, Kind.INCOMPLETE_IMAGE);
        assertThat(blob).exists();
        List<StoreProblem> done = store.repair();
        assertThat(done).extracting("outcome").containsExactly(Outcome.REMOVED, Outcome.LEFT);
        assertThat(done)
                .extracting("where")
                .containsExactly("blobs/sha256/" + part.of(image).hex(), NAME);
        assertThat(done.getLast().what()).contains(part.of(image).toString());
        assertThat(blob).doesNotExist();
        assertThat(store.names()).containsExactly(NAME);
        assertThat(store.check()).extracting("kind").containsExactly(Kind.INCOMPLETE_IMAGE);
        reopen();
        store.collect();
        Files.write(blob, right); // as a pull would
        if (part != Part.MANIFEST) { // whose parts nothing protected
            assertThat(store.check()).isEmpty();
        }
    }

    @Test
    @DisplayName("gets the archive of a layer that was packed here back from its files")
    void packed_again() throws Exception {
        Image image = image("x".repeat(100_000));
        Path upper = Files.createDirectories(directory.resolve("upper/etc"));
        Command.run(
                        "sh",
                        "-euc",
                        "cd $0; mknod a c 0 0; echo new > n; setfattr -n user.overlay.opaque -v y .",
                        upper.toString())
                .orFail();
        Image above = store.commit(image, upper.getParent(), "", NAME);
        above.root();
        for (var layer : above.manifest().layers()) {
            damage(blob(layer.digest()));
        }
        assertThat(store.repair())
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem.kind()).isEqualTo(Kind.DAMAGED_BLOB))
                .allSatisfy(problem -> assertThat(problem.outcome()).isEqualTo(Outcome.RESTORED));
        assertThat(store.check()).isEmpty();
        Files.delete(blob(above.manifest().layers().getLast().digest()));
        assertThat(store.check()).extracting("kind").containsExactly(Kind.INCOMPLETE_IMAGE);
        assertThat(store.repair()).isEmpty();
        assertThat(store.check()).isEmpty();
    }

    @Test
    @DisplayName("forgets former versions of which nothing is left, but never what a name stands for")
    void versions() throws Exception {
        Image first = image("first");
        Image second = image("second");
        Files.delete(blob(first.digest()));
        Files.delete(blob(second.digest()));
        List<StoreProblem> done = store.repair();
        assertThat(done).extracting("kind").containsOnly(Kind.INCOMPLETE_IMAGE);
        assertThat(done).extracting("outcome").containsExactly(Outcome.REMOVED, Outcome.LEFT);
        assertThat(store.reflog(NAME)).singleElement().extracting("target").isEqualTo(second.descriptor());
    }

    // ---- names and what does not belong there

    @Test
    @DisplayName("keeps of a damaged name what can be read")
    void damaged_name() throws Exception {
        Image first = image("first");
        image("second");
        Path file = only(place.resolve("refs"));
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.length() - 20));
        String where = "refs/" + file.getFileName();
        assertProblem(store.check(), Kind.DAMAGED_NAME, where, Outcome.NOTHING);
        assertProblem(store.repair(), Kind.DAMAGED_NAME, where, Outcome.RESTORED);
        assertThat(store.image(NAME)).isEqualTo(first);
        assertThat(store.check()).isEmpty();
        Files.write(file, new byte[100]);
        assertThatExceptionOfType(ContainerException.class)
                .as("what needs all names")
                .isThrownBy(store::collect)
                .withMessageContaining("repair");
        assertProblem(store.repair(), Kind.DAMAGED_NAME, where, Outcome.REMOVED);
        assertThat(store.names()).isEmpty();
    }

    @Test
    @DisplayName("gives no name to an image whose configuration does not fit")
    void no_fit() throws Exception {
        Image image = image();
        try (Store inner = new Store(place)) {
            Manifest twice = new Manifest(
                    MediaType.MANIFEST,
                    image.manifest().config(),
                    List.of(
                            image.manifest().layers().getFirst(),
                            image.manifest().layers().getFirst()),
                    Map.of());
            Descriptor wrong = inner.add(MediaType.MANIFEST, twice.toBytes());
            assertThatExceptionOfType(ContainerException.class)
                    .isThrownBy(() -> inner.name("docker.io/library/wrong:1", wrong, "test"))
                    .withMessageContaining("layers");
        }
        assertThat(store.names()).containsExactly(NAME);
        assertThat(store.collect()).isEqualTo(1);
    }

    @Test
    @DisplayName("leaves files that are not its own, and works beside them")
    void foreign() throws Exception {
        image().root();
        Files.writeString(place.resolve("blobs/sha256/README"), "x");
        Files.createDirectory(place.resolve("keys/x"));
        Files.createDirectory(place.resolve("refs/x"));
        assertThat(store.repair())
                .hasSize(3)
                .allSatisfy(problem -> assertThat(problem.outcome()).isEqualTo(Outcome.LEFT));
        store.collect();
        assertThat(place.resolve("blobs/sha256/README")).exists();
        assertThat(store.names()).containsExactly(NAME);
    }

    @Test
    @DisplayName("is free of locks and half-made things after a repair or a collection")
    void leftovers() throws Exception {
        image().root();
        Files.createDirectories(place.resolve("tmp/abc/d"));
        Files.createFile(place.resolve("tmp/abc.lock"));
        Files.createFile(place.resolve("leases/abc"));
        assertThat(place.resolve("locks").toFile().list()).hasSizeGreaterThan(2);
        store.collect();
        assertThat(place.resolve("tmp")).isEmptyDirectory();
        assertThat(place.resolve("locks").toFile().list()).containsExactlyInAnyOrder("collect", "refs");
        assertThat(place.resolve("leases").toFile().list()).hasSize(1);
    }

    @Test
    @DisplayName("tells in a line what was wrong")
    void rendered() {
        assertThat(Stream.of(Finding.Kind.values()).map(Enum::name).toList())
                .isEqualTo(Stream.of(Kind.values()).map(Enum::name).toList());
        assertThat(Stream.of(Finding.Outcome.values()).map(Enum::name).toList())
                .isEqualTo(Stream.of(Outcome.values()).map(Enum::name).toList());
        assertThat(new StoreProblem(Kind.DAMAGED_LAYER, "layers/01ab", "of x: etc/a is missing", Outcome.RESTORED))
                .hasToString("damaged layer layers/01ab: of x: etc/a is missing (restored)");
    }
}
