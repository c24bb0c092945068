package io.lxc4j.json;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * An object that is put together to be written: compact, its own properties in the order in which they came, maps sorted by names, so
 * that the same content gives the same bytes. Not thread-safe.
 */
public final class JsonObject {
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private final Map<String, Object> properties = new LinkedHashMap<>();

    /** One without properties. */
    public JsonObject() {}

    /**
     * Adds a property.
     *
     * @param name its name, which must be a new one
     * @param value a string, a whole number, a boolean, a {@code JsonObject}, a {@link JsonValue}, or a list or map of such; anything
     *     else is written as its text
     * @return this
     */
    public JsonObject put(String name, Object value) {
        if (properties.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("the property \"" + name + "\" is there already");
        }
        return this;
    }

    /**
     * Adds a property if there is something to write.
     *
     * @param name its name
     * @param value as for {@link #put}; or an optional, whose value is taken
     * @return this
     */
    public JsonObject putUnlessEmpty(String name, Object value) {
        Object content = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        boolean isEmpty = switch (content) {
            case null -> true;
            case String text -> text.isEmpty();
            case Collection<?> values -> values.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            case JsonObject object -> object.properties.isEmpty();
            default -> false;
        };
        return isEmpty || content == null ? this : put(name, content);
    }

    /**
     * Renders the object.
     *
     * @return JSON in UTF-8
     */
    public byte[] toBytes() {
        return bytes(this);
    }

    /** Renders the object as JSON. */
    @Override
    public String toString() {
        return render(this);
    }

    static String render(Object value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            write(generator, value);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator generator, Object value) {
        switch (value) {
            case JsonObject object -> writeObject(generator, object.properties);
            case Map<?, ?> map -> writeObject(generator, new TreeMap<>(map));
            case Collection<?> values -> {
                generator.writeStartArray();
                List.copyOf(values).forEach(element -> write(generator, element));
                generator.writeEndArray();
            }
            case JsonValue json -> write(generator, json.content());
            case JsonValue.Other other -> generator.writeRawValue(other.text());
            case Boolean truth -> generator.writeBoolean(truth);
            case Integer number -> generator.writeNumber(number);
            case Long number -> generator.writeNumber(number);
            case BigInteger number -> generator.writeNumber(number);
            default -> generator.writeString(value.toString());
        }
    }

    private static void writeObject(JsonGenerator generator, Map<?, ?> properties) {
        generator.writeStartObject();
        properties.forEach((name, value) -> {
            generator.writeName(name.toString());
            write(generator, value);
        });
        generator.writeEndObject();
    }
}
