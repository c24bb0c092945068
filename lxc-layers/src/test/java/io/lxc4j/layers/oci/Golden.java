package io.lxc4j.layers.oci;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Documents as the specifications and Docker have them. */
final class Golden {
    private Golden() {}

    static byte[] bytes(String name) {
        try (InputStream stream = Golden.class.getResourceAsStream(name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    /** A document without the white space around its tokens; no string in them has two spaces. */
    static String compact(String name) {
        return text(name)
                .replaceAll("\\n *", "")
                .replaceAll("(\"|\\]|\\}|[0-9a-z]): ", "$1:")
                .replace("[ ", "[");
    }

    /** A document with one text replaced by another; the text must be there. */
    static byte[] changed(String name, String from, String to) {
        String text = text(name);
        if (!text.contains(from)) {
            throw new AssertionError(name + " has no " + from);
        }
        return text.replace(from, to).getBytes(StandardCharsets.UTF_8);
    }
}
