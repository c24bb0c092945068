package io.lxc4j.layers.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("An image of a store")
@Timeout(120)
class StorePullIT {
    @TempDir
    Path directory;

    private final AtomicLong received = new AtomicLong();
    private DockerRegistry registry;
    private RegistryClient client;
    private LayerStore mine;
    private LayerStore other;

    @BeforeEach
    void start() throws IOException {
        Requirement.DOCKER_REGISTRY.assume();
        registry = new DockerRegistry(Files.createDirectory(directory.resolve("registry")));
        client = RegistryClient.builder()
                .plainHttp(registry.name())
                .credentials(_ -> java.util.Optional.of(DockerRegistry.CREDENTIALS))
                .listener(transfer -> {
                    if (transfer.isComplete()) {
                        received.addAndGet(transfer.done());
                    }
                })
                .build();
        mine = LayerStore.open(directory.resolve("mine"));
        other = LayerStore.open(directory.resolve("other"));
    }

    @AfterEach
    void stop() {
        if (registry != null) {
            other.close();
            mine.close();
            client.close();
            registry.close();
        }
    }

    private Image image() throws IOException {
        Path tree = Files.createDirectories(directory.resolve("tree/etc")).getParent();
        Files.writeString(tree.resolve("etc/a"), "a".repeat(100_000));
        Image base = mine.importTree(tree, "app:1");
        Path upper = Files.createDirectories(directory.resolve("upper/etc")).getParent();
        Files.writeString(upper.resolve("etc/b"), "b");
        return mine.commit(base, upper, "b", "app:2");
    }

    @Test
    @DisplayName("is the same after it was pushed, and pulled into another one")
    void there_and_back() throws Exception {
        Image image = image();
        String name = registry.name() + "/team/app:2";
        mine.push(image, name, client);
        assertThat(received.getAndSet(0)).isPositive();
        mine.push(image, name, client);
        assertThat(received.get()).as("sent again").isZero();

        Image pulled = other.pull(name, client);
        assertThat(pulled.digest()).isEqualTo(image.digest());
        assertThat(pulled.config()).isEqualTo(image.config());
        assertThat(other.names()).containsExactly(name);
        assertThat(other.check()).isEmpty();
        assertThat(received.getAndSet(0)).isPositive();
        pulled.root();
        other.pull(name, client);
        assertThat(received.get()).as("fetched again").isZero();
        assertThat(other.reflog(name)).hasSize(2);
    }

    @Test
    @DisplayName("that a registry has damaged is refused, and not named")
    void damaged() throws Exception {
        Image image = image();
        String name = registry.name() + "/team/app:2";
        mine.push(image, name, client);
        Digest layer = image.manifest().layers().getFirst().digest();
        Path kept;
        try (var files = Files.walk(directory.resolve("registry/files"))) {
            kept = files.filter(file -> file.endsWith(layer.hex() + "/data"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(kept);
        bytes[bytes.length / 2] ^= 1;
        Files.write(kept, bytes);
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> other.pull(name, client))
                .withMessageContaining(layer.toString());
        assertThat(other.names()).isEmpty();
        other.collect();
        assertThat(directory.resolve("other/blobs/sha256")).isEmptyDirectory();
        assertThat(directory.resolve("other/tmp")).isEmptyDirectory();
    }
}
