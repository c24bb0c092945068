package io.lxc4j.layers.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.progress.Progress;
import io.lxc4j.testing.Requirement;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Debian's docker-registry")
@Timeout(120)
class RegistryIT {
    @TempDir
    static Path storage;

    private static DockerRegistry registry;

    @BeforeAll
    static void start() throws IOException {
        Requirement.DOCKER_REGISTRY.assume();
        registry = new DockerRegistry(storage);
    }

    @AfterAll
    static void stop() {
        if (registry != null) {
            registry.close();
        }
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        }
        return bytes.toByteArray();
    }

    /** An image of random layers, as it is in memory. */
    private record Image(List<byte[]> config, List<byte[]> layers, Manifest manifest) {
        static Image of(long seed, int... sizes) throws IOException {
            Random random = new Random(seed);
            List<byte[]> layers = new ArrayList<>();
            List<Descriptor> descriptors = new ArrayList<>();
            ImageConfig config = new ImageConfig(Platform.parse("linux/amd64"));
            for (int size : sizes) {
                byte[] archive = new byte[size];
                random.nextBytes(archive);
                layers.add(gzip(archive));
                descriptors.add(Descriptor.of(MediaType.LAYER_GZIP, layers.getLast()));
                config = config.withLayer(
                        Digest.of(archive), new HistoryEntry(Optional.empty(), "ADD", "", "", false, Map.of()));
            }
            byte[] json = config.toBytes();
            Manifest manifest =
                    new Manifest(MediaType.MANIFEST, Descriptor.of(MediaType.CONFIG, json), descriptors, Map.of());
            return new Image(List.of(json), layers, manifest);
        }

        Descriptor push(RegistryClient client, ImageReference reference) {
            client.pushBlob(reference, manifest.config(), () -> new ByteArrayInputStream(config.getFirst()));
            for (int i = 0; i < layers.size(); i++) {
                byte[] layer = layers.get(i);
                client.pushBlob(reference, manifest.layers().get(i), () -> new ByteArrayInputStream(layer));
            }
            return client.push(reference, MediaType.MANIFEST, manifest.toBytes());
        }
    }

    private RegistryClientBuilder client() {
        return RegistryClient.builder()
                .plainHttp(registry.name())
                .credentials(FakeRegistry.knows(registry.name(), DockerRegistry.CREDENTIALS));
    }

    @Test
    @DisplayName("gives back what was pushed, at once or in chunks, with the same digests")
    void pushAndPull() throws IOException {
        Image image = Image.of(1, 0, 1000, 3_000_000);
        ImageReference reference = registry.reference("library/app:1");
        ConcurrentLinkedQueue<Progress> transfers = new ConcurrentLinkedQueue<>();
        try (RegistryClient client =
                client().chunkBytes(1_000_000).listener(transfers::add).build()) {
            assertThat(client.resolve(reference)).isEmpty();
            Descriptor pushed = image.push(client, reference);
            assertThat(pushed.digest()).isEqualTo(Digest.of(image.manifest.toBytes()));
            assertThat(transfers.stream().filter(Progress::isComplete)).hasSize(4);
            transfers.clear();
            image.push(client, reference);
            assertThat(transfers).as("nothing is transferred twice").isEmpty();
        }
        try (RegistryClient client = client().build()) {
            assertThat(client.resolve(reference)).contains(Descriptor.of(MediaType.MANIFEST, image.manifest.toBytes()));
            FetchedDocument fetched = client.fetch(reference);
            assertThat(fetched.bytes()).isEqualTo(image.manifest.toBytes());
            Manifest manifest = (Manifest) fetched.document();
            assertThat(manifest).isEqualTo(image.manifest);
            MemorySink config = new MemorySink();
            client.fetchBlob(reference, manifest.config(), config);
            ImageConfig.parse(config.bytes()).checkMatches(manifest);
            for (int i = 0; i < image.layers.size(); i++) {
                MemorySink layer = new MemorySink();
                client.fetchBlob(reference, manifest.layers().get(i), layer);
                assertThat(layer.bytes()).isEqualTo(image.layers.get(i));
            }
            assertThat(client.fetch(reference.withDigest(fetched.descriptor().digest()))
                            .bytes())
                    .isEqualTo(fetched.bytes());
        }
    }

    @Test
    @DisplayName("knows indexes, tags, blobs of other repositories, and by their tags also referrers")
    void listings() throws IOException {
        Image image = Image.of(2, 5000);
        ImageReference reference = registry.reference("listed/app:one");
        try (RegistryClient client = client().build()) {
            Descriptor manifest = image.push(client, reference).withPlatform(Platform.parse("linux/amd64"));
            byte[] index = new Index(MediaType.INDEX, List.of(manifest), Map.of()).toBytes();
            client.push(reference.withTag("two"), MediaType.INDEX, index);
            Index fetched = (Index) client.fetch(reference.withTag("two")).document();
            Descriptor selected = fetched.select(Platform.parse("linux/amd64"));
            assertThat(client.fetch(reference, selected).document()).isEqualTo(image.manifest);
            assertThat(client.tags(reference)).containsExactlyInAnyOrder("one", "two");

            Digest layer = image.manifest.layers().getFirst().digest();
            ImageReference other = registry.reference("mounted/app");
            assertThat(client.hasBlob(other, layer)).isFalse();
            assertThat(client.mountBlob(other, Digest.of(new byte[] {7}), reference))
                    .isFalse();
            assertThat(client.mountBlob(other, layer, reference)).isTrue();
            assertThat(client.hasBlob(other, layer)).isTrue();

            byte[] empty = {'{', '}'};
            MediaType type = new MediaType("application/vnd.example.sbom");
            Descriptor config = Descriptor.of(new MediaType("application/vnd.oci.empty.v1+json"), empty);
            client.pushBlob(reference, config, () -> new ByteArrayInputStream(empty));
            Manifest sbom = new Manifest(
                    MediaType.MANIFEST,
                    Optional.of(type),
                    config,
                    List.of(config),
                    Optional.of(Descriptor.of(MediaType.MANIFEST, image.manifest.toBytes())),
                    Map.of(),
                    Map.of());
            assertThat(client.referrers(reference, manifest.digest(), Optional.empty()))
                    .isEmpty();
            client.push(reference.withDigest(Digest.of(sbom.toBytes())), MediaType.MANIFEST, sbom.toBytes());
            assertThat(client.referrers(reference, manifest.digest(), Optional.of(type)))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.digest()).isEqualTo(Digest.of(sbom.toBytes())));
        }
    }

    @Test
    @DisplayName("refuses who has no password or a wrong one, and what has another digest")
    void refusals() throws IOException {
        ImageReference reference = registry.reference("library/secret:1");
        try (RegistryClient client = RegistryClient.builder()
                .plainHttp(registry.name())
                .retries(1, Duration.ZERO)
                .build()) {
            assertThatThrownBy(() -> client.fetch(reference))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("answered 401 (UNAUTHORIZED")
                    .hasMessageContaining("it needs other credentials");
        }
        try (RegistryClient client = RegistryClient.builder()
                .plainHttp(registry.name())
                .credentials(asked -> Optional.of(new Credentials.Password("tester", "wrong")))
                .build()) {
            assertThatThrownBy(() -> client.tags(reference)).hasMessageContaining("answered 401");
        }
        try (RegistryClient client = client().build()) {
            Descriptor lying = new Descriptor(MediaType.LAYER, Digest.of(new byte[1]), 2);
            assertThatThrownBy(() -> client.pushBlob(reference, lying, () -> new ByteArrayInputStream(new byte[2])))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("DIGEST_INVALID");
            Image image = Image.of(3, 10);
            assertThatThrownBy(() -> client.push(reference, MediaType.MANIFEST, image.manifest.toBytes()))
                    .as("what a manifest names must be there before it")
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("BLOB_UNKNOWN");
        }
    }
}
