package io.lxc4j.layers.archive;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonLimits;
import io.lxc4j.json.JsonValue;
import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.store.Blobs;
import io.lxc4j.layers.store.LayerCompression;
import io.lxc4j.layers.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what {@code docker save} writes: a list of images, each with a configuration and layers by their names in the archive. The
 * configuration is kept as it is, as its digest is the image's id; a manifest is made, since there is none.
 *
 * @see <a href="https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format">Docker image specification</a>
 */
final class DockerReader {
    static final String LIST = "manifest.json";

    private static final JsonLimits LIMITS = new JsonLimits(LIST, Entries.MOST_DOCUMENT_BYTES, 200_000, 8);
    private static final int MOST_IMAGES = 1000;
    private static final Pattern DIGEST_IN_NAME = Pattern.compile("(?:.*/)?([0-9a-f]{64})(?:\\.json)?");

    private final Store store;
    private final Entries entries;
    private final String place;

    DockerReader(Store store, Entries entries, String place) {
        this.store = store;
        this.entries = entries;
        this.place = place;
    }

    List<FoundImage> images() throws IOException {
        List<JsonValue> list = JsonValue.parse(require(LIST), LIMITS).array();
        if (list.size() > MOST_IMAGES) {
            throw new InvalidSpecificationException(
                    LIST + ": it has " + list.size() + " images; at most " + MOST_IMAGES + " are taken");
        }
        List<FoundImage> images = new ArrayList<>();
        for (JsonValue image : list) {
            String config = property(image, "Config").string();
            List<String> layers = property(image, "Layers").array().stream()
                    .map(JsonValue::string)
                    .toList();
            JsonValue tags = image.object().get("RepoTags");
            List<String> names = tags == null
                    ? List.of("")
                    : tags.array().stream().map(JsonValue::string).toList();
            for (String name : names.isEmpty() ? List.of("") : names) {
                images.add(new FoundImage(name, config, platform -> take(config, layers, platform)));
            }
        }
        return images;
    }

    private static JsonValue property(JsonValue image, String name) {
        JsonValue value = image.object().get(name);
        if (value == null) {
            throw image.wrong("has no " + name);
        }
        return value;
    }

    private byte[] require(String name) throws IOException {
        return entries.document(name)
                .orElseThrow(() -> new InvalidSpecificationException("the archive has no " + name));
    }

    private Descriptor take(String configName, List<String> layerNames, Optional<Platform> platform)
            throws IOException {
        byte[] bytes = require(configName);
        Matcher named = DIGEST_IN_NAME.matcher(configName);
        if (named.matches()) {
            new Descriptor(MediaType.CONFIG, new Digest("sha256", named.group(1)), bytes.length).check(bytes);
        }
        ImageConfig config = ImageConfig.parse(bytes);
        platform.ifPresent(wanted -> PlatformChoice.require(config.platform(), wanted));
        if (layerNames.size() != config.diffIds().size()) {
            throw new InvalidSpecificationException(LIST + ": an image has " + layerNames.size()
                    + " layers, and by its configuration " + config.diffIds().size());
        }
        List<Descriptor> layers = new ArrayList<>();
        for (int i = 0; i < layerNames.size(); i++) {
            layers.add(takeLayer(layerNames.get(i), config.diffIds().get(i)));
        }
        Manifest manifest = new Manifest(MediaType.MANIFEST, store.add(MediaType.CONFIG, bytes), layers, Map.of());
        return store.add(MediaType.MANIFEST, manifest.toBytes());
    }

    // ---- layers

    private Descriptor takeLayer(String name, Digest diffId) throws IOException {
        MediaType type = type(name);
        try (Entries.Content layer = find(name)) {
            if (type.equals(MediaType.LAYER)) {
                Descriptor blob = new Descriptor(type, diffId, layer.size());
                if (store.size(diffId).orElse(-1) != layer.size()) {
                    try (Blobs.Writer writer = store.writer(blob)) {
                        writer.copy(metered(layer, diffId));
                        writer.finish();
                    }
                }
                return blob;
            }
            Descriptor blob;
            try (Blobs.Writer writer = store.writer()) {
                writer.copy(metered(layer, diffId));
                blob = new Descriptor(type, writer.finish(), layer.size());
            }
            Uncompressed.verify(store, blob.digest(), diffId);
            return blob;
        }
    }

    private Entries.Content find(String name) throws IOException {
        return entries.find(name)
                .orElseThrow(() -> new InvalidSpecificationException("the archive has no layer " + name));
    }

    private InputStream metered(Entries.Content layer, Digest diffId) {
        return new Meter(store.listener(), Activity.LOAD, place, diffId.toString(), OptionalLong.of(layer.size()))
                .count(layer.stream());
    }

    /** Docker takes archives whose layers are compressed, though it writes none. */
    private MediaType type(String name) throws IOException {
        try (Entries.Content layer = find(name)) {
            return MediaType.layer(LayerCompression.find(layer.stream()));
        }
    }
}
