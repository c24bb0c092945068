package io.lxc4j.layers.archive;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonObject;
import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Compression;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.store.LayerCompression;
import io.lxc4j.layers.store.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes what {@code docker load} reads: configurations as they are, layers without compression. What images share is written once. */
final class DockerWriter {
    private final Store store;
    private final String place;
    private final LayoutTarget target;
    private final Set<String> written = new HashSet<>();

    DockerWriter(Store store, String place, LayoutTarget target) {
        this.store = store;
        this.place = place;
        this.target = target;
    }

    void write(SequencedMap<ImageReference, Descriptor> images) throws IOException {
        Map<Descriptor, List<String>> names = new LinkedHashMap<>();
        images.forEach((name, image) -> {
            List<String> tags = names.computeIfAbsent(image, _ -> new ArrayList<>());
            if (name.tag().isPresent() && name.digest().isEmpty()) {
                tags.add(name.familiar());
            }
        });
        List<JsonObject> list = new ArrayList<>();
        for (var image : names.entrySet()) {
            list.add(write(image.getKey(), image.getValue()));
        }
        writeDocument(
                DockerReader.LIST,
                list.stream()
                        .map(JsonObject::toString)
                        .collect(Collectors.joining(",", "[", "]"))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private JsonObject write(Descriptor image, List<String> tags) throws IOException {
        if (!(store.document(image) instanceof Manifest manifest)) {
            throw new InvalidSpecificationException(
                    image.digest() + " is an index, which Docker's archives can't hold");
        }
        manifest.requireImage();
        ImageConfig config = store.config(manifest);
        String configName = manifest.config().digest().hex() + ".json";
        if (written.add(configName)) {
            target.write(
                    configName,
                    manifest.config().size(),
                    () -> new Verified(
                            store.open(manifest.config().digest()),
                            manifest.config().digest()));
        }
        List<String> layers = new ArrayList<>();
        for (int i = 0; i < config.diffIds().size(); i++) {
            String name = config.diffIds().get(i).hex() + ".tar";
            layers.add(name);
            if (written.add(name)) {
                writeLayer(name, manifest.layers().get(i), config.diffIds().get(i));
            }
        }
        return new JsonObject().put("Config", configName).put("RepoTags", tags).put("Layers", layers);
    }

    /** Its size stands before it in the archive, so one that is compressed is decompressed twice. */
    private void writeLayer(String name, Descriptor layer, Digest diffId) throws IOException {
        boolean isCompressed = !layer.mediaType().compression().equals(Optional.of(Compression.NONE));
        long size = isCompressed || !layer.digest().equals(diffId)
                ? Uncompressed.verify(store, layer.digest(), diffId)
                : layer.size();
        Meter meter =
                new Meter(store.listener(), Activity.SAVE, place, layer.digest().toString(), OptionalLong.of(size));
        target.write(
                name,
                size,
                () -> new Verified(meter.count(LayerCompression.decompress(store.open(layer.digest()))), diffId));
    }

    private void writeDocument(String name, byte[] bytes) throws IOException {
        target.write(name, bytes.length, () -> new ByteArrayInputStream(bytes));
    }
}
