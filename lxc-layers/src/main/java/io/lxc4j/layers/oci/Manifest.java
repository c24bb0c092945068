package io.lxc4j.layers.oci;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonObject;
import io.lxc4j.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One image: its configuration and its layers, the lowest first. Or an artifact, whose configuration and "layers" are what its type says.
 *
 * @param mediaType {@link MediaType#MANIFEST} or {@link MediaType#DOCKER_MANIFEST}
 * @param artifactType what the artifact is, if it is one
 * @param config the configuration
 * @param layers the layers, lowest first
 * @param subject the manifest that this one is about, for instance the image that a signature signs
 * @param annotations what its maker says of it
 * @param other properties that are not known here: names and JSON
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/manifest.md">OCI image manifest</a>
 */
public record Manifest(
        MediaType mediaType,
        Optional<MediaType> artifactType,
        Descriptor config,
        List<Descriptor> layers,
        Optional<Descriptor> subject,
        Map<String, String> annotations,
        Map<String, String> other)
        implements ImageDocument {
    private static final Set<String> PROPERTIES = Set.of(
            "schemaVersion",
            "mediaType",
            "artifactType",
            "config",
            "layers",
            "subject",
            "annotations",
            "manifests",
            "fsLayers");

    /** Checks and copies. */
    public Manifest {
        if (mediaType.kind() != MediaType.Kind.MANIFEST) {
            throw new InvalidSpecificationException(
                    "manifest: " + mediaType + " is no media type of a manifest; take " + MediaType.MANIFEST);
        }
        layers = List.copyOf(layers);
        checkNoDocument(config, "configuration");
        layers.forEach(layer -> checkNoDocument(layer, "layer"));
        annotations = Texts.checkLabels("annotations", annotations);
        other = Texts.checkOther(Documents.MANIFEST, other, PROPERTIES);
    }

    /**
     * A manifest of an image.
     *
     * @param mediaType {@link MediaType#MANIFEST} or {@link MediaType#DOCKER_MANIFEST}
     * @param config the configuration
     * @param layers the layers, lowest first
     * @param annotations what its maker says of it
     */
    public Manifest(MediaType mediaType, Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
        this(mediaType, Optional.empty(), config, layers, Optional.empty(), annotations, Map.of());
    }

    private static void checkNoDocument(Descriptor part, String what) {
        if (part.mediaType().isDocument()) {
            throw new InvalidSpecificationException("manifest: its " + what + " " + part.digest() + " is said to be a "
                    + part.mediaType() + ", which is listed by indexes only");
        }
    }

    /**
     * Reads a manifest.
     *
     * @param json the document
     * @param declared what it was said to be: by the descriptor that led to it, or by the registry
     * @return the manifest
     * @throws InvalidSpecificationException if it is damaged, or not what it was said to be
     */
    public static Manifest parse(byte[] json, MediaType declared) {
        JsonValue value = JsonValue.parse(json, Documents.MANIFEST);
        Properties properties = new Properties(value, PROPERTIES);
        properties.refuse("manifests", "have config and layers only");
        properties.refuse("fsLayers", "be of version 2 schema 2");
        return new Manifest(
                Documents.mediaType(properties, declared, MediaType.Kind.MANIFEST, value),
                properties.optionalText("artifactType").map(MediaType::new),
                Descriptor.read(properties.require("config")),
                properties.require("layers").array().stream()
                        .map(Descriptor::read)
                        .toList(),
                properties.find("subject").map(Descriptor::read),
                properties.labels("annotations"),
                properties.other());
    }

    /**
     * Insists that this is an image whose files can be had: with an image's configuration, and layers of a known form which are its
     * maker's to give.
     *
     * @throws InvalidSpecificationException if it is an artifact, or has a layer that is foreign, encrypted or otherwise of an unknown type
     */
    public void requireImage() {
        if (config.mediaType().kind() != MediaType.Kind.CONFIG) {
            throw new InvalidSpecificationException(
                    "manifest: it is no image, but an artifact with a configuration of the type " + config.mediaType()
                            + "; an image's is " + MediaType.CONFIG);
        }
        for (Descriptor layer : layers) {
            if (layer.mediaType().isForeign()) {
                throw new InvalidSpecificationException("manifest: the layer " + layer.digest() + " is foreign ("
                        + layer.mediaType() + "): its maker gives it, and nobody else may");
            }
            if (layer.mediaType().kind() != MediaType.Kind.LAYER) {
                throw new InvalidSpecificationException("manifest: the layer " + layer.digest() + " is of the type "
                        + layer.mediaType() + ", which can't be unpacked; known are " + MediaType.LAYER
                        + " as it is, by gzip or by zstd, and Docker's");
            }
        }
    }

    @Override
    public byte[] toBytes() {
        JsonObject object = new JsonObject()
                .put("schemaVersion", 2)
                .put("mediaType", mediaType)
                .putUnlessEmpty("artifactType", artifactType)
                .put("config", config.write())
                .put("layers", layers.stream().map(Descriptor::write).toList())
                .putUnlessEmpty("subject", subject.map(Descriptor::write))
                .putUnlessEmpty("annotations", annotations);
        return Documents.putOther(object, other).toBytes();
    }
}
