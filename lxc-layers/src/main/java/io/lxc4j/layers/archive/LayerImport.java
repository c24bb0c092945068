package io.lxc4j.layers.archive;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.store.Blobs;
import io.lxc4j.layers.store.LayerCompression;
import io.lxc4j.layers.store.NewLayer;
import io.lxc4j.layers.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Takes an archive of files as a layer, byte for byte. What is in it is looked at when it is unpacked. */
public final class LayerImport {
    private final Store store;
    private final Path file;

    /**
     * An import.
     *
     * @param store what takes it, in use
     * @param file the archive, which may be compressed
     */
    public LayerImport(Store store, Path file) {
        this.store = store;
        this.file = file;
    }

    /**
     * Takes it.
     *
     * @return the layer
     * @throws ContainerException if it can't be read
     */
    public NewLayer take() {
        try {
            long size = Files.size(file);
            Digest blob;
            try (InputStream content = new Meter(
                                    store.listener(), Activity.LOAD, file.toString(), "layer", OptionalLong.of(size))
                            .count(Files.newInputStream(file));
                    Blobs.Writer writer = store.writer()) {
                writer.copy(content);
                blob = writer.finish();
            }
            MediaType type = type();
            return new NewLayer(
                    new Descriptor(type, blob, store.size(blob).orElseThrow()),
                    type.equals(MediaType.LAYER) ? blob : Uncompressed.diffId(store, blob));
        } catch (IOException e) {
            throw new ContainerException("importing the archive " + file + ": " + e, e);
        }
    }

    private MediaType type() throws IOException {
        return MediaType.layer(LayerCompression.find(Files.newInputStream(file)));
    }
}
