package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.ImageFormat;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.StoreProblem.Outcome;
import io.lxc4j.layers.files.Trees;
import io.lxc4j.layers.oci.Compression;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.testing.Command;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Layers that are compressed as somebody wants them")
class LayerCompressionIT {
    @TempDir
    Path directory;

    private Path tree() throws Exception {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Trees.makeOdd(tree);
        Trees.shell(
                tree,
                "i=0; while [ $i -lt 40000 ]; do echo line $i of a log; i=$((i+1)); done > log; head -c 3000000"
                        + " /dev/urandom > noise");
        return tree;
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("are the same each time, what they say that they are, and the same files")
    void layers(Compression compression) throws Exception {
        Path tree = tree();
        try (LayerStore store = LayerStore.open(directory.resolve("store")).withCompression(compression)) {
            Image image = store.importTree(tree, "packed:1");
            Descriptor layer = image.manifest().layers().getFirst();
            assertThat(layer.mediaType().compression()).contains(compression);
            assertThat(store.importTree(tree, "packed:2").manifest().layers()).containsExactly(layer);
            Path blob = directory
                    .resolve("store/blobs/sha256")
                    .resolve(layer.digest().hex());
            Path plain = directory.resolve("plain");
            String program = switch (compression) {
                case NONE -> "cat";
                case GZIP -> "gzip -dc";
                case ZSTD -> "zstd -dc";
            };
            Command.run("sh", "-euc", program + " < $0 > $1", blob.toString(), plain.toString())
                    .orFail();
            Path unpacked = Files.createDirectory(directory.resolve("unpacked"));
            Command.run("tar", "-xpf", plain.toString(), "--xattrs", "--xattrs-include=*", "-C", unpacked.toString())
                    .orFail();
            image.root();
            try (var layers = Files.list(directory.resolve("store/layers"))) {
                assertThat(Trees.list(layers.findFirst().orElseThrow().resolve("f")))
                        .isEqualTo(Trees.list(unpacked));
            }
            assertThat(store.check()).isEmpty();
            byte[] kept = Files.readAllBytes(blob);
            Files.write(blob, new byte[] {1, 2, 3});
            assertThat(store.repair()).extracting("outcome").containsExactly(Outcome.RESTORED);
            assertThat(blob).hasBinaryContent(kept);
            store.save("packed:1", directory.resolve("docker.tar"), ImageFormat.DOCKER_ARCHIVE);
            assertThat(store.load(directory.resolve("docker.tar"), "loaded:1")
                            .config()
                            .diffIds())
                    .isEqualTo(image.config().diffIds());
        }
    }
}
