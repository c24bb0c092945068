package io.lxc4j.layers.oci;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonObject;
import io.lxc4j.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Points to content by what it is, its digest and its size. Whoever fetches it compares all three.
 *
 * @param mediaType what the content is
 * @param digest its digest
 * @param size its length in bytes, from 0
 * @param urls where else it may be had; nothing here follows them
 * @param annotations what its maker says of it
 * @param platform what it runs on, if it is a manifest in an index
 * @param artifactType what the artifact is, if it is a manifest of one
 * @param other properties that are not known here, {@code data} among them: names and JSON
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/descriptor.md">OCI content descriptors</a>
 */
public record Descriptor(
        MediaType mediaType,
        Digest digest,
        long size,
        List<String> urls,
        Map<String, String> annotations,
        Optional<Platform> platform,
        Optional<MediaType> artifactType,
        Map<String, String> other) {
    private static final Set<String> PROPERTIES =
            Set.of("mediaType", "digest", "size", "urls", "annotations", "platform", "artifactType");

    /** Checks and copies. */
    public Descriptor {
        if (size < 0) {
            throw new InvalidSpecificationException(
                    "descriptor of " + digest + ": its size is " + size + "; it must be at least 0");
        }
        urls = List.copyOf(urls);
        urls.stream().filter(Texts::hasControl).findFirst().ifPresent(url -> {
            throw Texts.rejected("URL of content", url, "without control characters");
        });
        annotations = Texts.checkLabels("annotations", annotations);
        other = Texts.checkOther(Documents.PART, other, PROPERTIES);
    }

    /**
     * A descriptor without more than it needs.
     *
     * @param mediaType what the content is
     * @param digest its digest
     * @param size its length in bytes, from 0
     */
    public Descriptor(MediaType mediaType, Digest digest, long size) {
        this(mediaType, digest, size, List.of(), Map.of(), Optional.empty(), Optional.empty(), Map.of());
    }

    /**
     * Describes content.
     *
     * @param mediaType what it is
     * @param content all of it
     * @return its descriptor
     */
    public static Descriptor of(MediaType mediaType, byte[] content) {
        return new Descriptor(mediaType, Digest.of(content), content.length);
    }

    /**
     * The same, in an index.
     *
     * @param runsOn the platform
     * @return a descriptor with that
     */
    public Descriptor withPlatform(Platform runsOn) {
        return new Descriptor(mediaType, digest, size, urls, annotations, Optional.of(runsOn), artifactType, other);
    }

    /**
     * The same, with other annotations.
     *
     * @param all the annotations, instead of those it has
     * @return a descriptor with them
     */
    public Descriptor withAnnotations(Map<String, String> all) {
        return new Descriptor(mediaType, digest, size, urls, all, platform, artifactType, other);
    }

    /**
     * The same, of an artifact.
     *
     * @param type what the artifact is
     * @return a descriptor with that
     */
    public Descriptor withArtifactType(MediaType type) {
        return new Descriptor(mediaType, digest, size, urls, annotations, platform, Optional.of(type), other);
    }

    /**
     * Compares content with what this says.
     *
     * @param content all of it
     * @throws InvalidSpecificationException if its size or digest is another
     */
    public void check(byte[] content) {
        if (content.length != size) {
            throw new InvalidSpecificationException(digest + " has " + content.length + " bytes; it must have " + size);
        }
        if (!digest.matches(digest.newHash().digest(content))) {
            throw new InvalidSpecificationException("what came as " + digest + " has the digest " + Digest.of(content)
                    + "; it was damaged or replaced");
        }
    }

    static Descriptor read(JsonValue json) {
        Properties properties = new Properties(json, PROPERTIES);
        return new Descriptor(
                new MediaType(properties.require("mediaType").string()),
                Digest.parse(properties.require("digest").string()),
                properties.require("size").number(Long.MAX_VALUE),
                properties.texts("urls"),
                properties.labels("annotations"),
                properties.find("platform").map(Platform::read),
                properties.optionalText("artifactType").map(MediaType::new),
                properties.other());
    }

    JsonObject write() {
        JsonObject object = new JsonObject()
                .put("mediaType", mediaType)
                .put("digest", digest)
                .put("size", size)
                .putUnlessEmpty("urls", urls)
                .putUnlessEmpty("annotations", annotations)
                .putUnlessEmpty("platform", platform.map(runsOn -> runsOn.write(new JsonObject())))
                .putUnlessEmpty("artifactType", artifactType);
        return Documents.putOther(object, other);
    }
}
