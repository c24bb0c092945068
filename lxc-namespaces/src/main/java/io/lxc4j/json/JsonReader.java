package io.lxc4j.json;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Reads one document within its limits. */
final class JsonReader {
    /** As many digits as 64 bits need. */
    private static final int LONGEST_NUMBER = 20;

    /** Deeper than any limit of a kind of document; those are checked here, so that one factory serves all. */
    private static final int DEEPEST = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(LONGEST_NUMBER)
                    .build())
            .build();

    private final JsonLimits limits;
    private int values;
    private int depth;

    JsonReader(JsonLimits limits) {
        this.limits = limits;
    }

    JsonValue read(String text) {
        if (text.length() > limits.characters()) {
            throw new InvalidSpecificationException(
                    limits.kind() + " of " + text.length() + " characters; it must be at most " + limits.characters());
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new InvalidSpecificationException(limits.kind() + ": it is empty");
            }
            JsonValue value = read(parser, first, JsonPlace.document(limits.kind()));
            if (parser.nextToken() != null) {
                throw new InvalidSpecificationException(limits.kind() + ": something follows at its end, in line "
                        + parser.currentTokenLocation().getLineNr());
            }
            return value;
        } catch (JacksonException e) {
            String line =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new InvalidSpecificationException(
                    limits.kind() + line + ": " + JsonValue.shown(e.getOriginalMessage(), 400), e);
        }
    }

    private JsonValue read(JsonParser parser, JsonToken token, JsonPlace place) {
        values++;
        if (values > limits.values()) {
            throw new InvalidSpecificationException(
                    limits.kind() + ": it has more than " + limits.values() + " values");
        }
        return new JsonValue(
                place,
                switch (token) {
                    case START_OBJECT -> readObject(parser, place);
                    case START_ARRAY -> readArray(parser, place);
                    case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
                    case VALUE_STRING -> unicode(parser.getString(), place);
                    default -> new JsonValue.Other(parser.getString());
                });
    }

    private Map<String, JsonValue> readObject(JsonParser parser, JsonPlace place) {
        enter();
        Map<String, JsonValue> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = unicode(parser.currentName(), place);
            JsonValue value = read(parser, parser.nextToken(), place.property(name));
            if (!value.isNull()) {
                object.put(name, value);
            }
        }
        depth--;
        return Collections.unmodifiableMap(object);
    }

    private List<JsonValue> readArray(JsonParser parser, JsonPlace place) {
        enter();
        List<JsonValue> array = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            array.add(read(parser, token, place.element(array.size())));
        }
        depth--;
        return Collections.unmodifiableList(array);
    }

    private void enter() {
        depth++;
        if (depth > limits.depth()) {
            throw new InvalidSpecificationException(
                    limits.kind() + ": it has more than " + limits.depth() + " objects and arrays in each other");
        }
    }

    /** Half a pair of surrogates can be written with escapes, but is no character and can't be written again. */
    private static String unicode(String text, JsonPlace place) {
        if (text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw new JsonValue(place, text).wrong("has half a surrogate pair, which is not Unicode");
        }
        return text;
    }
}
