package io.lxc4j.layers.oci;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonObject;
import io.lxc4j.json.JsonValue;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A list of manifests: one image for several platforms, what a layout directory holds, or what refers to a subject.
 *
 * @param mediaType {@link MediaType#INDEX} or {@link MediaType#DOCKER_INDEX}
 * @param artifactType what the artifact is, if it is one
 * @param manifests what is listed; manifests, indexes, or what a later specification allows
 * @param subject the manifest that this index is about
 * @param annotations what its maker says of it
 * @param other properties that are not known here: names and JSON
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-index.md">OCI image index</a>
 */
public record Index(
        MediaType mediaType,
        Optional<MediaType> artifactType,
        List<Descriptor> manifests,
        Optional<Descriptor> subject,
        Map<String, String> annotations,
        Map<String, String> other)
        implements ImageDocument {
    private static final Set<String> PROPERTIES = Set.of(
            "schemaVersion",
            "mediaType",
            "artifactType",
            "manifests",
            "subject",
            "annotations",
            "config",
            "layers",
            "fsLayers");
    private static final int MOST_SHOWN = 20;

    /** Checks and copies. */
    public Index {
        if (mediaType.kind() != MediaType.Kind.INDEX) {
            throw new InvalidSpecificationException(
                    "index: " + mediaType + " is no media type of an index; take " + MediaType.INDEX);
        }
        manifests = List.copyOf(manifests);
        annotations = Texts.checkLabels("annotations", annotations);
        other = Texts.checkOther(Documents.INDEX, other, PROPERTIES);
    }

    /**
     * An index of images.
     *
     * @param mediaType {@link MediaType#INDEX} or {@link MediaType#DOCKER_INDEX}
     * @param manifests what is listed
     * @param annotations what its maker says of it
     */
    public Index(MediaType mediaType, List<Descriptor> manifests, Map<String, String> annotations) {
        this(mediaType, Optional.empty(), manifests, Optional.empty(), annotations, Map.of());
    }

    /**
     * Reads an index.
     *
     * @param json the document
     * @param declared what it was said to be: by the descriptor that led to it, or by the registry
     * @return the index
     * @throws InvalidSpecificationException if it is damaged, or not what it was said to be
     */
    public static Index parse(byte[] json, MediaType declared) {
        JsonValue value = JsonValue.parse(json, Documents.INDEX);
        Properties properties = new Properties(value, PROPERTIES);
        for (String manifests : List.of("config", "layers", "fsLayers")) {
            properties.refuse(manifests, "have manifests only");
        }
        return new Index(
                Documents.mediaType(properties, declared, MediaType.Kind.INDEX, value),
                properties.optionalText("artifactType").map(MediaType::new),
                properties.require("manifests").array().stream()
                        .map(Descriptor::read)
                        .toList(),
                properties.find("subject").map(Descriptor::read),
                properties.labels("annotations"),
                properties.other());
    }

    /**
     * Chooses what runs best on a platform: what is for this very one, else for the nearest that it is compatible with, as containerd
     * does; of equals the first. If the index names no platform at all and lists a single image, that one.
     *
     * @param platform where it is to run
     * @return a manifest, or an index to choose from again
     * @throws InvalidSpecificationException if nothing runs there; the message lists what there is
     */
    public Descriptor select(Platform platform) {
        List<Descriptor> documents = manifests.stream()
                .filter(entry -> entry.mediaType().isDocument())
                .toList();
        Optional<Descriptor> best = documents.stream()
                .filter(entry -> distance(platform, entry) >= 0)
                .min(Comparator.comparingInt(entry -> distance(platform, entry)));
        if (best.isPresent()) {
            return best.get();
        }
        if (documents.size() == 1 && documents.getFirst().platform().isEmpty()) {
            return documents.getFirst();
        }
        String there = documents.stream()
                .flatMap(entry -> entry.platform().stream())
                .map(Platform::toString)
                .limit(MOST_SHOWN)
                .collect(Collectors.joining(", "));
        throw new InvalidSpecificationException(
                "index: nothing in it runs on " + platform + "; it has " + (there.isEmpty() ? "no platforms" : there));
    }

    private static int distance(Platform platform, Descriptor entry) {
        return entry.platform().map(platform::distanceTo).orElse(-1);
    }

    @Override
    public byte[] toBytes() {
        JsonObject object = new JsonObject()
                .put("schemaVersion", 2)
                .put("mediaType", mediaType)
                .putUnlessEmpty("artifactType", artifactType)
                .put("manifests", manifests.stream().map(Descriptor::write).toList())
                .putUnlessEmpty("subject", subject.map(Descriptor::write))
                .putUnlessEmpty("annotations", annotations);
        return Documents.putOther(object, other).toBytes();
    }
}
