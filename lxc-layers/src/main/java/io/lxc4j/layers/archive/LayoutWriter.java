package io.lxc4j.layers.archive;

import io.lxc4j.json.JsonObject;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.store.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/** Writes an OCI image layout: the index last, so that it never lists what is not there. */
final class LayoutWriter {
    private final Store store;
    private final String place;
    private final LayoutTarget target;

    LayoutWriter(Store store, String place, LayoutTarget target) {
        this.store = store;
        this.place = place;
        this.target = target;
    }

    /** Writes images beside what an index lists already; one of the same name is replaced. */
    void write(SequencedMap<ImageReference, Descriptor> images, Optional<Index> before) throws IOException {
        writeDocument(
                LayoutReader.MARK,
                new JsonObject().put("imageLayoutVersion", "1.0.0").toBytes());
        for (Descriptor image : images.values()) {
            for (Descriptor part : ImageContents.list(store, image, false)) {
                if (!target.has(part)) {
                    writeBlob(part);
                }
            }
        }
        writeDocument(LayoutReader.INDEX, index(images, before).toBytes());
    }

    private static Index index(SequencedMap<ImageReference, Descriptor> images, Optional<Index> before) {
        List<Descriptor> entries = new ArrayList<>();
        before.ifPresent(index -> index.manifests().stream()
                .filter(entry -> !isNamed(entry, images))
                .forEach(entries::add));
        images.forEach((name, image) -> entries.add(new Descriptor(image.mediaType(), image.digest(), image.size())
                .withAnnotations(Map.of(LayoutReader.NAME, name.toString()))));
        return before.map(index -> new Index(
                        index.mediaType(),
                        index.artifactType(),
                        entries,
                        index.subject(),
                        index.annotations(),
                        index.other()))
                .orElseGet(() -> new Index(MediaType.INDEX, entries, Map.of()));
    }

    private static boolean isNamed(Descriptor entry, Map<ImageReference, Descriptor> images) {
        String name = entry.annotations().getOrDefault(LayoutReader.NAME, "");
        return images.keySet().stream().anyMatch(image -> image.toString().equals(name));
    }

    private void writeDocument(String name, byte[] bytes) throws IOException {
        target.write(name, bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    /** What has been damaged in the store is not passed on. */
    private void writeBlob(Descriptor blob) throws IOException {
        OptionalLong size = store.size(blob.digest());
        if (size.isPresent() && size.getAsLong() != blob.size()) {
            throw new LayerException("the blob " + blob.digest() + " has " + size.getAsLong()
                    + " bytes in the store, and" + " must have " + blob.size());
        }
        Meter meter = new Meter(
                store.listener(), Activity.SAVE, place, blob.digest().toString(), OptionalLong.of(blob.size()));
        target.write(
                LayoutReader.path(blob.digest()),
                blob.size(),
                () -> new Verified(meter.count(store.open(blob.digest())), blob.digest()));
    }
}
