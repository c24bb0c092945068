package io.lxc4j.layers.registry;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonLimits;
import io.lxc4j.json.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * One thing to ask a registry.
 *
 * @param doing what for, in the present participle
 * @param scope what a token must allow, as {@code repository:library/debian:pull}; several between spaces
 * @param headers beside those for authentication
 * @param body makes the body, once for each time that it is sent
 * @param sent counts what has been sent of the body: as long as it grows, an answer is waited for
 */
record Call(
        String doing,
        Endpoint endpoint,
        String method,
        URI uri,
        String scope,
        Map<String, String> headers,
        Supplier<BodyPublisher> body,
        AtomicLong sent) {
    static final JsonLimits ANSWER = new JsonLimits("registry's answer", 4 << 20, 200_000, 32);
    private static final int MOST_ERROR_BYTES = 16 * 1024;
    private static final int MOST_REASONS = 5;
    private static final int LONGEST_SHOWN = 300;

    /** One that sends nothing. */
    static Call of(String doing, Endpoint endpoint, String method, URI uri, String scope) {
        return new Call(doing, endpoint, method, uri, scope, Map.of(), BodyPublishers::noBody, new AtomicLong());
    }

    Call with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Call(doing, endpoint, method, uri, scope, more, body, sent);
    }

    Call with(Supplier<BodyPublisher> content, AtomicLong counter) {
        return new Call(doing, endpoint, method, uri, scope, headers, content, counter);
    }

    private String prefix() {
        return doing + ": " + method + " " + Shown.uri(uri) + " ";
    }

    RegistryException failed(String problem) {
        return new RegistryException(prefix() + problem);
    }

    RegistryException failed(IOException e) {
        String advice = e instanceof SSLException
                        && Shown.text(String.valueOf(e.getMessage()), 100).contains("SSL message")
                ? "; if it is a registry without TLS, say so with plainHttp(\"" + endpoint.registry() + "\")"
                : "";
        return new RegistryException(prefix() + "failed: " + Shown.text(e.toString(), LONGEST_SHOWN) + advice, e);
    }

    /** Reads what the registry says of its refusal, and ends the answer. */
    RegistryException failed(Response response) {
        try (response) {
            String advice = switch (response.status()) {
                case 401, 403 -> "; it needs other credentials for " + endpoint.registry();
                case 404 -> "; there is nothing of that name, or it is not shown without credentials";
                case 429 -> "; it was asked too often";
                default -> "";
            };
            return new RegistryException(
                    prefix() + "answered " + response.status() + reasons(response) + advice, response.status());
        }
    }

    /** What the specification has a registry say of errors; nothing if it says something else. */
    private static String reasons(Response response) {
        try {
            byte[] body = response.body().readNBytes(MOST_ERROR_BYTES);
            JsonValue errors = JsonValue.parse(body, ANSWER).object().get("errors");
            if (errors == null) {
                return "";
            }
            String reasons = errors.array().stream()
                    .limit(MOST_REASONS)
                    .map(error -> text(error, "code") + ": " + text(error, "message"))
                    .collect(Collectors.joining(", "));
            return " (" + Shown.text(reasons, LONGEST_SHOWN) + ")";
        } catch (IOException | InvalidSpecificationException _) {
            return "";
        }
    }

    private static String text(JsonValue error, String name) {
        JsonValue value = error.object().get(name);
        return value == null ? "" : value.string();
    }
}
