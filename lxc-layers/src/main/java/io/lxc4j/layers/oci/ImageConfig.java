package io.lxc4j.layers.oci;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonObject;
import io.lxc4j.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The configuration of an image: what it runs on, how it starts, which layers it has once they are unpacked, how it was made. Immutable;
 * the {@code with} methods give changed copies.
 *
 * @param platform what it runs on
 * @param created when it was made
 * @param author who made it; empty if unknown
 * @param parameters how a container of it starts
 * @param diffIds the digests of its layers' archives, without compression, the lowest first
 * @param history how it was made, the first step first
 * @param other properties that are not known here, Docker's {@code container_config} among them: names and JSON
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/config.md">OCI image configuration</a>
 */
public record ImageConfig(
        Platform platform,
        Optional<Instant> created,
        String author,
        ExecutionParameters parameters,
        List<Digest> diffIds,
        List<HistoryEntry> history,
        Map<String, String> other) {
    private static final Set<String> PROPERTIES = new TreeSet<>(Platform.PROPERTIES);
    private static final Instant EARLIEST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    static {
        PROPERTIES.addAll(Set.of("created", "author", "config", "rootfs", "history"));
    }

    /** Checks and copies. */
    public ImageConfig {
        created.ifPresent(ImageConfig::checkTime);
        diffIds = List.copyOf(diffIds);
        history = List.copyOf(history);
        other = Texts.checkOther(Documents.CONFIG, other, PROPERTIES);
    }

    /**
     * The configuration of an image that has nothing yet.
     *
     * @param platform what it will run on
     */
    public ImageConfig(Platform platform) {
        this(platform, Optional.empty(), "", ExecutionParameters.NONE, List.of(), List.of(), Map.of());
    }

    /** RFC 3339 has years of four digits. */
    static void checkTime(Instant time) {
        if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            throw new InvalidSpecificationException(
                    "image configuration: the time " + time + " is not between the years 0 and 9999");
        }
    }

    /**
     * Reads a configuration.
     *
     * @param json the document
     * @return the configuration
     * @throws InvalidSpecificationException if it is damaged, or is none
     */
    public static ImageConfig parse(byte[] json) {
        JsonValue value = JsonValue.parse(json, Documents.CONFIG);
        Properties properties = new Properties(value, PROPERTIES);
        properties.require("os");
        properties.require("architecture");
        Properties rootfs = new Properties(properties.require("rootfs"), Set.of("type", "diff_ids"));
        if (!rootfs.require("type").string().equals("layers")) {
            throw rootfs.require("type").rejected("\"layers\"");
        }
        return new ImageConfig(
                Platform.read(properties),
                properties.time("created"),
                properties.text("author"),
                properties.find("config").map(ExecutionParameters::read).orElse(ExecutionParameters.NONE),
                rootfs.list("diff_ids", id -> Digest.parse(id.string())),
                properties.list("history", HistoryEntry::read),
                properties.other());
    }

    /**
     * Insists that a manifest has the layers that are named here.
     *
     * @param manifest the one that led here
     * @throws InvalidSpecificationException if their numbers differ
     */
    public void checkMatches(Manifest manifest) {
        if (manifest.layers().size() != diffIds.size()) {
            throw new InvalidSpecificationException("image configuration: it names " + diffIds.size()
                    + " layers, and the manifest " + manifest.layers().size());
        }
    }

    /**
     * Names each layer together with all below it.
     *
     * @return chain ids, one for each of {@link #diffIds}
     * @see <a href="https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid">OCI layer ChainID</a>
     */
    public List<Digest> chainIds() {
        List<Digest> chain = new ArrayList<>();
        for (Digest diffId : diffIds) {
            chain.add(
                    chain.isEmpty()
                            ? diffId
                            : Digest.of((chain.getLast() + " " + diffId).getBytes(StandardCharsets.US_ASCII)));
        }
        return List.copyOf(chain);
    }

    /**
     * The same with one more layer on top.
     *
     * @param diffId the digest of its archive, without compression
     * @param step how it was made
     * @return a configuration with both
     * @throws InvalidSpecificationException if the step says that it has no layer
     */
    public ImageConfig withLayer(Digest diffId, HistoryEntry step) {
        if (step.isEmptyLayer()) {
            throw new InvalidSpecificationException(
                    "image configuration: the step of layer " + diffId + " is said to have none");
        }
        return new ImageConfig(
                platform, latest(step), author, parameters, appended(diffIds, diffId), appended(history, step), other);
    }

    /**
     * The same, starting in another way.
     *
     * @param changed how
     * @param step how that was made; it must say that it has no layer
     * @return a configuration with both
     * @throws InvalidSpecificationException if the step does not say so
     */
    public ImageConfig withParameters(ExecutionParameters changed, HistoryEntry step) {
        if (!step.isEmptyLayer()) {
            throw new InvalidSpecificationException(
                    "image configuration: a step that changes parameters is said to have a layer");
        }
        return new ImageConfig(platform, latest(step), author, changed, diffIds, appended(history, step), other);
    }

    private Optional<Instant> latest(HistoryEntry step) {
        return step.created().or(this::created);
    }

    private static <T> List<T> appended(List<T> list, T element) {
        List<T> longer = new ArrayList<>(list);
        longer.add(element);
        return longer;
    }

    /**
     * Writes the configuration: compact, in the specification's order, so that the same content gives the same bytes and the same digest.
     *
     * @return JSON in UTF-8
     */
    public byte[] toBytes() {
        JsonObject object = new JsonObject().putUnlessEmpty("created", created).putUnlessEmpty("author", author);
        platform.write(object)
                .putUnlessEmpty("config", parameters.write())
                .put("rootfs", new JsonObject().put("type", "layers").put("diff_ids", diffIds))
                .putUnlessEmpty(
                        "history", history.stream().map(HistoryEntry::write).toList());
        return Documents.putOther(object, other).toBytes();
    }
}
