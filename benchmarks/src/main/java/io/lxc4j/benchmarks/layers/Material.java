package io.lxc4j.benchmarks.layers;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.registry.RegistryClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One tree as an image in all forms that the contenders take: in a store, in a registry, as an OCI layout and as a compressed archive.
 *
 * @param name what the tables call it
 * @param tree the tree
 * @param layer its archive, compressed by gzip: the very blob of the image
 * @param layout the OCI layout, with the tag {@code latest}
 */
record Material(String name, Path tree, Path store, String reference, Path layer, Path layout) {
    private static final int DIRECTORIES = 1000;

    static Material of(String name, Path tree, Path directory, Registry registry)
            throws IOException, InterruptedException {
        Path store = directory.resolve(name + ".store");
        String reference = registry.name() + "/" + name + ":latest";
        Path layer;
        try (LayerStore opened = LayerStore.open(store)) {
            Image image = opened.importTree(tree, reference);
            layer = store.resolve("blobs/sha256")
                    .resolve(image.manifest().layers().getFirst().digest().hex());
            opened.push(image, reference, client(registry));
        }
        Path layout = directory.resolve(name + ".layout");
        Programs.run("skopeo", "copy", "--src-tls-verify=false", "docker://" + reference, "oci:" + layout + ":latest");
        return new Material(name, tree, store, reference, layer, layout);
    }

    static RegistryClient client(Registry registry) {
        return RegistryClient.builder().plainHttp(registry.name()).build();
    }

    /** Many small files, as a language's packages are. */
    static Path smallFiles(Path directory, int count) throws IOException {
        for (int i = 0; i < DIRECTORIES; i++) {
            Path part = Files.createDirectories(directory.resolve("packages/p" + i % 10 + "/q" + i));
            for (int file = 0; file < count / DIRECTORIES; file++) {
                Files.writeString(
                        part.resolve("file" + file), ("file " + file + " of " + i + "\n").repeat(1 + file % 40));
            }
        }
        return directory;
    }
}
