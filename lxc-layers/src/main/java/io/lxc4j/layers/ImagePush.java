package io.lxc4j.layers;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.registry.RegistryClient;
import io.lxc4j.layers.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Sends one image of a store to a registry. */
final class ImagePush {
    private final Store store;
    private final RegistryClient registry;
    private final ImageReference reference;

    ImagePush(Store store, RegistryClient registry, ImageReference reference) {
        this.store = store;
        this.registry = registry;
        this.reference = reference;
    }

    void push(Image image) {
        List<Descriptor> parts = new ArrayList<>(image.manifest().layers());
        parts.add(image.manifest().config());
        Transfers.run(parts.stream()
                .distinct()
                .<Runnable>map(part -> () -> registry.pushBlob(reference, part, () -> store.open(part.digest())))
                .toList());
        try (InputStream manifest = store.open(image.digest())) {
            registry.push(reference, image.descriptor().mediaType(), manifest.readAllBytes());
        } catch (IOException e) {
            throw new ContainerException(
                    "pushing " + reference + ": reading the manifest " + image.digest() + ": " + e, e);
        }
    }
}
