package io.lxc4j.layers.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends requests and follows where they lead, as far as that is safe. */
final class Sender {
    private static final int MOST_REDIRECTS = 5;

    private final HttpClient http;
    private final Duration patience;
    private final Set<String> plain;

    Sender(HttpClient http, Duration patience, Set<String> plain) {
        this.http = http;
        this.patience = patience;
        this.plain = plain;
    }

    Set<String> plain() {
        return plain;
    }

    /**
     * Sends a request; one that only asks follows redirects. Credentials go to the registry itself: once it has led elsewhere they are not
     * sent any more, not even if that leads back.
     */
    Response send(Call call, Optional<String> authorization) throws IOException, InterruptedException {
        boolean isQuestion = call.method().equals("GET") || call.method().equals("HEAD");
        URI uri = call.uri();
        boolean isFromRegistry = Endpoint.isSameOrigin(call.endpoint().base(), uri);
        for (int redirects = 0; ; redirects++) {
            Response response = once(call, uri, isFromRegistry ? authorization : Optional.empty(), isFromRegistry);
            if (!isQuestion || !response.isRedirect()) {
                return response;
            }
            response.close();
            if (redirects == MOST_REDIRECTS) {
                throw call.failed("leads on and on: more than " + MOST_REDIRECTS + " redirects");
            }
            URI next = follow(call, uri, response);
            isFromRegistry &= Endpoint.isSameOrigin(call.endpoint().base(), next);
            uri = next;
        }
    }

    /** Where an answer leads. */
    URI follow(Call call, URI from, Response response) {
        String location = response.header("Location").orElse("");
        try {
            if (location.isEmpty()) {
                throw new IllegalArgumentException("it is missing");
            }
            return Endpoint.follow(from, location, plain);
        } catch (IllegalArgumentException e) {
            // the message of a URI that is none quotes it
            throw call.failed("leads to the Location \"" + Shown.text(location, 120) + "\", where nothing is sent: "
                    + Shown.text(String.valueOf(e.getMessage()), 200));
        }
    }

    /** Sends a request and follows nothing. */
    Response once(Call call, URI uri, Optional<String> authorization, boolean isFromRegistry)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .method(call.method(), call.body().get())
                .header("User-Agent", "lxc4j");
        call.headers().forEach(request::header);
        authorization.ifPresent(value -> request.header("Authorization", value));
        if (Endpoint.isPlain(uri)) {
            request.version(HttpClient.Version.HTTP_1_1);
        }
        HttpResponse<InputStream> response =
                await(call, http.sendAsync(request.build(), _ -> new BodyStream(patience)));
        return new Response(uri, isFromRegistry, response.statusCode(), response.headers(), response.body());
    }

    private HttpResponse<InputStream> await(Call call, CompletableFuture<HttpResponse<InputStream>> answer)
            throws IOException, InterruptedException {
        long sent = call.sent().get();
        while (true) {
            try {
                return answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException _) {
                if (call.sent().get() == sent) {
                    answer.cancel(true);
                    throw new HttpTimeoutException("no answer in " + patience.toMillis() + " ms");
                }
                sent = call.sent().get();
            } catch (InterruptedException e) {
                answer.cancel(true);
                throw e;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof IOException cause) {
                    throw cause;
                }
                throw new IOException(e.getCause());
            }
        }
    }
}
