package io.lxc4j.layers.archive;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Makes indexes of images, as a build for several platforms does. */
final class Indexes {
    private final Path directory;

    Indexes(Path directory) {
        this.directory = directory;
    }

    /** One for this machine, listed after one for another that has the layers of a second image; gives the digest of the index. */
    Digest name(String name, Image here, Image layers, Platform other) {
        ImageConfig config = layers.config();
        ImageConfig changed = new ImageConfig(
                other,
                config.created(),
                config.author(),
                config.parameters(),
                config.diffIds(),
                config.history(),
                config.other());
        try (Store store = new Store(directory)) {
            Manifest manifest = new Manifest(
                    MediaType.MANIFEST,
                    store.add(MediaType.CONFIG, changed.toBytes()),
                    layers.manifest().layers(),
                    Map.of());
            Descriptor there = store.add(MediaType.MANIFEST, manifest.toBytes()).withPlatform(other);
            Index index = new Index(
                    MediaType.INDEX,
                    List.of(there, here.descriptor().withPlatform(Platform.host())),
                    Map.of("org.example.kept", "yes"));
            Descriptor root = store.add(MediaType.INDEX, index.toBytes());
            store.name("docker.io/library/" + name, root, "test");
            return root.digest();
        }
    }
}
