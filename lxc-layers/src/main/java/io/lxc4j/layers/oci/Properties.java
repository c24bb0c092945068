package io.lxc4j.layers.oci;

import io.lxc4j.json.JsonValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The properties of an object whose names are known, and the rest, which is kept.
 *
 * <p>Go takes {@code Layers} for {@code layers}, others do not. A document must mean the same to everybody, so a name that differs from a
 * known one in nothing but case is refused.
 */
final class Properties {
    private static final int LONGEST_TIME = 64;

    private final JsonValue json;
    private final Map<String, JsonValue> object;
    private final Map<String, String> other = new TreeMap<>();

    Properties(JsonValue json, Set<String> known) {
        this.json = json;
        object = json.object();
        object.forEach((name, value) -> {
            if (!known.contains(name)) {
                for (String own : known) {
                    if (own.equalsIgnoreCase(name)) {
                        throw json.wrong("has a \"" + Texts.shown(name, 40) + "\"; it must be \"" + own
                                + "\", as only some readers take the one for the other");
                    }
                }
                other.put(name, value.toJson());
            }
        });
    }

    /** What is not known: names and JSON. */
    Map<String, String> other() {
        return other;
    }

    Optional<JsonValue> find(String name) {
        return Optional.ofNullable(object.get(name));
    }

    JsonValue require(String name) {
        return find(name).orElseThrow(() -> json.wrong("has no " + name));
    }

    /** Something that documents of another kind have. */
    void refuse(String name, String instead) {
        if (object.containsKey(name)) {
            throw json.wrong("has " + name + ", as another kind of document has; it must " + instead);
        }
    }

    /** A string; empty if there is none, as that is what empty ones mean. */
    String text(String name) {
        return find(name).map(JsonValue::string).orElse("");
    }

    Optional<String> optionalText(String name) {
        return find(name).map(JsonValue::string).filter(text -> !text.isEmpty());
    }

    <T> List<T> list(String name, Function<JsonValue, T> reader) {
        return find(name)
                .map(value -> value.array().stream().map(reader).toList())
                .orElse(List.of());
    }

    List<String> texts(String name) {
        return list(name, JsonValue::string);
    }

    Map<String, String> labels(String name) {
        Map<String, String> labels = new TreeMap<>();
        find(name).ifPresent(value -> value.object().forEach((key, text) -> labels.put(key, text.string())));
        return labels;
    }

    /** The names of an object whose values say nothing: that is how sets are written. */
    Set<String> names(String name) {
        return find(name).map(value -> value.object().keySet()).orElse(Set.of());
    }

    Optional<Instant> time(String name) {
        return find(name).map(value -> {
            String text = value.string();
            try {
                if (text.length() <= LONGEST_TIME) {
                    return OffsetDateTime.parse(text).toInstant();
                }
            } catch (DateTimeException _) {
                // told below, with the place
            }
            throw value.rejected("a time of RFC 3339, as 2026-01-31T12:00:00Z");
        });
    }
}
