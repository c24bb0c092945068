package io.lxc4j.json;

import io.lxc4j.error.InvalidSpecificationException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A value of a JSON document that knows its place there, so that an error can name it. Immutable.
 *
 * <p>Properties that are null are as good as missing: that is how Go writes them. A name that is there twice, and text that is not
 * Unicode, are refused: two readers could understand two things.
 */
public final class JsonValue {
    private static final int LONGEST_SHOWN = 80;
    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final JsonPlace place;
    private final Object content;

    /**
     * A value.
     *
     * @param content a map, a list, a string, a whole number, or whatever else was there
     */
    JsonValue(JsonPlace place, Object content) {
        this.place = place;
        this.content = content;
    }

    /**
     * What is no object, array, string or whole number.
     *
     * @param text a fraction, {@code true}, {@code false} or {@code null}
     */
    record Other(String text) {
        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Reads a document.
     *
     * @param text the whole document
     * @param limits what it may hold
     * @return its value
     * @throws InvalidSpecificationException if it is no JSON or holds more
     */
    public static JsonValue parse(String text, JsonLimits limits) {
        return new JsonReader(limits).read(text);
    }

    /**
     * Reads a document.
     *
     * @param utf8 the whole document
     * @param limits what it may hold
     * @return its value
     * @throws InvalidSpecificationException if it is no JSON in UTF-8 or holds more
     */
    public static JsonValue parse(byte[] utf8, JsonLimits limits) {
        try {
            return parse(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(utf8))
                            .toString(),
                    limits);
        } catch (CharacterCodingException e) {
            throw new InvalidSpecificationException(limits.kind() + ": it is not in UTF-8", e);
        }
    }

    /**
     * Where the value is.
     *
     * @return for instance {@code syscalls[3].args[0].op}; empty for the whole
     */
    public String place() {
        return place.toString();
    }

    boolean isNull() {
        return content instanceof Other other && other.text.equals("null");
    }

    Object content() {
        return content;
    }

    /**
     * The properties of an object.
     *
     * @return values by names, in the document's order
     * @throws InvalidSpecificationException if it is none
     */
    @SuppressWarnings("unchecked") // made by the reader
    public Map<String, JsonValue> object() {
        if (content instanceof Map<?, ?> map) {
            return (Map<String, JsonValue>) map;
        }
        throw rejected("an object");
    }

    /**
     * The elements of an array.
     *
     * @return values, in order
     * @throws InvalidSpecificationException if it is none
     */
    @SuppressWarnings("unchecked") // made by the reader
    public List<JsonValue> array() {
        if (content instanceof List<?> list) {
            return (List<JsonValue>) list;
        }
        throw rejected("an array");
    }

    /**
     * The text of a string.
     *
     * @return the text, Unicode
     * @throws InvalidSpecificationException if it is none
     */
    public String string() {
        if (content instanceof String string) {
            return string;
        }
        throw rejected("a string");
    }

    /**
     * Truth.
     *
     * @return which
     * @throws InvalidSpecificationException if it is neither
     */
    public boolean truth() {
        return switch (content) {
            case Other other when other.text.equals("true") -> true;
            case Other other when other.text.equals("false") -> false;
            default -> throw rejected("true or false");
        };
    }

    /**
     * A number of 64 bits, unsigned.
     *
     * @return its bits
     * @throws InvalidSpecificationException if it is something else
     */
    public long unsignedLong() {
        return number(MOST).longValue();
    }

    /**
     * A number that is at least 0.
     *
     * @param most the largest that is accepted
     * @return the number
     * @throws InvalidSpecificationException if it is something else
     */
    public long number(long most) {
        return number(BigInteger.valueOf(most)).longValue();
    }

    private BigInteger number(BigInteger most) {
        if (content instanceof BigInteger number && number.signum() >= 0 && number.compareTo(most) <= 0) {
            return number;
        }
        throw rejected("a whole number from 0 to " + most);
    }

    /**
     * The exception that says what would have been accepted here.
     *
     * @param accepted what it must be
     * @return to be thrown
     */
    public InvalidSpecificationException rejected(String accepted) {
        return new InvalidSpecificationException(subject() + " is " + this + "; it must be " + accepted);
    }

    /**
     * The exception that says what is wrong with what is here.
     *
     * @param problem what it does, for instance {@code has no name}
     * @return to be thrown
     */
    public InvalidSpecificationException wrong(String problem) {
        return new InvalidSpecificationException(subject() + " " + problem);
    }

    private String subject() {
        String where = place.toString();
        return place.kind() + ": " + (where.isEmpty() ? "it" : where);
    }

    /**
     * Renders the value as JSON: compact, names sorted, so that the same value gives the same text.
     *
     * @return the text
     */
    public String toJson() {
        return JsonObject.render(this);
    }

    /** Renders the value for an error: strings in quotes, objects and arrays by their size. */
    @Override
    public String toString() {
        return switch (content) {
            case Map<?, ?> map -> "an object of " + map.size() + " properties";
            case List<?> list -> "an array of " + list.size() + " elements";
            case String string -> '"' + shown(string, LONGEST_SHOWN) + '"';
            default -> content.toString();
        };
    }

    /** What may go into a line of a log: cut, and without what ends the line or drives a terminal. */
    static String shown(String text, int longest) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(longest).forEach(c -> shown.appendCodePoint(isPrintable(c) ? c : '?'));
        return text.length() > longest ? shown + "…" : shown.toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
