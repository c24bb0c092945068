package io.lxc4j.seccomp;

import io.lxc4j.error.InvalidSpecificationException;
import java.math.BigInteger;
import java.util.ArrayList;
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

/**
 * A value of a JSON document that knows its place there, so that an error can name it.
 *
 * @param place where it is, for instance {@code syscalls[3].args[0].op}; empty for the whole
 * @param content a map, a list, a string, a whole number, or whatever else was there
 */
record JsonValue(String place, Object content) {
    /** Ten times what the largest profiles have. */
    static final int MOST_CHARACTERS = 256 * 1024;

    private static final int DEEPEST = 16;
    private static final int LONGEST_NUMBER = 20;
    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxNumberLength(LONGEST_NUMBER)
                    .build())
            .build();

    /**
     * Reads a document.
     *
     * @throws InvalidSpecificationException if it is no JSON, or larger or deeper than a profile needs
     */
    static JsonValue parse(String text) {
        if (text.length() > MOST_CHARACTERS) {
            throw new InvalidSpecificationException(
                    "seccomp profile of " + text.length() + " characters; it must be at most " + MOST_CHARACTERS);
        }
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new InvalidSpecificationException("seccomp profile: it is empty");
            }
            JsonValue value = read(parser, first, "");
            if (parser.nextToken() != null) {
                throw new InvalidSpecificationException("seccomp profile: something follows at its end, in line "
                        + parser.currentTokenLocation().getLineNr());
            }
            return value;
        } catch (JacksonException e) {
            String line =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw new InvalidSpecificationException("seccomp profile" + line + ": " + e.getOriginalMessage(), e);
        }
    }

    private static JsonValue read(JsonParser parser, JsonToken token, String place) {
        return new JsonValue(
                place,
                switch (token) {
                    case START_OBJECT -> readObject(parser, place);
                    case START_ARRAY -> readArray(parser, place);
                    case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
                    case VALUE_STRING -> parser.getString();
                    default -> new Other(parser.getString());
                });
    }

    /**
     * What profiles have no use for.
     *
     * @param text a fraction, {@code true}, {@code false} or {@code null}
     */
    private record Other(String text) {
        boolean isNull() {
            return text.equals("null");
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Properties that are null are as good as missing: that is how Go writes them. */
    private static Map<String, JsonValue> readObject(JsonParser parser, String place) {
        Map<String, JsonValue> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonValue value = read(parser, parser.nextToken(), place.isEmpty() ? name : place + "." + name);
            if (!(value.content instanceof Other other && other.isNull())) {
                object.put(name, value);
            }
        }
        return object;
    }

    private static List<JsonValue> readArray(JsonParser parser, String place) {
        List<JsonValue> array = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            array.add(read(parser, token, place + "[" + array.size() + "]"));
        }
        return array;
    }

    /** The properties of an object. */
    @SuppressWarnings("unchecked") // made above
    Map<String, JsonValue> object() {
        if (content instanceof Map<?, ?> map) {
            return (Map<String, JsonValue>) map;
        }
        throw rejected("an object");
    }

    /** The elements of an array. */
    @SuppressWarnings("unchecked") // made above
    List<JsonValue> array() {
        if (content instanceof List<?> list) {
            return (List<JsonValue>) list;
        }
        throw rejected("an array");
    }

    String string() {
        if (content instanceof String string) {
            return string;
        }
        throw rejected("a string");
    }

    /** A number of 64 bits, unsigned. */
    long unsignedLong() {
        if (content instanceof BigInteger number && number.signum() >= 0 && number.compareTo(MOST) <= 0) {
            return number.longValue();
        }
        throw rejected("a whole number from 0 to " + MOST);
    }

    /** A number from 0 to another. */
    int upTo(int most) {
        if (content instanceof BigInteger number
                && number.signum() >= 0
                && number.compareTo(BigInteger.valueOf(most)) <= 0) {
            return number.intValue();
        }
        throw rejected("a whole number from 0 to " + most);
    }

    /** The exception that says what would have been accepted here. */
    InvalidSpecificationException rejected(String accepted) {
        return new InvalidSpecificationException(
                "seccomp profile: " + (place.isEmpty() ? "it" : place) + " is " + this + "; it must be " + accepted);
    }

    /** Renders the value for an error: strings in quotes, objects and arrays by their size. */
    @Override
    public String toString() {
        return switch (content) {
            case Map<?, ?> map -> "an object of " + map.size() + " properties";
            case List<?> list -> "an array of " + list.size() + " elements";
            case String string -> '"' + (string.length() > 80 ? string.substring(0, 80) + "…" : string) + '"';
            default -> content.toString();
        };
    }
}
