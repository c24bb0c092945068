package io.lxc4j.layers;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.registry.FetchedDocument;
import io.lxc4j.layers.registry.RegistryClient;
import io.lxc4j.layers.store.Blobs;
import io.lxc4j.layers.store.Store;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings one image of a registry into a store. */
final class ImagePull {
    private final Store store;
    private final RegistryClient registry;
    private final ImageReference reference;

    ImagePull(Store store, RegistryClient registry, ImageReference reference) {
        this.store = store;
        this.registry = registry;
        this.reference = reference;
    }

    /** Gives the descriptor of its manifest, when all of it is there. */
    Descriptor pull() {
        FetchedDocument fetched = registry.fetch(reference);
        if (fetched.document() instanceof Index index) {
            fetched = registry.fetch(reference, index.select(Platform.host()));
        }
        if (!(fetched.document() instanceof Manifest manifest)) {
            throw new ContainerException(
                    "pulling " + reference + ": an index that lists an index is not followed further");
        }
        List<Descriptor> parts = new ArrayList<>(manifest.layers());
        parts.add(manifest.config());
        Transfers.run(parts.stream()
                .distinct()
                .filter(part -> !store.has(part.digest()))
                .<Runnable>map(part -> () -> fetch(part))
                .toList());
        return store.add(fetched.descriptor().mediaType(), fetched.bytes());
    }

    private void fetch(Descriptor part) {
        try (Incoming incoming = new Incoming(part)) {
            registry.fetchBlob(reference, part, incoming::open);
            incoming.finish();
        } catch (IOException e) {
            throw new ContainerException("pulling " + reference + ": keeping " + part.digest() + ": " + e, e);
        }
    }

    /** A blob on its way into the store, begun anew where another mirror is tried. */
    private final class Incoming implements AutoCloseable {
        private final Descriptor part;
        private Blobs.@Nullable Writer writer;

        Incoming(Descriptor part) {
            this.part = part;
        }

        OutputStream open() throws IOException {
            close();
            Blobs.Writer begun = store.writer(part);
            writer = begun;
            return new FilterOutputStream(begun) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                }

                @Override
                public void close() {
                    // it is verified after the fetch, and then closed
                }
            };
        }

        void finish() throws IOException {
            if (writer != null) {
                writer.finish();
            }
        }

        @Override
        public void close() throws IOException {
            if (writer != null) {
                writer.close();
            }
        }
    }
}
