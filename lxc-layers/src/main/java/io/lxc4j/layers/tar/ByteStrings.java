package io.lxc4j.layers.tar;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Strings whose characters are bytes. */
public final class ByteStrings {
    /** What makes each byte a character, and back. */
    public static final Charset BYTES = StandardCharsets.ISO_8859_1;

    private static final char DELETE = 0x7f;

    private ByteStrings() {}

    /**
     * The bytes of a text.
     *
     * @param text any text
     * @return its UTF-8, a character for each byte
     */
    public static String ofText(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), BYTES);
    }

    /**
     * The text of bytes.
     *
     * @param bytes characters from 0 to 255
     * @return what they are as UTF-8; what is none is replaced
     */
    public static String toText(String bytes) {
        return new String(bytes.getBytes(BYTES), StandardCharsets.UTF_8);
    }

    /**
     * Bytes for a message, in which they can do no harm.
     *
     * @param bytes characters from 0 to 255, chosen by whomever
     * @return at most 200 printable characters in quotation marks
     */
    public static String show(String bytes) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(bytes.length(), 200); i++) {
            char c = bytes.charAt(i);
            if (c < ' ' || c >= DELETE || c == '"' || c == '\\') {
                shown.append(String.format("\\x%02x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.append(bytes.length() > 200 ? "…\"" : "\"").toString();
    }
}
