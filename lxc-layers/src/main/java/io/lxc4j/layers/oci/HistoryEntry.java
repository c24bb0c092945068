package io.lxc4j.layers.oci;

import io.lxc4j.json.JsonObject;
import io.lxc4j.json.JsonValue;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A step in the making of an image. Its texts are for people, and may have several lines.
 *
 * @param created when it was made
 * @param createdBy the command that made it; empty if unknown
 * @param author who made it; empty if unknown
 * @param comment what the author says; empty if nothing
 * @param isEmptyLayer whether it changed the configuration only, and so there is no layer of it
 * @param other properties that are not known here: names and JSON
 */
public record HistoryEntry(
        Optional<Instant> created,
        String createdBy,
        String author,
        String comment,
        boolean isEmptyLayer,
        Map<String, String> other) {
    private static final Set<String> PROPERTIES = Set.of("created", "created_by", "author", "comment", "empty_layer");

    /** Copies. */
    public HistoryEntry {
        created.ifPresent(ImageConfig::checkTime);
        other = Texts.checkOther(Documents.PART, other, PROPERTIES);
    }

    static HistoryEntry read(JsonValue json) {
        Properties properties = new Properties(json, PROPERTIES);
        return new HistoryEntry(
                properties.time("created"),
                properties.text("created_by"),
                properties.text("author"),
                properties.text("comment"),
                properties.find("empty_layer").map(JsonValue::truth).orElse(false),
                properties.other());
    }

    JsonObject write() {
        JsonObject object = new JsonObject()
                .putUnlessEmpty("created", created)
                .putUnlessEmpty("created_by", createdBy)
                .putUnlessEmpty("author", author)
                .putUnlessEmpty("comment", comment);
        if (isEmptyLayer) {
            object.put("empty_layer", true);
        }
        return Documents.putOther(object, other);
    }
}
