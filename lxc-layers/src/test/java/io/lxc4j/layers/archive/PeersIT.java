package io.lxc4j.layers.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.ImageFormat;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.files.Trees;
import io.lxc4j.layers.files.UnpackLimits;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.registry.DockerRegistry;
import io.lxc4j.layers.registry.RegistryClient;
import io.lxc4j.layers.store.Store;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Other programs")
@Timeout(300)
class PeersIT {
    private static final String ACL =
            "0x0200000001000600ffffffff02000600e803000004000400ffffffff10000600ffffffff20000400ffffffff";
    private static final String NAME = "example.org/odd:2";

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

    private Path make(String name) throws Exception {
        return Files.createDirectories(directory.resolve(name));
    }

    /** Two layers with all that a layer can hold; of root's the second one hides some of the first. */
    private Image image() throws Exception {
        Path tree = make("tree");
        Trees.makeOdd(tree);
        Image base = mine.importTree(tree, "example.org/odd:1");
        Path upper = make("upper");
        Trees.shell(upper, """
            mkdir -p d new; printf changed > file; setfattr -n user.text -v "a = b" file; printf new > new/file; ln new/file new/linked
            touch -d '2020-01-02 03:04:05.123456789 UTC' new/file new d; touch -hd '2020-01-02 03:04:05.5 UTC' .
            """);
        if (Trees.asRoot()) {
            Trees.shell(upper, """
                mknod random c 0 0; mknod d/linked c 0 0; mkdir empty; setfattr -n trusted.overlay.opaque -v y empty
                printf x > empty/x; setfattr -n security.capability -v 0x0100000280200000000000000000000000000000 empty/x
                setfattr -n system.posix_acl_access -v %s file; setfattr -n trusted.mine -v yes new; chown 1:2 new/file; touch -d '2020-01-02 03:04:05.123456789 UTC' d empty empty/x
                """.formatted(ACL));
        }
        return mine.commit(base, upper, "changes", NAME);
    }

    private static void run(String... command) {
        Command.run(command).orFail();
    }

    private static void skopeo(String... arguments) {
        List<String> command = new ArrayList<>(List.of("skopeo", "--insecure-policy"));
        command.addAll(List.of(arguments));
        Command.run(command).orFail();
    }

    private static void assertSame(Path one, Path another) {
        assertThat(Trees.list(one).lines())
                .containsExactlyElementsOf(Trees.list(another).lines().toList());
    }

    // ---- umoci

    /** What is seen of a store's image, as files of one directory. */
    private Path merged(LayerStore store, Image image) throws Exception {
        Path merged = make("merged" + store.directory().getFileName());
        try (Store inside = new Store(store.directory())) {
            String layers = inside.unpack(image.descriptor(), image.manifest(), UnpackLimits.USUAL).stream()
                    .map(layer -> inside.layersDirectory().resolve(layer).toString())
                    .collect(Collectors.joining(":", "", ":" + make("nothing")));
            run("unshare", "--mount", "bash", "-euc", """
                mount -t overlay overlay -o "ro,lowerdir=$0" /mnt; cp -a /mnt/. "$1"; umount /mnt
                find "$1" -type d -exec setfattr -x user.overlay.opaque {} \\; 2> /dev/null || :
                """, layers, merged.toString());
        }
        return merged;
    }

    private static void umoci(String... arguments) {
        List<String> command = new ArrayList<>(List.of("umoci"));
        command.addAll(List.of(arguments));
        Command.run(command).orFail();
    }

    private Path save() {
        Path layout = directory.resolve("layout");
        mine.save(NAME, layout, ImageFormat.OCI_DIRECTORY);
        return layout;
    }

    @Test
    @DisplayName("like umoci unpack an image of ours to the files that we show of it")
    void unpacked_by_umoci() throws Exception {
        Requirement.ROOT.assume();
        Requirement.UMOCI.assume();
        Image image = image();
        Path bundle = directory.resolve("bundle");
        umoci("unpack", "--image", save() + ":" + NAME, bundle.toString());
        assertSame(merged(mine, image), bundle.resolve("rootfs"));
        assertThat(bundle.resolve("rootfs/random")).doesNotExist();
        assertThat(bundle.resolve("rootfs/empty/x")).hasContent("x");
    }

    @Test
    @DisplayName("like umoci make layers, with whiteouts and opaque directories, that we show as they do")
    void made_by_umoci() throws Exception {
        Requirement.ROOT.assume();
        Requirement.UMOCI.assume();
        image();
        Path layout = save();
        Path bundle = directory.resolve("bundle");
        umoci("unpack", "--image", layout + ":" + NAME, bundle.toString());
        Trees.shell(bundle.resolve("rootfs"), """
            rm hole d/e/f/x; rm -r new; mkdir new; printf other > new/other; rm pipe; mkdir pipe; printf in > pipe/in
            printf more >> file; chmod 600 file; ln file again; setfattr -n user.text -v changed sparse; ln -s x soft
            mkdir -p deep/er; mknod deep/null c 1 3; touch -d '2021-01-01 UTC' deep/er deep 'with space'
            """);
        umoci("repack", "--image", layout + ":repacked", bundle.toString());
        Path inserted = make("inserted");
        Trees.shell(inserted, "printf inserted > file; chmod 640 file");
        umoci("insert", "--image", layout + ":repacked", "--opaque", inserted.toString(), "/d");
        umoci("insert", "--image", layout + ":repacked", "--whiteout", "/longlink");
        umoci("insert", "--image", layout + ":repacked", inserted.toString(), "/added/by");
        Path again = directory.resolve("again");
        umoci("unpack", "--image", layout + ":repacked", again.toString());

        Image loaded = other.load(layout, "example.org/odd:repacked");
        assertThat(loaded.manifest().layers()).hasSize(6);
        Path merged = merged(other, loaded);
        for (Path tree : List.of(merged, again.resolve("rootfs"))) {
            Trees.shell(tree, "touch -d '2020-01-01 UTC' added ."); // no layer says when they were changed
        }
        assertSame(merged, again.resolve("rootfs"));
        assertThat(again.resolve("rootfs/d/e")).doesNotExist();
        assertThat(again.resolve("rootfs/d/file")).hasContent("inserted");
        assertThat(other.check()).isEmpty();
    }

    @Test
    @DisplayName("like umoci make configurations and annotations that we keep")
    void configured_by_umoci() throws Exception {
        Requirement.UMOCI.assume();
        Path layout = directory.resolve("layout");
        umoci("init", "--layout", layout.toString());
        umoci("new", "--image", layout + ":new");
        Path inserted = make("inserted");
        Trees.shell(inserted, "printf inserted > file");
        umoci("insert", "--rootless", "--image", layout + ":new", inserted.toString(), "/etc");
        umoci(
                "config",
                "--image",
                layout + ":new",
                "--config.cmd",
                "/bin/sh",
                "--config.env",
                "A=b",
                "--config.user",
                "1000:1000",
                "--manifest.annotation",
                "org.example.a=b");
        Image loaded = other.load(layout, "example.org/new:new");
        assertThat(loaded.config().parameters().cmd()).containsExactly("/bin/sh");
        assertThat(loaded.config().parameters().user()).isEqualTo("1000:1000");
        assertThat(loaded.manifest().annotations()).containsEntry("org.example.a", "b");
        Path saved = directory.resolve("saved");
        other.save("example.org/new:new", saved, ImageFormat.OCI_DIRECTORY);
        assertThat(Command.run("umoci", "ls", "--layout", saved.toString()).orFail())
                .isEqualTo("example.org/new:new\n");
        umoci("stat", "--image", saved + ":example.org/new:new");
    }

    @Test
    @DisplayName("like umoci and debootstrap make a Debian system that has the same files here, and there again")
    void debian() throws Exception {
        Requirement.ROOT.assume();
        Requirement.UMOCI.assume();
        Requirement.DEBIAN.assume();
        Path tree = Requirement.debian();
        Image image = mine.importTree(tree, NAME);
        Path bundle = directory.resolve("bundle");
        umoci("unpack", "--image", save() + ":" + NAME, bundle.toString());
        assertSame(tree, bundle.resolve("rootfs"));
        assertSame(tree, merged(mine, image));

        Path layout = directory.resolve("theirs");
        umoci("init", "--layout", layout.toString());
        umoci("new", "--image", layout + ":debian");
        umoci("insert", "--image", layout + ":debian", tree.toString(), "/");
        Image loaded = other.load(layout, "example.org/odd:debian");
        Path theirs = directory.resolve("theirs-unpacked"); // with times of whole seconds
        umoci("unpack", "--image", layout + ":debian", theirs.toString());
        assertSame(merged(other, loaded), theirs.resolve("rootfs"));
        Path again = directory.resolve("again");
        other.save("example.org/odd:debian", again, ImageFormat.OCI_DIRECTORY);
        assertThat(digest("oci:" + again)).isEqualTo(digest("oci:" + layout)).isEqualTo(loaded.digest());
    }

    // ---- skopeo

    private static Digest digest(String image, String... options) {
        List<String> command = new ArrayList<>(List.of("skopeo", "inspect", "--format", "{{.Digest}}"));
        command.addAll(List.of(options));
        command.add(image);
        return Digest.parse(Command.run(command).orFail().strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"oci", "oci-archive"})
    @DisplayName("like skopeo copy what we save, and we load what they write: the digest stays")
    void skopeo_oci(String transport) throws Exception {
        Requirement.SKOPEO.assume();
        Image image = image();
        Path saved = directory.resolve("saved");
        mine.save(NAME, saved, transport.equals("oci") ? ImageFormat.OCI_DIRECTORY : ImageFormat.OCI_ARCHIVE);
        assertThat(digest(transport + ":" + saved)).isEqualTo(image.digest());
        Path copied = directory.resolve("copied");
        skopeo("copy", transport + ":" + saved + ":" + NAME, transport + ":" + copied + ":" + NAME);
        assertThat(other.load(copied)).containsExactly(NAME);
        assertThat(other.image(NAME).digest()).isEqualTo(image.digest());
        assertThat(other.check()).isEmpty();
        Path tagged = directory.resolve("tagged");
        skopeo("copy", transport + ":" + saved, transport + ":" + tagged + ":some-tag");
        assertThat(other.load(tagged, "example.org/odd:some-tag").digest()).isEqualTo(image.digest());
    }

    @Test
    @DisplayName("like skopeo copy Docker's archives of ours, and we load theirs: the ids stay")
    void skopeo_docker() throws Exception {
        Requirement.SKOPEO.assume();
        Image image = image();
        Path saved = directory.resolve("saved");
        mine.save(List.of(NAME, "example.org/odd:1"), saved, ImageFormat.DOCKER_ARCHIVE);
        Path copied = directory.resolve("copied");
        String archive = "docker-archive:" + saved + ":" + NAME;
        assertThat(Digest.of(Command.run("skopeo", "inspect", "--raw", "--config", archive)
                        .orFail()
                        .getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(image.manifest().config().digest());
        skopeo("copy", archive, "oci:" + copied + ":" + NAME); // which writes the configuration anew
        other.load(copied);
        assertThat(other.image(NAME).config()).isEqualTo(image.config());
        other.image(NAME).root(); // the layers are what the configuration says

        Path theirs = directory.resolve("theirs");
        mine.save(NAME, saved, ImageFormat.OCI_ARCHIVE);
        skopeo("copy", "oci-archive:" + saved + ":" + NAME, "docker-archive:" + theirs + ":example.org/theirs:1");
        assertThat(other.load(theirs)).containsExactly("example.org/theirs:1");
        Image loaded = other.image("example.org/theirs:1");
        assertThat(loaded.manifest().config().digest())
                .isEqualTo(image.manifest().config().digest());
        assertThat(loaded.manifest().layers())
                .extracting(layer -> layer.digest())
                .isEqualTo(image.config().diffIds());
        assertThat(loaded.root()).isNotNull();
    }

    @Test
    @DisplayName("like skopeo write Docker's documents into a layout, which stay Docker's")
    void skopeo_schema_2() throws Exception {
        Requirement.SKOPEO.assume();
        Image image = image();
        Path saved = directory.resolve("saved");
        mine.save(NAME, saved, ImageFormat.OCI_DIRECTORY);
        Path docker = directory.resolve("docker");
        skopeo("copy", "--format", "v2s2", "oci:" + saved + ":" + NAME, "dir:" + docker);
        assertThat(Files.readString(docker.resolve("manifest.json"))).contains(MediaType.DOCKER_MANIFEST.name());
        Digest digest = Digest.of(Files.readAllBytes(docker.resolve("manifest.json")));
        Path layout = asLayout(docker, digest);
        Image loaded = other.load(layout, "example.org/docker:1");
        assertThat(loaded.digest()).isEqualTo(digest);
        assertThat(loaded.manifest().mediaType()).isEqualTo(MediaType.DOCKER_MANIFEST);
        assertThat(loaded.config()).isEqualTo(image.config());
        loaded.root();
        Path again = directory.resolve("again");
        other.save("example.org/docker:1", again, ImageFormat.OCI_ARCHIVE);
        assertThat(mine.load(again, "example.org/docker:1").digest()).isEqualTo(digest);
    }

    /** skopeo's transport "dir" has blobs by the digits of their digests in one directory. */
    private Path asLayout(Path flat, Digest manifest) throws Exception {
        Path layout = make("flat-layout");
        run("bash", "-euc", """
            mkdir -p $1/blobs/sha256; cd $0; rm version; cp manifest.json $1/blobs/sha256/$2; rm manifest.json; cp * $1/blobs/sha256
            """, flat.toString(), layout.toString(), manifest.hex());
        Files.writeString(layout.resolve("oci-layout"), "{\"imageLayoutVersion\": \"1.0.0\"}\n");
        Files.writeString(layout.resolve("index.json"), """
            {"schemaVersion": 2, "manifests": [{"mediaType": "%s", "digest": "%s", "size": %d}]}
            """.formatted(
                MediaType.DOCKER_MANIFEST, manifest, Files.size(layout.resolve("blobs/sha256/" + manifest.hex()))));
        return layout;
    }

    @Test
    @DisplayName(
            "like skopeo take from a registry what we push, and we pull what they push: the digests stay, of indexes,"
                    + " too")
    void skopeo_registry() throws Exception {
        Requirement.SKOPEO.assume();
        Requirement.DOCKER_REGISTRY.assume();
        Image image = image();
        Platform foreign = Platform.parse("linux/s390x");
        Digest index =
                new Indexes(directory.resolve("mine")).name("all:1", image, mine.image("example.org/odd:1"), foreign);
        String credentials = "tester:tested";
        try (DockerRegistry registry = new DockerRegistry(make("registry"));
                RegistryClient client = RegistryClient.builder()
                        .plainHttp(registry.name())
                        .credentials(_ -> Optional.of(DockerRegistry.CREDENTIALS))
                        .build()) {
            String ours = registry.name() + "/ours/all:1";
            mine.tag("all:1", ours);
            mine.push(ours, client);
            Path copied = directory.resolve("copied");
            skopeo(
                    "copy",
                    "--all",
                    "--src-tls-verify=false",
                    "--src-creds",
                    credentials,
                    "docker://" + ours,
                    "oci:" + copied + ":" + ours);
            other.load(copied);
            assertThat(other.reflog(ours).getFirst().target().digest()).isEqualTo(index);
            assertThat(other.image(ours)).hasToString(image.toString());

            String theirs = registry.name() + "/theirs/all:1";
            skopeo(
                    "copy",
                    "--all",
                    "--dest-tls-verify=false",
                    "--dest-creds",
                    credentials,
                    "oci:" + copied + ":" + ours,
                    "docker://" + theirs);
            assertThat(other.pullAllPlatforms(theirs, client)).containsExactly(foreign, Platform.host());
            assertThat(other.reflog(theirs).getFirst().target().digest()).isEqualTo(index);
            String one = registry.name() + "/theirs/one:1";
            other.tag(theirs, one);
            other.push(one, client);
            assertThat(other.pull(one, client).digest()).isEqualTo(image.digest());
            assertThat(other.pull(one, foreign, client).config().platform()).isEqualTo(foreign);
            assertThat(digest("docker://" + ours, "--tls-verify=false", "--creds", credentials))
                    .isEqualTo(index);
        }
        assertThat(other.check()).isEmpty();
    }
}
