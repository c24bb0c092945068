package io.lxc4j.layers;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.archive.ImageSource;
import io.lxc4j.layers.archive.Intake;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.registry.FetchedDocument;
import io.lxc4j.layers.registry.RegistryClient;
import io.lxc4j.layers.store.Blobs;
import io.lxc4j.layers.store.Store;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings an image of a registry into a store, or an index with all of its images. */
final class ImagePull implements ImageSource {
    private final Store store;
    private final RegistryClient registry;
    private final ImageReference reference;

    ImagePull(Store store, RegistryClient registry, ImageReference reference) {
        this.store = store;
        this.registry = registry.withProgress(store.listener());
        this.reference = reference;
    }

    /**
     * Gives what leads to it, when all of it is there.
     *
     * @param platform whose image is wanted; empty for all
     */
    Descriptor pull(Optional<Platform> platform) {
        FetchedDocument fetched = registry.fetch(reference);
        try {
            return new Intake(store, this, platform).take(fetched.descriptor(), fetched.bytes());
        } catch (InvalidSpecificationException e) {
            throw new InvalidSpecificationException("pulling " + reference + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ContainerException("pulling " + reference + ": " + e, e);
        }
    }

    /** What an index lists is taken to be there; a registry takes no index whose images it does not have. */
    @Override
    public boolean has(Descriptor entry) {
        return true;
    }

    @Override
    public Optional<byte[]> document(Descriptor entry) {
        return Optional.of(registry.fetch(reference, entry).bytes());
    }

    @Override
    public void fetch(Descriptor part) {
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
