package io.lxc4j.layers.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.ImageFormat;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.store.Ancestors;
import io.lxc4j.layers.tar.RawArchive;
import io.lxc4j.testing.Command;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A hostile archive or layout of images")
@Timeout(120)
class ArchiveAttackIT {
    private static final String INDEX = "index.json";

    @TempDir
    Path directory;

    private LayerStore store;
    private Path outside;
    private Path input;

    @BeforeEach
    void open() throws IOException {
        store = LayerStore.open(directory.resolve("store"));
        outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        input = directory.resolve("input");
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        try (Stream<Path> files = Files.list(outside)) {
            assertThat(files).containsExactly(outside.resolve("secret"));
        }
        assertThat(outside.resolve("secret")).hasContent("secret");
    }

    private void assertRefused(String... message) throws IOException {
        assertThat(catchThrowable(() -> store.load(input)))
                .isInstanceOf(ContainerException.class)
                .hasMessageContainingAll(message)
                .satisfies(e -> assertThat(e.getMessage()).matches("\\P{Cntrl}*"));
        assertThat(store.names()).isEmpty();
        assertThat(directory.resolve("store/tmp")).isEmptyDirectory();
        store.collect();
        assertThat(directory.resolve("store/blobs/sha256")).isEmptyDirectory();
        assertThat(store.check()).isEmpty();
    }

    // ---- what is wrong with documents and blobs, in directories as in archives

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] changed(byte[] bytes) {
        byte[] changed = bytes.clone();
        changed[bytes.length - 1] ^= 1;
        return changed;
    }

    private static Arguments layout(String what, String message, Consumer<Layout> damage) {
        Layout layout = Layout.right();
        damage.accept(layout);
        return Arguments.of(what, layout, message);
    }

    private static Arguments layout(String what, String message, Layout layout) {
        return Arguments.of(what, layout, message);
    }

    private static String layer() {
        return Layout.path(Descriptor.of(MediaType.LAYER_GZIP, Layout.gzip(Layout.LAYER)));
    }

    private static String config() {
        return Layout.path(Descriptor.of(MediaType.CONFIG, Layout.config(Layout.DIFF_ID)));
    }

    private static Descriptor sized(Descriptor entry, long size) {
        return new Descriptor(entry.mediaType(), entry.digest(), size);
    }

    static Stream<Arguments> layouts() {
        List<Arguments> all = new ArrayList<>();
        all.add(layout("a changed layer", "digest", l -> l.files.compute(layer(), (_, b) -> changed(b))));
        all.add(layout("a changed configuration", "digest", l -> l.files.compute(config(), (_, b) -> changed(b))));
        all.add(layout(
                "a longer layer", "bytes", l -> l.files.compute(layer(), (_, b) -> Arrays.copyOf(b, b.length + 1))));
        all.add(layout(
                "a shorter layer", "bytes", l -> l.files.compute(layer(), (_, b) -> Arrays.copyOf(b, b.length - 1))));
        all.add(layout("an empty layer", "bytes", l -> l.put(layer(), new byte[0])));
        all.add(layout("no layer", "which a manifest lists", l -> l.remove(layer())));
        all.add(layout("no configuration", "which a manifest lists", l -> l.remove(config())));
        all.add(layout("no index", "no index.json", l -> l.remove(INDEX)));
        all.add(layout("no mark", "neither oci-layout nor manifest.json", l -> l.remove("oci-layout")));
        all.add(layout("another version", "1.0.0", l -> l.put("oci-layout", "{\"imageLayoutVersion\":\"2.0.0\"}")));
        all.add(layout("a mark without a version", "1.0.0", l -> l.put("oci-layout", "{}")));
        all.add(layout("a mark that is no JSON", "oci-layout", l -> l.put("oci-layout", "\u0000")));
        all.add(layout("an endless mark", "oci-layout", l -> l.put("oci-layout", " ".repeat(5 << 20))));
        all.add(layout("an index that is none", "array", l -> l.put(INDEX, "{\"schemaVersion\":2,\"manifests\":{}}")));
        all.add(layout("a giant index", "at most 4194304", l -> l.put(INDEX, " ".repeat((4 << 20) + 1))));
        all.add(layout("an index that nests deep", "index", l -> l.put(INDEX, "[".repeat(100_000))));
        all.add(layout(
                "an index with two lists",
                "manifests",
                l -> l.put(INDEX, "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}")));
        all.add(layout(
                "an index that is a manifest, too",
                "layers",
                l -> l.put(INDEX, "{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}")));

        Layout some = Layout.empty();
        Descriptor image = some.image(some.layer(MediaType.LAYER_GZIP));
        all.add(layout("a manifest of another size", "bytes", Layout.right().index(sized(image, image.size() + 1))));
        all.add(layout(
                "a manifest that is missing",
                "which its index lists",
                Layout.right().remove(Layout.path(image))));
        Layout changed = Layout.right();
        changed.files.compute(Layout.path(image), (_, bytes) -> changed(bytes));
        all.add(layout("a changed manifest", "digest", changed));
        all.add(layout(
                "a manifest said to be an index",
                "index",
                Layout.right().index(new Descriptor(MediaType.INDEX, image.digest(), image.size()))));
        all.add(layout(
                "a manifest said to be Docker's",
                "mediaType",
                Layout.right().index(new Descriptor(MediaType.DOCKER_MANIFEST, image.digest(), image.size()))));
        all.add(layout("a size of the longest number", "bytes", Layout.right().index(sized(image, Long.MAX_VALUE))));
        Layout negative = Layout.right();
        negative.edit(INDEX, text -> text.replace("\"size\":", "\"size\":-"));
        all.add(layout("a negative size", "size", negative));

        Layout lying = Layout.empty();
        Descriptor layer = lying.layer(MediaType.LAYER_GZIP);
        all.add(layout("a layer of a lying size", "bytes", lying.index(lying.image(sized(layer, layer.size() + 1)))));
        Layout twice = Layout.empty();
        all.add(layout(
                "one layer with two sizes",
                "is said to have",
                twice.index(twice.image(
                        MediaType.CONFIG,
                        Layout.config(Layout.DIFF_ID, Layout.DIFF_ID),
                        twice.layer(MediaType.LAYER_GZIP),
                        sized(layer, 7)))));
        for (var type : List.of(
                List.of("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "foreign"),
                List.of("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "foreign"),
                List.of("application/vnd.oci.image.layer.v1.tar+gzip+encrypted", "can't be unpacked"),
                List.of("application/octet-stream", "can't be unpacked"),
                List.of(MediaType.CONFIG.name(), "can't be unpacked"))) {
            Layout odd = Layout.empty();
            all.add(layout(
                    "a layer of the type " + type.getFirst(),
                    type.getLast(),
                    odd.index(odd.image(odd.layer(new MediaType(type.getFirst()))))));
        }
        Layout artifact = Layout.empty();
        all.add(layout(
                "an artifact",
                "artifact",
                artifact.index(artifact.image(
                        new MediaType("application/vnd.example+json"),
                        Layout.config(Layout.DIFF_ID),
                        artifact.layer(MediaType.LAYER_GZIP)))));
        Layout fewer = Layout.empty();
        all.add(layout(
                "a configuration with fewer layers",
                "layers",
                fewer.index(fewer.image(MediaType.CONFIG, Layout.config(), fewer.layer(MediaType.LAYER_GZIP)))));
        Layout noConfig = Layout.empty();
        all.add(layout(
                "a configuration that is none",
                "configuration",
                noConfig.index(noConfig.image(MediaType.CONFIG, bytes("{}"), noConfig.layer(MediaType.LAYER_GZIP)))));

        Layout deep = Layout.empty();
        Descriptor index = deep.indexBlob(deep.image(deep.layer(MediaType.LAYER_GZIP)));
        for (int i = 0; i < 10; i++) {
            index = deep.indexBlob(index);
        }
        all.add(layout("an index of indexes of indexes", "deep", deep.index(index)));
        Layout wide = Layout.empty();
        Descriptor[] many = new Descriptor[1001];
        for (int i = 0; i < many.length; i++) {
            many[i] = wide.image(
                    MediaType.CONFIG,
                    bytes(new String(Layout.config(Layout.DIFF_ID), StandardCharsets.UTF_8) + " ".repeat(i)),
                    wide.layer(MediaType.LAYER_GZIP));
        }
        all.add(layout("an index of a thousand images", "1000 documents", wide.index(wide.indexBlob(many))));
        Layout nothing = Layout.empty();
        all.add(layout("an index of nothing", "no image", nothing.index(nothing.indexBlob())));
        Layout unknown = Layout.empty();
        all.add(layout(
                "an index with what is no image",
                "unknown type",
                unknown.index(unknown.indexBlob(
                        unknown.image(unknown.layer(MediaType.LAYER_GZIP)), unknown.layer(MediaType.LAYER_GZIP)))));
        Layout foreign = Layout.empty();
        all.add(layout(
                "an index with an image that has a foreign layer",
                "foreign",
                foreign.index(foreign.indexBlob(
                        foreign.image(foreign.layer(MediaType.LAYER_GZIP)),
                        foreign.image(foreign.layer(
                                new MediaType("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")))))));
        for (String name : List.of(
                "../../etc/passwd", "upper/CASE", "a b", "a\\nb", "-rf", "x".repeat(1000), "a:b:c", "a@sha256:1")) {
            Layout named = Layout.right();
            named.edit(INDEX, text -> text.replace("example.org/a:1", name));
            all.add(layout("the name " + name.substring(0, Math.min(20, name.length())), "", named));
        }
        Layout same = Layout.empty();
        all.add(layout(
                "two images of one name",
                "two images",
                same.index(
                        same.image(same.layer(MediaType.LAYER_GZIP)), same.image(MediaType.CONFIG, Layout.config()))));
        return all.stream();
    }

    @Test
    @DisplayName("would be taken if nothing were wrong with it")
    void nothing_wrong() throws Exception {
        Layout.right().writeTo(input);
        assertThat(store.load(input)).containsExactly("example.org/a:1");
        store.untag("example.org/a:1");
        Files.write(directory.resolve("tar"), Layout.right().archive().end());
        assertThat(store.load(directory.resolve("tar"))).containsExactly("example.org/a:1");
        Files.write(
                directory.resolve("docker"),
                docker("[{" + DOCKER + "}]").archive().end());
        assertThat(store.load(directory.resolve("docker"))).containsExactly("docker.io/library/a:1");
        store.image("a:1").root();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    @DisplayName("is refused as a directory with")
    void in_a_directory(String what, Layout layout, String message) throws Exception {
        layout.writeTo(input);
        assertRefused(message, "loading images of " + input);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("layouts")
    @DisplayName("is refused as an archive with")
    void in_an_archive(String what, Layout layout, String message) throws Exception {
        Files.write(input, layout.archive().end());
        assertRefused(message, "loading images of " + input);
    }

    // ---- directories

    private Path blob() throws IOException {
        return Layout.right().writeTo(input).resolve(layer());
    }

    static Stream<String> places() {
        return Stream.of("oci-layout", INDEX, "blobs", "blobs/sha256", layer(), config());
    }

    @ParameterizedTest
    @MethodSource("places")
    @DisplayName("gets no file read that a link in it leads to, even if it is the right one")
    void links_in_a_directory(String place) throws Exception {
        Layout.right().writeTo(input);
        Path moved = directory.resolve("moved");
        Files.move(input.resolve(place), moved);
        Files.createSymbolicLink(input.resolve(place), moved);
        assertRefused("symbolic link");
    }

    @ParameterizedTest
    @MethodSource("places")
    @DisplayName("holds nobody up by a pipe")
    void pipes_in_a_directory(String place) throws Exception {
        Layout.right().writeTo(input);
        Command.run("sh", "-euc", "rm -r $0; mkfifo $0", input.resolve(place).toString())
                .orFail();
        assertRefused("");
    }

    @Test
    @DisplayName("that is a directory where a blob should be is refused")
    void directory_for_a_blob() throws Exception {
        Path blob = blob();
        Files.delete(blob);
        Files.createDirectory(blob);
        assertRefused("no regular file");
    }

    @Test
    @DisplayName("that is a pipe itself is refused")
    void pipe() throws Exception {
        Command.run("mkfifo", input.toString()).orFail();
        assertRefused("regular file");
    }

    static Stream<String> targets() {
        return Stream.of("oci-layout", INDEX, "blobs", "blobs/sha256", layer());
    }

    @ParameterizedTest
    @MethodSource("targets")
    @DisplayName("gets nothing written where a link in it leads to")
    void saving_into_links(String place) throws Exception {
        Layout.right().writeTo(input);
        store.load(input);
        Path layout = directory.resolve("layout");
        Layout.empty().put(INDEX, "{\"schemaVersion\":2,\"manifests\":[]}").writeTo(layout);
        Path link = layout.resolve(place);
        Files.createDirectories(link.getParent());
        Files.deleteIfExists(link);
        Files.createSymbolicLink(
                link, place.startsWith("blobs") && !place.contains("sha256/") ? outside : outside.resolve("secret"));
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> store.save("example.org/a:1", layout, ImageFormat.OCI_DIRECTORY));
        assertThat(link).isSymbolicLink();
    }

    // ---- archives

    private static Arguments archive(String what, String message, RawArchive archive) {
        return Arguments.of(what, archive.end(), message);
    }

    static Stream<Arguments> archives() {
        String blob = layer();
        List<Arguments> all = new ArrayList<>();
        for (String name : List.of("../x", "/etc/x", "blobs/../../x", "./../x", "..")) {
            all.add(archive(
                    "the name " + name, "leads out", Layout.right().archive().file(name, "x")));
            all.add(archive(
                    "the directory " + name,
                    "leads out",
                    Layout.right().archive().directory(name)));
        }
        for (String name : List.of(INDEX, "./" + INDEX, "x/../" + INDEX, "oci-layout", blob)) {
            all.add(archive(
                    "one more " + name, "twice", Layout.right().archive().file(name, "{}")));
            all.add(archive(
                    "a link as one more " + name,
                    "twice",
                    Layout.right().archive().symbolicLink(name, "x")));
        }
        for (String target : List.of("/etc/passwd", "../../../etc/passwd", "/proc/self/environ")) {
            all.add(archive(
                    "a layer that is a link to " + target,
                    "leads out",
                    Layout.right().remove(blob).archive().symbolicLink(blob, target)));
            all.add(archive(
                    "a layer that is one with " + target,
                    "",
                    Layout.right().remove(blob).archive().hardLink(blob, target)));
        }
        all.add(archive(
                "a layer that is a link to itself",
                "link over",
                Layout.right().remove(blob).archive().symbolicLink(blob, blob.substring(blob.lastIndexOf('/') + 1))));
        RawArchive chain = Layout.right().remove(blob).archive().symbolicLink(blob, "0");
        for (int i = 0; i < 20; i++) {
            chain.symbolicLink("blobs/sha256/" + i, Integer.toString(i + 1));
        }
        all.add(archive("a layer behind twenty links", "link over", chain));
        all.add(archive(
                "a layer that is a link to nothing",
                "which a manifest lists",
                Layout.right().remove(blob).archive().symbolicLink(blob, "nothing")));
        all.add(archive(
                "a layer that is a device",
                "device",
                Layout.right().remove(blob).archive().add(new RawArchive.Header('3', blob).device(1, 5))));
        all.add(archive("a pipe", "pipe", Layout.right().archive().add(new RawArchive.Header('6', "pipe"))));
        all.add(archive(
                "a sparse file",
                "sparse",
                Layout.right()
                        .archive()
                        .pax("GNU.sparse.map=0,1", "GNU.sparse.size=1000000000000")
                        .file("x", "x")));
        all.add(archive(
                "a name of 2000 letters",
                "2000 bytes",
                Layout.right().archive().pax("path=" + "x".repeat(2000)).file("x", "x")));
        all.add(archive(
                "no checksum",
                "",
                Layout.right()
                        .archive()
                        .add(new RawArchive.Header('0', "x").withoutChecksum().size(1), new byte[512])));
        all.add(archive(
                "a file of 8 EiB",
                "",
                Layout.right().archive().pax("size=9223372036854775000").file("x", "x")));
        all.add(Arguments.of(
                "no end of a file",
                Layout.right().archive().file("x", "y".repeat(2000)).cutOff(1024),
                "cut off"));
        all.add(Arguments.of("nothing in it", new byte[0], "neither"));
        all.add(Arguments.of("what is no archive", bytes("#!/bin/sh\n".repeat(1000)), ""));
        all.add(Arguments.of("what is compressed, and no archive", Layout.gzip(bytes("x".repeat(5000))), ""));
        byte[] cut = Layout.gzip(Layout.right().archive().end());
        all.add(Arguments.of("what is compressed, and cut off", Arrays.copyOf(cut, cut.length / 2), ""));
        return all.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("archives")
    @DisplayName("is refused as an archive that has")
    void archives(String what, byte[] archive, String message) throws Exception {
        Files.write(input, archive);
        assertRefused(message);
    }

    @Test
    @DisplayName("is not kept in memory, however many entries it has")
    void entries() throws Exception {
        try (OutputStream archive = new BufferedOutputStream(Files.newOutputStream(input))) {
            for (int i = 0; i <= 100_000; i++) {
                archive.write(new RawArchive().file("f" + i, "").cutOff(0));
            }
        }
        assertRefused("100000 entries");
    }

    @Test
    @DisplayName("that is a bomb of zeros fills no disk")
    void bomb() throws Exception {
        Command.run("sh", "-euc", "head -c 3000000000 /dev/zero | zstd -q > $0", input.toString())
                .orFail();
        assertThat(Files.size(input)).isLessThan(1_000_000);
        assertRefused("no honest one");
    }

    // ---- Docker's archives

    private static final String CONFIG =
            Digest.of(Layout.config(Layout.DIFF_ID)).hex() + ".json";
    private static final String DOCKER =
            "\"Config\":\"" + CONFIG + "\",\"RepoTags\":[\"a:1\"],\"Layers\":[\"l/layer.tar\"]";

    private static Layout docker(String list) {
        return new Layout()
                .put("manifest.json", list)
                .put(CONFIG, Layout.config(Layout.DIFF_ID))
                .put("l/layer.tar", Layout.LAYER);
    }

    private static Arguments docker(String what, String message, Layout layout) {
        return Arguments.of(what, layout, message);
    }

    private static Layout dockerReplacing(String what, String by) {
        return docker("[{" + DOCKER.replace(what, by) + "}]");
    }

    static Stream<Arguments> dockers() {
        Layout plain = docker("[{" + DOCKER + "}]");
        return Stream.of(
                docker("a list that is none", "array", docker("{}")),
                docker("an image that is none", "object", docker("[1]")),
                docker("an image without configuration", "no Config", docker("[{}]")),
                docker("an image without layers", "no Layers", docker("[{\"Config\":\"x\"}]")),
                docker("a list of nothing", "no names", docker("[]")),
                docker(
                        "a list of 2000 images",
                        "1000",
                        docker("[" + ("{" + DOCKER + "},").repeat(1999) + "{" + DOCKER + "}]")),
                docker("two configurations", "Config", docker("[{" + DOCKER + "," + DOCKER + "}]")),
                docker(
                        "one name twice",
                        "two images",
                        docker("[{" + DOCKER + "},{" + DOCKER.replace(CONFIG, "./" + CONFIG) + "}]")),
                docker("a configuration outside", "leads out", dockerReplacing(CONFIG, "../../etc/passwd")),
                docker("a configuration at an absolute path", "leads out", dockerReplacing(CONFIG, "/etc/passwd")),
                docker("a layer outside", "leads out", dockerReplacing("l/layer.tar", "../../../../etc/passwd")),
                docker("a layer at an absolute path", "leads out", dockerReplacing("l/layer.tar", "/etc/passwd")),
                docker("a layer that is missing", "no layer", dockerReplacing("l/layer.tar", "m/layer.tar")),
                docker("a name that is none", "", dockerReplacing("a:1", "../A b")),
                docker("a name that ends a line", "", dockerReplacing("a:1", "a:1\\n\\u001b[2J")),
                docker(
                        "a layer too many",
                        "2 layers",
                        dockerReplacing("\"l/layer.tar\"", "\"l/layer.tar\",\"l/layer.tar\"")),
                docker(
                        "a changed configuration",
                        "digest",
                        docker("[{" + DOCKER + "}]").put(CONFIG, changed(Layout.config(Layout.DIFF_ID)))),
                docker(
                        "a giant configuration",
                        "at most",
                        docker("[{" + DOCKER + "}]").put(CONFIG, " ".repeat(5 << 20))),
                docker(
                        "a changed layer",
                        "digest",
                        docker("[{" + DOCKER + "}]").put("l/layer.tar", changed(Layout.LAYER))),
                docker(
                        "another layer, compressed",
                        "not the one",
                        docker("[{" + DOCKER + "}]").put("l/layer.tar", Layout.gzip(changed(Layout.LAYER)))),
                docker(
                        "no configuration of a name that says no digest",
                        "configuration",
                        dockerReplacing(CONFIG, "c").put("c", "{}")),
                docker("a giant list", "at most", plain.put("manifest.json", " ".repeat(5 << 20))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("dockers")
    @DisplayName("is refused in Docker's form with")
    void docker_archives(String what, Layout layout, String message) throws Exception {
        Files.write(input, layout.archive().end());
        assertRefused(message);
    }

    @Test
    @DisplayName("in Docker's form with two lists is refused")
    void two_lists() throws Exception {
        Files.write(
                input,
                docker("[{" + DOCKER + "}]")
                        .archive()
                        .file("manifest.json", "[]")
                        .end());
        assertRefused("twice");
    }

    // ---- what shows later

    @Test
    @DisplayName("whose layer is not what the configuration says is not run")
    void another_layer() throws Exception {
        Layout layout = Layout.empty();
        byte[] other = new RawArchive().file("etc/a", "b").end();
        layout.index(layout.image(layout.blob(MediaType.LAYER_GZIP, Layout.gzip(other))))
                .writeTo(input);
        store.load(input);
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> store.image("example.org/a:1").root())
                .withMessageContaining("another digest");
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> store.save("example.org/a:1", directory.resolve("d"), ImageFormat.DOCKER_ARCHIVE));
        assertThat(directory.resolve("d")).doesNotExist();
    }

    @Test
    @DisplayName("whose index takes a blob of the store for an image does not keep the store from collecting")
    void confused_index() throws Exception {
        Layout.right().writeTo(input);
        store.load(input);
        Layout layout = Layout.empty();
        Descriptor layer = Layout.right().blob(MediaType.LAYER_GZIP, Layout.gzip(Layout.LAYER));
        Descriptor confused = new Descriptor(MediaType.MANIFEST, layer.digest(), layer.size());
        Descriptor index = layout.indexBlob(
                layout.image(layout.layer(MediaType.LAYER_GZIP)).withPlatform(Platform.parse("linux/mips")),
                confused.withPlatform(Platform.host()));
        layout.remove(Layout.path(layer));
        layout.index(index);
        Path second = layout.writeTo(directory.resolve("second"));
        store.load(second);
        assertThatExceptionOfType(InvalidSpecificationException.class).isThrownBy(() -> store.image("example.org/a:1"));
        assertThat(store.platforms("example.org/a:1")).containsExactly(Platform.parse("linux/mips"));
        store.untag("example.org/a:1");
        store.load(second);
        store.close();
        store = LayerStore.open(directory.resolve("store"));
        store.collect();
        assertThat(store.check()).isEmpty();
    }

    @Test
    @DisplayName("that takes the manifest of another image for a layer does not have that one collected")
    void manifest_as_layer() throws Exception {
        Descriptor victim = Layout.empty().image(Layout.empty().layer(MediaType.LAYER_GZIP));
        Layout.right().writeTo(input);
        store.load(input);
        Layout layout = Layout.empty();
        Descriptor hostile = layout.image(new Descriptor(MediaType.LAYER_GZIP, victim.digest(), victim.size()));
        layout.index(hostile);
        for (String name : List.of("a.example/first:1", "z.example/last:1")) {
            layout.edit(INDEX, text -> text.replaceAll("[a-z.]+/[a-z]+:1", name));
            store.load(layout.writeTo(directory.resolve("hostile")));
        }
        store.close();
        store = LayerStore.open(directory.resolve("store"));
        store.collect();
        assertThat(store.check()).isEmpty();
        assertThat(store.image("example.org/a:1").root()).isNotNull();
    }

    @Test
    @DisplayName("that takes a large layer for what it was made from, or for an image, does not keep the store from"
            + " collecting")
    void large_layer_as_manifest() throws Exception {
        byte[] random = new byte[5 << 20];
        new Random(1).nextBytes(random);
        byte[] archive = new RawArchive()
                .file("etc/a", new String(random, StandardCharsets.ISO_8859_1))
                .end();
        Layout layout = Layout.empty();
        Descriptor layer = layout.blob(MediaType.LAYER_GZIP, Layout.gzip(archive));
        Descriptor config = layout.blob(MediaType.CONFIG, Layout.config(Digest.of(archive)));
        Manifest manifest = new Manifest(
                MediaType.MANIFEST,
                config,
                List.of(layer),
                Map.of(Ancestors.BASE, layer.digest().toString()));
        layout.index(layout.blob(MediaType.MANIFEST, manifest.toBytes())).writeTo(input);
        store.load(input);
        store.collect();
        Image image = store.image("example.org/a:1");
        assertThat(store.versions().log(image)).hasSize(1);

        Layout second = Layout.empty();
        second.index(second.indexBlob(
                second.image(second.layer(MediaType.LAYER_GZIP)).withPlatform(Platform.parse("linux/mips")),
                new Descriptor(MediaType.MANIFEST, layer.digest(), layer.size()).withPlatform(Platform.host())));
        second.edit(INDEX, text -> text.replace("example.org/a:1", "example.org/b:1"));
        store.load(second.writeTo(directory.resolve("second")));
        store.collect();
        assertThat(store.check()).isEmpty();
        assertThat(image.root()).isNotNull();
    }
}
