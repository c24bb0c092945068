package io.lxc4j.layers.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;

/**
 * An answer whose body is still to be read.
 *
 * @param uri who has answered
 * @param isFromRegistry whether that is the one that was asked, and not one that it led to
 */
record Response(URI uri, boolean isFromRegistry, int status, HttpHeaders headers, InputStream body)
        implements AutoCloseable {
    Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    Response with(InputStream other) {
        return new Response(uri, isFromRegistry, status, headers, other);
    }

    /** All of the body; an error if there is more. */
    byte[] bytes(Call call, int most) throws IOException {
        byte[] bytes = body.readNBytes(most + 1);
        if (bytes.length > most) {
            throw call.failed("answered with more than " + most + " bytes");
        }
        return bytes;
    }

    boolean isRedirect() {
        return switch (status) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    /** What may be over soon. */
    boolean isTemporary() {
        return switch (status) {
            case 408, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException _) {
            // it was given up
        }
    }
}
