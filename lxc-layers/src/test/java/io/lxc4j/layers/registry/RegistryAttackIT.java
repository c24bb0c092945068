package io.lxc4j.layers.registry;

import static io.lxc4j.layers.registry.FakeRegistry.answer;
import static io.lxc4j.layers.registry.FakeRegistry.cut;
import static io.lxc4j.layers.registry.FakeRegistry.endless;
import static io.lxc4j.layers.registry.FakeRegistry.redirect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.MediaType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A hostile registry")
@Timeout(120)
class RegistryAttackIT {
    private static final byte[] LAYER = "the layer".repeat(1000).getBytes(StandardCharsets.UTF_8);
    private static final Descriptor BLOB = Descriptor.of(MediaType.LAYER, LAYER);
    private static final String BLOB_PATH = "/v2/app/blobs/" + BLOB.digest();
    private static final Credentials SECRET = new Credentials.Password("me", "secret");

    private final FakeRegistry registry = new FakeRegistry();
    private final FakeRegistry elsewhere = new FakeRegistry();

    @TempDir
    static Path keys;

    @AfterEach
    void stop() {
        registry.close();
        elsewhere.close();
    }

    private RegistryClientBuilder client() {
        return registry.client().credentials(FakeRegistry.knows(registry.name(), SECRET));
    }

    /** Wants a password for all that is asked, and then does something. */
    private void asksForPassword(String question, FakeRegistry.Handler then) {
        registry.on(question, exchange -> {
            if (FakeRegistry.header(exchange, "Authorization").isEmpty()) {
                answer(exchange, 401, "", "WWW-Authenticate", "Basic realm=\"x\"");
            } else {
                then.handle(exchange);
            }
        });
    }

    private static void fetchBlob(RegistryClient client, FakeRegistry from) {
        MemorySink sink = new MemorySink();
        client.fetchBlob(from.reference("app"), BLOB, sink);
        assertThat(sink.bytes()).isEqualTo(LAYER);
    }

    @Test
    @DisplayName("that leads elsewhere gets the blob from there, and no credentials go along, not even on the way back")
    void redirects() {
        asksForPassword("GET " + BLOB_PATH, redirect(307, "http://" + elsewhere.name() + "/storage?key=1"));
        elsewhere.on("GET /storage", exchange -> answer(exchange, 200, LAYER));
        try (RegistryClient client = client().plainHttp(elsewhere.name()).build()) {
            fetchBlob(client, registry);
            assertThat(registry.seen().getLast().authorization()).isEqualTo("Basic bWU6c2VjcmV0");
            assertThat(elsewhere.seen())
                    .singleElement()
                    .satisfies(seen -> assertThat(seen.authorization()).isEmpty());

            elsewhere.on("GET /storage", redirect(302, "http://" + registry.name() + "/back"));
            registry.on("GET /back", exchange -> answer(exchange, 200, LAYER));
            fetchBlob(client, registry);
            assertThat(registry.questions()).endsWith("GET /back");
            assertThat(registry.seen().getLast().authorization()).isEmpty();
        }
    }

    @Test
    @DisplayName("that leads elsewhere can't have a password asked for there")
    void elsewhereAsks() {
        registry.on("GET " + BLOB_PATH, redirect(307, "http://" + elsewhere.name() + "/storage"));
        String challenge = "Bearer realm=\"http://" + elsewhere.name() + "/token\"";
        elsewhere.on("GET /storage", exchange -> answer(exchange, 401, "", "WWW-Authenticate", challenge));
        try (RegistryClient client = client().plainHttp(elsewhere.name()).build()) {
            assertThatThrownBy(() -> fetchBlob(client, registry)).hasMessageContaining("answered 401");
            assertThat(elsewhere.questions()).containsExactly("GET /storage");
            assertThat(elsewhere.seen().getFirst().authorization()).isEmpty();
        }
    }

    @Test
    @DisplayName("can have an upload go on elsewhere, but without credentials")
    void uploadElsewhere() {
        asksForPassword(
                "POST /v2/app/blobs/uploads/",
                exchange -> answer(exchange, 202, "", "Location", "http://" + elsewhere.name() + "/upload"));
        elsewhere.on("PUT /upload", exchange -> answer(exchange, 201, ""));
        try (RegistryClient client = client().plainHttp(elsewhere.name()).build()) {
            client.pushBlob(registry.reference("app"), BLOB, () -> new ByteArrayInputStream(LAYER));
            assertThat(elsewhere.seen())
                    .singleElement()
                    .satisfies(seen -> assertThat(seen.authorization()).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://ELSEWHERE/storage",
                "http://localhost:80/x",
                "http://169.254.169.254/latest/meta-data",
                "file:///etc/passwd",
                "ftp://127.0.0.1/x",
                "//user:password@REGISTRY/x",
                "gopher:x",
                "http:///x",
                "http://[::1",
                "http://REGISTRY/a b",
                ""
            })
    @DisplayName("can't lead to plain HTTP that was not asked for, or out of HTTP")
    void badRedirects(String location) {
        String target = location.replace("ELSEWHERE", elsewhere.name()).replace("REGISTRY", registry.name());
        registry.on("GET " + BLOB_PATH, redirect(307, target));
        registry.on("POST /v2/app/blobs/uploads/", exchange -> answer(exchange, 202, "", "Location", target));
        try (RegistryClient client = client().build()) {
            assertThatThrownBy(() -> fetchBlob(client, registry))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("where nothing is sent");
            assertThatThrownBy(() ->
                            client.pushBlob(registry.reference("app"), BLOB, () -> new ByteArrayInputStream(LAYER)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("where nothing is sent");
        }
        assertThat(elsewhere.seen()).isEmpty();
        assertThat(registry.questions())
                .containsExactly("GET " + BLOB_PATH, "HEAD " + BLOB_PATH, "POST /v2/app/blobs/uploads/");
    }

    @Test
    @DisplayName("can't lead on and on")
    void redirectLoop() {
        registry.on("GET " + BLOB_PATH, redirect(307, BLOB_PATH));
        try (RegistryClient client = client().build()) {
            assertThatThrownBy(() -> fetchBlob(client, registry)).hasMessageContaining("more than 5 redirects");
            assertThat(registry.seen()).hasSize(6);
        }
    }

    @Test
    @DisplayName(
            "can't lead from TLS to plain HTTP, not even to a registry that may be asked so, nor have a token fetched"
                    + " there")
    void downgrade() {
        elsewhere.on("GET /storage", exchange -> answer(exchange, 200, LAYER));
        try (FakeRegistry secure = new FakeRegistry(Tls.context(keys));
                RegistryClient client = RegistryClient.builder()
                        .tls(Tls.context(keys))
                        .plainHttp(elsewhere.name())
                        .credentials(FakeRegistry.knows(secure.name(), SECRET))
                        .retries(1, Duration.ZERO)
                        .build()) {
            secure.on("GET " + BLOB_PATH, exchange -> answer(exchange, 200, LAYER));
            fetchBlob(client, secure);

            secure.on("GET " + BLOB_PATH, redirect(307, "http://" + elsewhere.name() + "/storage"));
            assertThatThrownBy(() -> fetchBlob(client, secure)).hasMessageContaining("it leads from TLS to plain HTTP");

            secure.on(
                    "GET " + BLOB_PATH,
                    exchange -> answer(
                            exchange,
                            401,
                            "",
                            "WWW-Authenticate",
                            "Bearer realm=\"http://" + elsewhere.name() + "/token\""));
            assertThatThrownBy(() -> fetchBlob(client, secure)).hasMessageContaining("it leads from TLS to plain HTTP");
        }
        assertThat(elsewhere.seen()).isEmpty();
    }

    @Test
    @DisplayName("with a certificate that nobody knows is told nothing")
    void unknownCertificate() {
        try (FakeRegistry secure = new FakeRegistry(Tls.context(keys));
                RegistryClient client = RegistryClient.builder().build()) {
            assertThatThrownBy(() -> fetchBlob(client, secure))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("certification path");
            assertThat(secure.seen()).isEmpty();
        }
    }

    @Test
    @DisplayName("without TLS hears nothing but TLS, unless that was said")
    void tlsByDefault() throws IOException, InterruptedException {
        try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
                RegistryClient client =
                        RegistryClient.builder().retries(1, Duration.ZERO).build()) {
            String name = "127.0.0.1:" + server.getLocalPort();
            AtomicInteger first = new AtomicInteger();
            Thread plain = Thread.startVirtualThread(() -> {
                // as servers written in Go do
                try (Socket connection = server.accept()) {
                    first.set(connection.getInputStream().read());
                    connection
                            .getOutputStream()
                            .write("HTTP/1.0 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThatThrownBy(() -> client.fetch(ImageReference.parse(name + "/app:1")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("https://" + name)
                    .hasMessageContaining("plainHttp(\"" + name + "\")");
            plain.join();
            assertThat(first).as("the first byte of a TLS handshake").hasValue(22);
        }
    }

    @Test
    @DisplayName("that is a mirror gets no credentials of the registry that it mirrors")
    void mirror() {
        elsewhere.on(
                "GET " + BLOB_PATH, exchange -> answer(exchange, 401, "", "WWW-Authenticate", "Basic realm=\"x\""));
        asksForPassword("GET " + BLOB_PATH, exchange -> answer(exchange, 200, LAYER));
        try (RegistryClient client = client().plainHttp(elsewhere.name())
                .mirrors(registry.name(), List.of(elsewhere.name()))
                .build()) {
            fetchBlob(client, registry);
        }
        assertThat(elsewhere.seen())
                .extracting(FakeRegistry.Seen::authorization)
                .containsExactly("");
    }

    static Map<String, FakeRegistry.Handler> lies() {
        byte[] other = LAYER.clone();
        other[100]++;
        byte[] longer = new byte[LAYER.length + 1];
        System.arraycopy(LAYER, 0, longer, 0, LAYER.length);
        byte[] shorter = new byte[LAYER.length - 1];
        Map<String, FakeRegistry.Handler> lies = new TreeMap<>();
        lies.put("other content", exchange -> answer(exchange, 200, other));
        lies.put("a byte more", exchange -> answer(exchange, 200, longer));
        lies.put("a byte less", exchange -> answer(exchange, 200, shorter));
        lies.put("nothing", exchange -> answer(exchange, 200, ""));
        lies.put("no content", exchange -> answer(exchange, 204, ""));
        lies.put("a huge length", exchange -> cut(exchange, 200, Long.MAX_VALUE, LAYER));
        lies.put("a byte more in chunks", exchange -> cut(exchange, 200, 0, longer));
        lies.put("a byte less in chunks", exchange -> cut(exchange, 200, 0, shorter));
        lies.put("no end", exchange -> endless(exchange, 200, LAYER));
        lies.put("no end of zeros", exchange -> endless(exchange, 200, new byte[1 << 20]));
        lies.put(
                "no end of an error",
                exchange -> endless(exchange, 400, "{\"errors\":[".getBytes(StandardCharsets.UTF_8)));
        lies.put(
                "a part that was not asked for",
                exchange -> answer(exchange, 206, LAYER, "Content-Range", "bytes 0-8999/9000"));
        lies.put("a coding", exchange -> answer(exchange, 200, LAYER, "Content-Encoding", "gzip"));
        lies.put("another part after a break", exchange -> {
            if (FakeRegistry.header(exchange, "Range").isEmpty()) {
                cut(exchange, 200, LAYER.length, new byte[4000]);
            } else {
                answer(exchange, 206, new byte[5000], "Content-Range", "bytes 3999-8998/9000");
            }
        });
        lies.put("a part of another size after a break", exchange -> {
            if (FakeRegistry.header(exchange, "Range").isEmpty()) {
                cut(exchange, 200, LAYER.length, new byte[4000]);
            } else {
                answer(exchange, 206, new byte[5000], "Content-Range", "bytes 4000-8999/10000");
            }
        });
        lies.put("a byte each time", exchange -> {
            int from = Integer.parseInt(
                    "0" + FakeRegistry.header(exchange, "Range").replaceAll("\\D", ""));
            String[] range = {"Content-Range", "bytes " + from + "-8999/9000"};
            cut(exchange, from == 0 ? 200 : 206, LAYER.length - from, new byte[1], from == 0 ? new String[0] : range);
        });
        return lies;
    }

    static List<String> lieNames() {
        return List.copyOf(lies().keySet());
    }

    @ParameterizedTest
    @MethodSource("lieNames")
    @DisplayName("can't pass for a blob, nor keep anybody busy, with")
    void blobs(String lie) {
        registry.on("GET " + BLOB_PATH, lies().get(lie));
        MemorySink sink = new MemorySink();
        try (RegistryClient client = client().build()) {
            assertThatThrownBy(() -> client.fetchBlob(registry.reference("app"), BLOB, sink))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageStartingWith("fetching " + BLOB.digest())
                    .hasMessageContaining(lie.endsWith("after a break") ? "answered with another range" : "GET");
        }
        assertThat(sink.bytes()).hasSizeLessThanOrEqualTo(LAYER.length);
        assertThat(registry.seen()).hasSizeLessThan(10);
    }

    @Test
    @DisplayName("can't have a blob of a size that it does not have")
    void sizes() {
        registry.on("GET " + BLOB_PATH, exchange -> answer(exchange, 200, LAYER));
        try (RegistryClient client = client().build()) {
            for (long size : new long[] {0, 1, LAYER.length - 1, LAYER.length + 1, Long.MAX_VALUE}) {
                Descriptor lying = new Descriptor(MediaType.LAYER, BLOB.digest(), size);
                assertThatThrownBy(() -> client.fetchBlob(registry.reference("app"), lying, new MemorySink()))
                        .isInstanceOf(RegistryException.class);
            }
        }
    }

    static Map<String, FakeRegistry.Handler> documents() {
        String manifest = MediaType.MANIFEST.name();
        byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
        byte[] index = "{\"schemaVersion\":2,\"manifests\":[]}".getBytes(StandardCharsets.UTF_8);
        Map<String, FakeRegistry.Handler> documents = new TreeMap<>();
        documents.put(
                "an index that is said to be a manifest",
                exchange -> answer(exchange, 200, index, "Content-Type", manifest));
        documents.put("an empty object", exchange -> answer(exchange, 200, empty, "Content-Type", manifest));
        documents.put("no type", exchange -> answer(exchange, 200, index));
        documents.put("a page", exchange -> answer(exchange, 200, "<html>", "Content-Type", "text/html"));
        documents.put(
                "the first version of Docker's",
                exchange -> answer(
                        exchange,
                        200,
                        index,
                        "Content-Type",
                        "application/vnd.docker.distribution.manifest.v1+prettyjws"));
        documents.put(
                "another digest",
                exchange -> answer(
                        exchange,
                        200,
                        index,
                        "Content-Type",
                        MediaType.INDEX.name(),
                        "Docker-Content-Digest",
                        Digest.of(empty).toString()));
        documents.put(
                "a bad digest",
                exchange -> answer(
                        exchange,
                        200,
                        index,
                        "Content-Type",
                        MediaType.INDEX.name(),
                        "Docker-Content-Digest",
                        "sha256:../../x"));
        documents.put("no end", exchange -> endless(exchange, 200, new byte[1 << 16], "Content-Type", manifest));
        documents.put("too much", exchange -> answer(exchange, 200, new byte[(4 << 20) + 1], "Content-Type", manifest));
        documents.put(
                "deep nesting", exchange -> answer(exchange, 200, "[".repeat(1_000_000), "Content-Type", manifest));
        return documents;
    }

    static List<String> documentNames() {
        return List.copyOf(documents().keySet());
    }

    @ParameterizedTest
    @MethodSource("documentNames")
    @DisplayName("can't pass for an image with")
    void confusion(String document) {
        registry.on("GET /v2/app/manifests/1", documents().get(document));
        try (RegistryClient client = client().build()) {
            assertThatThrownBy(() -> client.fetch(registry.reference("app:1")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageStartingWith("fetching " + registry.name() + "/app:1: ")
                    .satisfies(
                            e -> assertThat(e.getMessage()).hasSizeLessThan(900).doesNotContain("\n"));
        }
    }

    @Test
    @DisplayName("can't give another document than the one that was asked for by digest")
    void pinned() {
        byte[] index = "{\"schemaVersion\":2,\"manifests\":[]}".getBytes(StandardCharsets.UTF_8);
        Digest wanted = Digest.of(LAYER);
        registry.serves(
                "GET",
                "manifests/" + wanted,
                index,
                "Content-Type",
                MediaType.INDEX.name(),
                "Docker-Content-Digest",
                Digest.of(index).toString());
        try (RegistryClient client = client().build()) {
            assertThatThrownBy(() -> client.fetch(registry.reference("app").withDigest(wanted)))
                    .hasMessageContaining("damaged or replaced");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer realm=\"http://ELSEWHERE/token\"",
                "Bearer realm=\"https://user:pw@REGISTRY/token\"",
                "Bearer realm=\"file:///etc/passwd\"",
                "Bearer realm=\"\"",
                "Bearer",
                "Bearer realm=\"http://REGISTRY/token#x\"",
                "Bearer realm=\"http://REGISTRY/not a uri\"",
            })
    @DisplayName("can't have a password sent anywhere")
    void realms(String challenge) {
        String header = challenge.replace("ELSEWHERE", elsewhere.name()).replace("REGISTRY", registry.name());
        registry.on("GET /v2/app/manifests/1", exchange -> answer(exchange, 401, "", "WWW-Authenticate", header));
        try (RegistryClient client = client().build()) {
            assertThatThrownBy(() -> client.fetch(registry.reference("app:1")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("which is not asked");
        }
        assertThat(elsewhere.seen()).isEmpty();
        assertThat(registry.seen()).extracting(FakeRegistry.Seen::authorization).containsOnly("");
    }

    @Test
    @DisplayName("has its words in challenges read as far as they have a form")
    void oddChallenges() {
        for (String header : List.of(
                "Negotiate", "=", "\"", ",,,", "Digest realm=\"x", "Bearer realm", "B@sic x", "x".repeat(100_000))) {
            registry.on("GET /v2/app/manifests/1", exchange -> answer(exchange, 401, "", "WWW-Authenticate", header));
            try (RegistryClient client = client().build()) {
                assertThatThrownBy(() -> client.fetch(registry.reference("app:1")))
                        .as(header)
                        .isInstanceOf(RegistryException.class);
            }
            assertThat(registry.seen())
                    .extracting(FakeRegistry.Seen::authorization)
                    .containsOnly("");
        }
    }

    static Map<String, FakeRegistry.Handler> tokens() {
        Map<String, FakeRegistry.Handler> tokens = new TreeMap<>();
        tokens.put("a header in it", exchange -> answer(exchange, 200, "{\"token\":\"x\\r\\nHost: evil\"}"));
        tokens.put("no token", exchange -> answer(exchange, 200, "{\"expires_in\":1}"));
        tokens.put("a negative life", exchange -> answer(exchange, 200, "{\"token\":\"x\",\"expires_in\":-1}"));
        tokens.put("no JSON", exchange -> answer(exchange, 200, "token"));
        tokens.put("no end", exchange -> endless(exchange, 200, new byte[1 << 16]));
        tokens.put("a redirect", exchange -> answer(exchange, 302, "", "Location", "/elsewhere"));
        tokens.put("a refusal", exchange -> answer(exchange, 403, ""));
        return tokens;
    }

    static List<String> tokenNames() {
        return List.copyOf(tokens().keySet());
    }

    @ParameterizedTest
    @MethodSource("tokenNames")
    @DisplayName("can't give a token with")
    void badTokens(String token) {
        registry.on(
                "GET /v2/app/manifests/1",
                exchange -> answer(
                        exchange,
                        401,
                        "",
                        "WWW-Authenticate",
                        "Bearer realm=\"http://" + registry.name() + "/token\""));
        registry.on("GET /token", tokens().get(token));
        try (RegistryClient client = client().build()) {
            assertThatThrownBy(() -> client.fetch(registry.reference("app:1")))
                    .isInstanceOf(RegistryException.class)
                    .satisfies(e ->
                            assertThat(e.getMessage()).doesNotContain("secret").doesNotContain("Host: evil"));
        }
        assertThat(registry.questions()).doesNotContain("GET /elsewhere");
    }

    @Test
    @DisplayName("that refuses each token is asked no more than twice")
    void tokenLoop() {
        AtomicInteger tokens = new AtomicInteger();
        registry.on(
                "GET /token", exchange -> answer(exchange, 200, "{\"token\":\"x" + tokens.incrementAndGet() + "\"}"));
        registry.on(
                "GET /v2/app/manifests/1",
                exchange -> answer(
                        exchange,
                        401,
                        "",
                        "WWW-Authenticate",
                        "Bearer realm=\"http://" + registry.name() + "/token\""));
        try (RegistryClient client = client().build()) {
            assertThatThrownBy(() -> client.fetch(registry.reference("app:1"))).hasMessageContaining("answered 401");
            assertThat(registry.seen()).hasSize(3);
        }
    }

    @Test
    @DisplayName("can't list for ever, elsewhere, or what is no tag")
    void lists() {
        AtomicInteger pages = new AtomicInteger();
        registry.on(
                "GET /v2/app/tags/list",
                exchange -> answer(
                        exchange,
                        200,
                        "{\"tags\":[\"t\"]}",
                        "Link",
                        "</v2/app/tags/list?last=" + pages.incrementAndGet() + ">; rel=\"next\""));
        registry.on(
                "GET /v2/other/tags/list",
                exchange -> answer(
                        exchange, 200, "{\"tags\":[]}", "Link", "<http://" + elsewhere.name() + "/x>; rel=\"next\""));
        registry.on("GET /v2/bad/tags/list", exchange -> answer(exchange, 200, "{\"tags\":[\"../../x\"]}"));
        registry.on("GET /v2/endless/tags/list", exchange -> endless(exchange, 200, new byte[1 << 16]));
        try (RegistryClient client = client().plainHttp(elsewhere.name()).build()) {
            assertThatThrownBy(() -> client.tags(registry.reference("app")))
                    .hasMessageContaining("more than 1000 pages");
            assertThatThrownBy(() -> client.tags(registry.reference("other")))
                    .hasMessageContaining("which is not the registry");
            assertThatThrownBy(() -> client.tags(registry.reference("bad"))).hasMessageContaining("its tag must have");
            assertThatThrownBy(() -> client.tags(registry.reference("endless")))
                    .hasMessageContaining("answered with more than");
        }
        assertThat(elsewhere.seen()).isEmpty();
    }
}
