package io.lxc4j.layers;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.archive.ImageContents;
import io.lxc4j.layers.archive.Transfers;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.registry.RegistryClient;
import io.lxc4j.layers.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Sends an image of a store to a registry, or an index with all of its images. */
final class ImagePush {
    private final Store store;
    private final RegistryClient registry;
    private final ImageReference reference;

    ImagePush(Store store, RegistryClient registry, ImageReference reference) {
        this.store = store;
        this.registry = registry.withProgress(store.listener());
        this.reference = reference;
    }

    void push(Descriptor root) {
        List<Descriptor> all = ImageContents.list(store, root, true);
        Transfers.run(all.stream()
                .filter(part -> !part.mediaType().isDocument())
                .<Runnable>map(part -> () -> registry.pushBlob(reference, part, () -> store.open(part.digest())))
                .toList());
        for (Descriptor part : all) { // what is listed before what lists it
            if (part.mediaType().isDocument()) {
                pushDocument(
                        part, part.digest().equals(root.digest()) ? reference : reference.withDigest(part.digest()));
            }
        }
    }

    private void pushDocument(Descriptor document, ImageReference to) {
        try (InputStream bytes = store.open(document.digest())) {
            registry.push(to, document.mediaType(), bytes.readAllBytes());
        } catch (IOException e) {
            throw new ContainerException("pushing " + to + ": reading " + document.digest() + ": " + e, e);
        }
    }
}
