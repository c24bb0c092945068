package io.lxc4j.layers.registry;

import static io.lxc4j.layers.registry.FakeRegistry.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.progress.Progress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("A registry client")
@Timeout(60)
class RegistryClientTest {
    private static final byte[] LAYER = new byte[300_000];
    private static final Descriptor BLOB;

    static {
        new Random(1).nextBytes(LAYER);
        BLOB = Descriptor.of(MediaType.LAYER, LAYER);
    }

    private final FakeRegistry registry = new FakeRegistry();

    @AfterEach
    void stop() {
        registry.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("fetches documents by tag, by digest and by their entry in an index")
    void documents() {
        Descriptor image = registry.servesImage(LAYER);
        try (RegistryClient client = registry.client().build()) {
            FetchedDocument byTag = client.fetch(registry.reference("app:1"));
            assertThat(byTag.descriptor()).isEqualTo(image);
            assertThat(Digest.of(byTag.bytes())).isEqualTo(image.digest());
            assertThat(((Manifest) byTag.document()).layers()).containsExactly(BLOB);
            assertThat(client.fetch(registry.reference("app").withDigest(image.digest()))
                            .descriptor())
                    .isEqualTo(image);
            assertThat(client.fetch(registry.reference("app"), image).descriptor())
                    .isEqualTo(image);
            Descriptor other = new Descriptor(MediaType.DOCKER_MANIFEST, image.digest(), image.size());
            assertThatThrownBy(() -> client.fetch(registry.reference("app"), other))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("said to be a application/vnd.docker");
            assertThatThrownBy(() -> client.fetch(registry.reference("app:2")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageStartingWith("fetching " + registry.name() + "/app:2: GET http://")
                    .hasMessageContaining("answered 404")
                    .extracting(e -> ((RegistryException) e).status().orElse(0))
                    .isEqualTo(404);
        }
    }

    @Test
    @DisplayName("resolves a tag without fetching, or by fetching where the registry says too little")
    void resolve() {
        Descriptor image = registry.servesImage(LAYER);
        try (RegistryClient client = registry.client().build()) {
            assertThat(client.resolve(registry.reference("app:1"))).contains(image);
            assertThat(registry.questions()).containsExactly("HEAD /v2/app/manifests/1");
            assertThat(client.resolve(registry.reference("app:none"))).isEmpty();

            registry.serves("HEAD", "manifests/1", new byte[0], "Content-Type", MediaType.MANIFEST.name());
            assertThat(client.resolve(registry.reference("app:1"))).contains(image);
            assertThat(registry.questions()).endsWith("HEAD /v2/app/manifests/1", "GET /v2/app/manifests/1");
        }
    }

    @Test
    @DisplayName("gets one token for a scope, with the registry's password, and another only when it has expired")
    void tokens() {
        Descriptor image = registry.servesImage(LAYER);
        AtomicInteger life = new AtomicInteger(300);
        AtomicInteger tokens = new AtomicInteger();
        registry.on(
                "GET /token",
                exchange -> answer(
                        exchange,
                        200,
                        "{\"token\":\"t" + tokens.incrementAndGet() + "\",\"expires_in\":" + life.get() + "}"));
        FakeRegistry.Handler manifest = exchange -> {
            if (FakeRegistry.header(exchange, "Authorization").equals("Bearer t" + tokens.get())) {
                answer(exchange, 200, imageBytes(), "Content-Type", MediaType.MANIFEST.name());
            } else {
                answer(
                        exchange,
                        401,
                        "",
                        "WWW-Authenticate",
                        "Basic realm=x, Bearer realm=\"http://" + registry.name()
                                + "/token?a=b\",service=\"the \\\"service\",scope=\"repository:other:push\"");
            }
        };
        registry.on("GET /v2/app/manifests/1", manifest).on("GET /v2/app/manifests/" + image.digest(), manifest);
        CredentialSource source = FakeRegistry.knows(registry.name(), new Credentials.Password("me", "p:w"));
        try (RegistryClient client = registry.client().credentials(source).build()) {
            for (int i = 0; i < 3; i++) {
                client.fetch(registry.reference("app:1"));
            }
            assertThat(registry.questions())
                    .containsExactly(
                            "GET /v2/app/manifests/1",
                            "GET /token?a=b&service=the+%22service&scope=repository%3Aapp%3Apull",
                            "GET /v2/app/manifests/1",
                            "GET /v2/app/manifests/1",
                            "GET /v2/app/manifests/1");
            assertThat(registry.seen())
                    .extracting(FakeRegistry.Seen::authorization)
                    .containsExactly("", "Basic bWU6cDp3", "Bearer t1", "Bearer t1", "Bearer t1");

            // Another scope is another token; the challenge is known by now.
            assertThatThrownBy(() -> client.fetch(registry.reference("other:1")))
                    .hasMessageContaining("404");
            assertThat(registry.questions())
                    .endsWith(
                            "GET /token?a=b&service=the+%22service&scope=repository%3Aother%3Apull",
                            "GET /v2/other/manifests/1");
        }
        life.set(1);
        registry.seen().clear();
        try (RegistryClient client = registry.client().credentials(source).build()) {
            client.fetch(registry.reference("app:1"));
            client.fetch(registry.reference("app:1"));
            assertThat(registry.questions().stream().filter(q -> q.startsWith("GET /token")))
                    .as("a token that expires at once is not used twice")
                    .hasSize(2);
        }
    }

    private static byte[] imageBytes() {
        return new Manifest(MediaType.MANIFEST, Descriptor.of(MediaType.CONFIG, utf8("{}")), List.of(BLOB), Map.of())
                .toBytes();
    }

    @Test
    @DisplayName("gets a new token when the registry does not take the one it has")
    void revokedToken() {
        registry.on(
                "GET /token",
                exchange -> answer(
                        exchange, 200, "{\"access_token\":\"t" + registry.seen().size() + "\",\"expires_in\":3000}"));
        AtomicReference<String> last = new AtomicReference<>("");
        registry.on("GET /v2/app/manifests/1", exchange -> {
            String token = FakeRegistry.header(exchange, "Authorization");
            if (token.isEmpty() || token.equals(last.get())) {
                answer(exchange, 401, "", "WWW-Authenticate", "Bearer realm=\"http://" + registry.name() + "/token\"");
            } else {
                last.set(token);
                answer(exchange, 200, imageBytes(), "Content-Type", MediaType.MANIFEST.name());
            }
        });
        try (RegistryClient client = registry.client().build()) {
            client.fetch(registry.reference("app:1"));
            client.fetch(registry.reference("app:1"));
        }
        assertThat(registry.questions())
                .containsExactly(
                        "GET /v2/app/manifests/1",
                        "GET /token?scope=repository%3Aapp%3Apull",
                        "GET /v2/app/manifests/1",
                        "GET /v2/app/manifests/1",
                        "GET /token?scope=repository%3Aapp%3Apull",
                        "GET /v2/app/manifests/1");
    }

    @Test
    @DisplayName("exchanges an identity token, and sends a password where no token is wanted")
    void otherCredentials() {
        registry.servesImage(LAYER);
        registry.on("POST /token", exchange -> answer(exchange, 200, "{\"access_token\":\"abc\"}"));
        AtomicReference<String> challenge =
                new AtomicReference<>("Bearer realm=\"http://" + registry.name() + "/token\",service=s");
        registry.on("GET /v2/app/manifests/1", exchange -> {
            if (FakeRegistry.header(exchange, "Authorization").isEmpty()) {
                answer(exchange, 401, "", "WWW-Authenticate", challenge.get());
            } else {
                answer(exchange, 200, imageBytes(), "Content-Type", MediaType.MANIFEST.name());
            }
        });
        CredentialSource identity = FakeRegistry.knows(registry.name(), new Credentials.IdentityToken("id+entity"));
        try (RegistryClient client = registry.client().credentials(identity).build()) {
            client.fetch(registry.reference("app:1"));
        }
        assertThat(registry.seen().get(1).body())
                .asString()
                .isEqualTo(
                        "grant_type=refresh_token&refresh_token=id%2Bentity&client_id=lxc4j&service=s&scope=repository%3Aapp%3Apull");
        assertThat(registry.seen().getLast().authorization()).isEqualTo("Bearer abc");

        challenge.set("basic realm=\"x\"");
        CredentialSource password = FakeRegistry.knows(registry.name(), new Credentials.Password("me", "pw"));
        try (RegistryClient client = registry.client().credentials(password).build()) {
            client.fetch(registry.reference("app:1"));
        }
        assertThat(registry.seen().getLast().authorization()).isEqualTo("Basic bWU6cHc=");

        try (RegistryClient client = registry.client().build()) {
            assertThatThrownBy(() -> client.fetch(registry.reference("app:1")))
                    .hasMessageContaining("answered 401")
                    .hasMessageContaining("needs other credentials for " + registry.name());
        }
    }

    @Test
    @DisplayName("fetches a blob, and tells of it from its start to its end")
    void blob() {
        registry.servesImage(LAYER);
        List<Progress> transfers = Collections.synchronizedList(new ArrayList<>());
        MemorySink sink = new MemorySink();
        try (RegistryClient client = registry.client().listener(transfers::add).build()) {
            client.fetchBlob(registry.reference("app"), BLOB, sink);
        }
        assertThat(sink.bytes()).isEqualTo(LAYER);
        assertThat(transfers.getFirst().done()).isZero();
        assertThat(transfers.getLast().isComplete()).isTrue();
        assertThat(transfers.getLast().perSecond()).isPositive();
        assertThat(transfers).extracting(Progress::done).isSorted();
        assertThat(transfers)
                .extracting(Progress::item)
                .containsOnly(BLOB.digest().toString());
    }

    @Test
    @DisplayName("goes on where a connection broke, once for each break")
    void resume() {
        registry.on("GET /v2/app/blobs/" + BLOB.digest(), exchange -> {
            String range = FakeRegistry.header(exchange, "Range");
            int from = range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
            byte[] part = Arrays.copyOfRange(LAYER, from, Math.min(LAYER.length, from + 120_000));
            String[] headers = range.isEmpty()
                    ? new String[0]
                    : new String[] {"Content-Range", "bytes " + from + "-299999/300000"};
            FakeRegistry.cut(exchange, range.isEmpty() ? 200 : 206, LAYER.length - from, part, headers);
        });
        MemorySink sink = new MemorySink();
        try (RegistryClient client = registry.client().build()) {
            client.fetchBlob(registry.reference("app"), BLOB, sink);
        }
        assertThat(sink.bytes()).isEqualTo(LAYER);
        assertThat(sink.opened()).isEqualTo(1);
        assertThat(registry.seen()).hasSizeGreaterThan(2);
        assertThat(registry.seen().get(1).range()).matches("bytes=[1-9][0-9]*-");
    }

    @Test
    @DisplayName("skips what it has where a registry knows no ranges")
    void withoutRanges() {
        AtomicInteger asked = new AtomicInteger();
        registry.on("GET /v2/app/blobs/" + BLOB.digest(), exchange -> {
            if (asked.incrementAndGet() < 3) {
                FakeRegistry.cut(exchange, 200, LAYER.length, Arrays.copyOf(LAYER, 100_000 * asked.get()));
            } else {
                answer(exchange, 200, LAYER);
            }
        });
        MemorySink sink = new MemorySink();
        try (RegistryClient client = registry.client().build()) {
            client.fetchBlob(registry.reference("app"), BLOB, sink);
        }
        assertThat(sink.bytes()).isEqualTo(LAYER);
    }

    @Test
    @DisplayName("tries again what may pass, as often as it was told, and no sooner than the registry wants")
    void retries() {
        registry.servesImage(LAYER);
        FakeRegistry.Handler works =
                exchange -> answer(exchange, 200, imageBytes(), "Content-Type", MediaType.MANIFEST.name());
        int[] failures = {429, 503};
        AtomicInteger asked = new AtomicInteger();
        registry.on("GET /v2/app/manifests/1", exchange -> {
            int n = asked.getAndIncrement();
            if (n < failures.length) {
                answer(
                        exchange,
                        failures[n],
                        "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow\"}]}",
                        "Retry-After",
                        "0");
            } else {
                works.handle(exchange);
            }
        });
        try (RegistryClient client = registry.client().build()) {
            client.fetch(registry.reference("app:1"));
            assertThat(asked).hasValue(3);

            registry.on("GET /v2/app/manifests/2", exchange -> {
                asked.incrementAndGet();
                answer(exchange, 429, "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow\\ndown\"}]}");
            });
            asked.set(0);
            assertThatThrownBy(() -> client.fetch(registry.reference("app:2")))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("answered 429 (TOOMANYREQUESTS: slow?down); it was asked too often");
            assertThat(asked).hasValue(3);

            registry.on("GET /v2/app/manifests/3", exchange -> {
                asked.incrementAndGet();
                answer(exchange, 503, "", "Retry-After", "3600");
            });
            asked.set(0);
            assertThatThrownBy(() -> client.fetch(registry.reference("app:3"))).hasMessageContaining("answered 503");
            assertThat(asked).as("an hour is not waited for").hasValue(1);

            asked.set(0);
            registry.on("GET /v2/app/manifests/4", exchange -> {
                asked.incrementAndGet();
                answer(exchange, 403, "");
            });
            assertThatThrownBy(() -> client.fetch(registry.reference("app:4"))).hasMessageContaining("answered 403");
            assertThat(asked).as("what does not pass is not tried again").hasValue(1);
        }
        assertThat(Retries.read("7")).contains(Duration.ofSeconds(7));
        assertThat(Retries.read("Wed, 21 Oct 2015 07:28:00 GMT")).contains(Duration.ZERO);
        assertThat(Retries.read("soon")).isEmpty();
    }

    @Test
    @DisplayName("asks mirrors first, and the registry where they have nothing or something else")
    void mirrors() {
        registry.servesImage(LAYER);
        byte[] wrong = LAYER.clone();
        wrong[200_000]++;
        try (FakeRegistry empty = new FakeRegistry();
                FakeRegistry bad = new FakeRegistry();
                RegistryClient client = registry.client()
                        .plainHttp(empty.name())
                        .plainHttp(bad.name())
                        .mirrors(registry.name(), List.of(empty.name(), bad.name()))
                        .build()) {
            bad.servesImage(LAYER);
            bad.serves("GET", "blobs/" + BLOB.digest(), wrong);

            MemorySink sink = new MemorySink();
            client.fetchBlob(registry.reference("app"), BLOB, sink);

            assertThat(sink.bytes()).isEqualTo(LAYER);
            assertThat(sink.opened()).isEqualTo(3);
            assertThat(List.of(empty.questions(), bad.questions(), registry.questions()))
                    .allMatch(questions -> questions.equals(List.of("GET /v2/app/blobs/" + BLOB.digest())));
            client.fetch(registry.reference("app:1"));
            assertThat(registry.questions()).as("the second mirror had it").hasSize(1);
        }
    }

    @Test
    @DisplayName("pushes a small blob at once, and none that is there")
    void push() {
        registry.on(
                "POST /v2/app/blobs/uploads/",
                exchange -> answer(exchange, 202, "", "Location", "/upload/1?state=a%2Bb"));
        registry.on("PUT /upload/1", exchange -> answer(exchange, 201, ""));
        List<Progress> transfers = Collections.synchronizedList(new ArrayList<>());
        try (RegistryClient client = registry.client().listener(transfers::add).build()) {
            assertThat(client.pushBlob(registry.reference("app"), BLOB, () -> new ByteArrayInputStream(LAYER)))
                    .isTrue();
            assertThat(registry.questions())
                    .containsExactly(
                            "HEAD /v2/app/blobs/" + BLOB.digest(),
                            "POST /v2/app/blobs/uploads/",
                            "PUT /upload/1?state=a%2Bb&digest=sha256%3A"
                                    + BLOB.digest().hex());
            assertThat(registry.seen().getLast().body()).isEqualTo(LAYER);
            assertThat(transfers.getLast().isComplete()).isTrue();

            registry.serves("HEAD", "blobs/" + BLOB.digest(), LAYER);
            assertThat(client.pushBlob(registry.reference("app"), BLOB, () -> {
                        throw new AssertionError("not to be read");
                    }))
                    .isFalse();
            assertThat(client.hasBlob(registry.reference("app"), BLOB.digest())).isTrue();
        }
    }

    @Test
    @DisplayName("pushes a large blob in chunks, and goes on after a broken one with what the registry has of it")
    void chunks() throws IOException {
        ByteArrayOutputStream stored = new ByteArrayOutputStream();
        AtomicInteger patches = new AtomicInteger();
        registry.on("POST /v2/app/blobs/uploads/", exchange -> answer(exchange, 202, "", "Location", "/upload/0"));
        FakeRegistry.Handler patch = exchange -> {
            byte[] body = registry.seen().getLast().body();
            assertThat(exchange.getRequestURI()).hasPath("/upload/" + stored.size());
            assertThat(FakeRegistry.header(exchange, "Content-Range"))
                    .isEqualTo(stored.size() + "-" + (stored.size() + body.length - 1));
            if (patches.incrementAndGet() == 2) {
                // takes half of it and breaks
                stored.write(body, 0, body.length / 2);
                return;
            }
            stored.write(body);
            answer(exchange, 202, "", "Location", "/upload/" + stored.size());
        };
        for (int i = 0; i <= LAYER.length; i++) {
            registry.on("PATCH /upload/" + i, patch);
        }
        registry.on(
                "GET /upload/100000",
                exchange -> answer(
                        exchange,
                        204,
                        "",
                        "Location",
                        "/upload/" + stored.size(),
                        "Range",
                        "0-" + (stored.size() - 1)));
        registry.on("PUT /upload/300000", exchange -> answer(exchange, 201, ""));
        try (RegistryClient client = registry.client().chunkBytes(100_000).build()) {
            client.pushBlob(registry.reference("app"), BLOB, () -> new ByteArrayInputStream(LAYER));
        }
        assertThat(stored.toByteArray()).isEqualTo(LAYER);
        assertThat(patches).hasValue(4);
        assertThat(registry.questions()).contains("GET /upload/100000");
        assertThat(registry.seen().getLast().body()).isEmpty();
    }

    @Test
    @DisplayName("begins a push again where the registry fails, and not where the source does")
    void pushFailures() {
        AtomicInteger puts = new AtomicInteger();
        registry.on("POST /v2/app/blobs/uploads/", exchange -> answer(exchange, 202, "", "Location", "/upload"));
        registry.on("PUT /upload", exchange -> answer(exchange, puts.incrementAndGet() < 3 ? 503 : 201, ""));
        try (RegistryClient client = registry.client().build()) {
            client.pushBlob(registry.reference("app"), BLOB, () -> new ByteArrayInputStream(LAYER));
            assertThat(puts).hasValue(3);
            assertThatThrownBy(() -> client.pushBlob(
                            registry.reference("app"), BLOB, () -> new ByteArrayInputStream(LAYER, 0, 1000)))
                    .isInstanceOf(RegistryException.class)
                    .hasMessageContaining("the blob can't be read")
                    .hasMessageContaining("ends 299000 bytes early");
            assertThatThrownBy(() -> client.pushBlob(registry.reference("app"), BLOB, () -> {
                        throw new IOException("no such file");
                    }))
                    .hasMessageContaining("no such file");
        }
        try (RegistryClient client = registry.client()
                .listener(transfer -> {
                    if (transfer.done() > 0) {
                        throw new IllegalStateException("enough");
                    }
                })
                .build()) {
            assertThatThrownBy(() ->
                            client.pushBlob(registry.reference("app"), BLOB, () -> new ByteArrayInputStream(LAYER)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("enough");
        }
    }

    @Test
    @DisplayName("mounts a blob of another repository, and ends the upload that a registry begins instead")
    void mount() {
        Digest there = Digest.of(new byte[1]);
        registry.on(
                "POST /v2/app/blobs/uploads/?mount=" + BLOB.digest() + "&from=base/x",
                exchange -> answer(exchange, 201, ""));
        registry.on(
                "POST /v2/app/blobs/uploads/?mount=" + there + "&from=base/x",
                exchange -> answer(exchange, 202, "", "Location", "/upload/7"));
        registry.on("DELETE /upload/7", exchange -> answer(exchange, 204, ""));
        ImageReference from = registry.reference("base/x");
        try (RegistryClient client = registry.client().build()) {
            assertThat(client.mountBlob(registry.reference("app"), BLOB.digest(), from))
                    .isTrue();
            assertThat(client.mountBlob(registry.reference("app"), there, from)).isFalse();
            assertThat(registry.questions()).endsWith("DELETE /upload/7");
            int asked = registry.seen().size();
            assertThat(client.mountBlob(registry.reference("app"), there, ImageReference.parse("debian")))
                    .isFalse();
            assertThat(registry.seen()).hasSize(asked);
        }
    }

    @Test
    @DisplayName("lists tags over all pages")
    void tags() {
        registry.on(
                "GET /v2/app/tags/list?n=1000",
                exchange -> answer(
                        exchange,
                        200,
                        "{\"name\":\"app\",\"tags\":[\"a\",\"b\"]}",
                        "Link",
                        "</v2/app/tags/list?n=2&last=b>; rel=\"next\""));
        registry.on(
                "GET /v2/app/tags/list?n=2&last=b",
                exchange -> answer(exchange, 200, "{\"name\":\"app\",\"tags\":[\"c\"]}"));
        registry.on("GET /v2/none/tags/list", exchange -> answer(exchange, 200, "{\"name\":\"none\",\"tags\":null}"));
        try (RegistryClient client = registry.client().build()) {
            assertThat(client.tags(registry.reference("app"))).containsExactly("a", "b", "c");
            assertThat(client.tags(registry.reference("none"))).isEmpty();
            assertThatThrownBy(() -> client.tags(registry.reference("missing")))
                    .hasMessageContaining("no such repository");
        }
    }

    @Test
    @DisplayName(
            "lists referrers, of a type where the registry does not look at it, and keeps them under a tag where it"
                    + " knows none")
    void referrers() {
        Digest subject = BLOB.digest();
        MediaType signature = new MediaType("application/x-signature");
        Descriptor signed = Descriptor.of(MediaType.MANIFEST, new byte[1]).withArtifactType(signature);
        Descriptor other = Descriptor.of(MediaType.MANIFEST, new byte[2]);
        byte[] index = new Index(MediaType.INDEX, List.of(signed, other), Map.of()).toBytes();
        try (RegistryClient client = registry.client().build()) {
            assertThat(client.referrers(registry.reference("app"), subject, Optional.empty()))
                    .isEmpty();

            registry.serves("GET", "referrers/" + subject, index, "Content-Type", MediaType.INDEX.name());
            assertThat(client.referrers(registry.reference("app"), subject, Optional.empty()))
                    .containsExactly(signed, other);
            assertThat(client.referrers(registry.reference("app"), subject, Optional.of(signature)))
                    .containsExactly(signed);

            Manifest manifest = new Manifest(
                    MediaType.MANIFEST,
                    Optional.of(signature),
                    Descriptor.of(new MediaType("application/vnd.oci.empty.v1+json"), utf8("{}")),
                    List.of(),
                    Optional.of(new Descriptor(MediaType.MANIFEST, subject, LAYER.length)),
                    Map.of("k", "v"),
                    Map.of());
            registry.on("PUT /v2/app/manifests/sig", exchange -> answer(exchange, 201, ""));
            registry.on("PUT /v2/app/manifests/sha256-" + subject.hex(), exchange -> answer(exchange, 201, ""));
            client.push(registry.reference("app:sig"), MediaType.MANIFEST, manifest.toBytes());
            Index tagged = Index.parse(registry.seen().getLast().body(), MediaType.INDEX);
            assertThat(tagged.manifests()).singleElement().satisfies(entry -> {
                assertThat(entry.digest()).isEqualTo(Digest.of(manifest.toBytes()));
                assertThat(entry.artifactType()).contains(signature);
                assertThat(entry.annotations()).containsEntry("k", "v");
            });

            registry.seen().clear();
            registry.on(
                    "PUT /v2/app/manifests/sig",
                    exchange -> answer(exchange, 201, "", "OCI-Subject", subject.toString()));
            client.push(registry.reference("app:sig"), MediaType.MANIFEST, manifest.toBytes());
            assertThat(registry.questions()).containsExactly("PUT /v2/app/manifests/sig");
        }
    }

    @Test
    @DisplayName("pushes no document that is not what it is said to be")
    void confusedPush() {
        try (RegistryClient client = registry.client().build()) {
            assertThatThrownBy(() -> client.push(registry.reference("app:1"), MediaType.INDEX, imageBytes()))
                    .isInstanceOf(InvalidSpecificationException.class);
            ImageReference wrong = registry.reference("app").withDigest(BLOB.digest());
            assertThatThrownBy(() -> client.push(wrong, MediaType.MANIFEST, imageBytes()))
                    .isInstanceOf(InvalidSpecificationException.class);
        }
        assertThat(registry.seen()).isEmpty();
    }

    @Test
    @DisplayName("gives up on a registry that is silent, before or within its answer")
    void silence() {
        CountDownLatch end = new CountDownLatch(1);
        registry.on("GET /v2/app/manifests/1", exchange -> await(end));
        registry.on("GET /v2/app/blobs/" + BLOB.digest(), exchange -> {
            FakeRegistry.cut(exchange, 200, LAYER.length, new byte[10]);
            await(end);
        });
        try (RegistryClient client = RegistryClient.builder()
                .plainHttp(registry.name())
                .retries(1, Duration.ZERO)
                .patience(Duration.ofMillis(200))
                .build()) {
            assertThatThrownBy(() -> client.fetch(registry.reference("app:1")))
                    .hasMessageContaining("no answer in 200 ms");
            assertThatThrownBy(() -> client.fetchBlob(registry.reference("app"), BLOB, new MemorySink()))
                    .hasMessageContaining("nothing came for 200 ms");
        } finally {
            end.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(50, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    @DisplayName("ends a transfer whose thread is interrupted, and all of them when it is closed, and leaves no thread")
    void ends() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        registry.on("GET /v2/app/blobs/" + BLOB.digest(), exchange -> {
            FakeRegistry.cut(exchange, 200, LAYER.length, new byte[10]);
            await(end);
        });
        RegistryClient client = registry.client().build();
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        Thread interrupted = fetching(client, failures);
        Thread closed = fetching(client, failures);
        Awaitility.await().until(() -> registry.seen().size() == 2);

        interrupted.interrupt();
        assertThat(interrupted.join(Duration.ofSeconds(20))).isTrue();
        assertThat(failures).singleElement().isInstanceOf(RegistryException.class);
        client.close();
        assertThat(closed.join(Duration.ofSeconds(20))).isTrue();
        assertThat(failures).hasSize(2).allMatch(RegistryException.class::isInstance);
        end.countDown();

        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("HttpClient")));
        assertThatThrownBy(() -> client.fetch(registry.reference("app:1"))).hasMessageContaining("has been closed");
    }

    private Thread fetching(RegistryClient client, List<Throwable> failures) {
        return Thread.startVirtualThread(() -> {
            try {
                client.fetchBlob(registry.reference("app"), BLOB, new MemorySink());
            } catch (RegistryException e) {
                failures.add(e);
            }
        });
    }

    @Test
    @DisplayName("takes each setting once, and none that can't work")
    void settings() {
        RegistryClientBuilder builder = RegistryClient.builder().retries(1, Duration.ZERO);
        assertThatThrownBy(() -> builder.retries(2, Duration.ZERO)).hasMessageContaining("set it once");
        assertThatThrownBy(() -> builder.patience(Duration.ZERO)).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.chunkBytes(1)).isInstanceOf(InvalidSpecificationException.class);
        assertThatThrownBy(() -> builder.retries(0, Duration.ZERO)).isInstanceOf(InvalidSpecificationException.class);
        for (String name : List.of("http://x", "a/b", "user@x", "x:0", "")) {
            assertThatThrownBy(() -> builder.plainHttp(name)).isInstanceOf(InvalidSpecificationException.class);
            assertThatThrownBy(() -> builder.mirrors("docker.io", List.of(name)))
                    .isInstanceOf(InvalidSpecificationException.class);
        }
    }
}
