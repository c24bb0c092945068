package io.lxc4j.layers.oci;

import io.lxc4j.json.JsonLimits;
import io.lxc4j.json.JsonObject;
import io.lxc4j.json.JsonValue;
import java.util.Map;

/** What manifests, indexes and configurations have in common. */
final class Documents {
    /** As many bytes as registries take for a manifest. */
    static final int MOST_BYTES = 4 << 20;

    static final JsonLimits MANIFEST = limits("manifest");
    static final JsonLimits INDEX = limits("index");
    static final JsonLimits CONFIG = limits("image configuration");
    static final JsonLimits PART = limits("property");

    private Documents() {}

    private static JsonLimits limits(String kind) {
        return new JsonLimits(kind, MOST_BYTES, 200_000, 32);
    }

    /**
     * Insists that a document is what it was said to be, in all the places where it is said: a document that some take for an index and
     * others for a manifest is two images with one digest (CVE-2021-41190).
     */
    static MediaType mediaType(Properties properties, MediaType declared, MediaType.Kind kind, JsonValue json) {
        if (declared.kind() != kind) {
            throw json.wrong("is of the media type " + declared + ", which is not one of this kind of document");
        }
        if (properties.require("schemaVersion").number(Integer.MAX_VALUE) != 2) {
            throw properties.require("schemaVersion").rejected("2");
        }
        JsonValue own = properties.find("mediaType").orElse(null);
        if (own == null && declared.isDocker()) {
            throw json.wrong("has no mediaType; one of Docker's must have " + declared);
        }
        if (own != null && !own.string().equals(declared.name())) {
            throw own.rejected(declared + ", which is what it was said to be");
        }
        return declared;
    }

    static JsonObject putOther(JsonObject object, Map<String, String> other) {
        other.forEach((name, json) -> object.put(name, JsonValue.parse(json, PART)));
        return object;
    }
}
