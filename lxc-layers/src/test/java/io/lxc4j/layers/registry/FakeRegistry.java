package io.lxc4j.layers.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A registry in this JVM that does what a test says, and remembers what it was asked. */
public final class FakeRegistry implements AutoCloseable {
    /** What was asked. */
    static final class Seen {
        private final String question;
        private final String authorization;
        private final String range;
        private final byte[] body;

        Seen(HttpExchange exchange) throws IOException {
            question = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            authorization = header(exchange, "Authorization");
            range = header(exchange, "Range");
            body = exchange.getRequestBody().readAllBytes();
        }

        String authorization() {
            return authorization;
        }

        String range() {
            return range;
        }

        byte[] body() {
            return body;
        }

        @Override
        public String toString() {
            return question;
        }
    }

    /** Answers one question. */
    @FunctionalInterface
    interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();

    public FakeRegistry() {
        this(null);
    }

    FakeRegistry(@Nullable SSLContext tls) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            if (tls == null) {
                server = HttpServer.create(address, 0);
            } else {
                HttpsServer secure = HttpsServer.create(address, 0);
                secure.setHttpsConfigurator(new HttpsConfigurator(tls));
                server = secure;
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String uri = exchange.getRequestURI().toString();
            seen.add(new Seen(exchange));
            Handler handler = handlers.get(exchange.getRequestMethod() + " " + uri);
            if (handler == null) {
                handler = handlers.get(exchange.getRequestMethod() + " "
                        + exchange.getRequestURI().getPath());
            }
            if (handler == null) {
                answer(exchange, 404, "not here");
            } else {
                handler.handle(exchange);
            }
        }
    }

    static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    public String name() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    ImageReference reference(String rest) {
        return ImageReference.parse(name() + "/" + rest);
    }

    /** What is asked, by method and URI or path, is answered so. */
    FakeRegistry on(String question, Handler handler) {
        handlers.put(question, handler);
        return this;
    }

    /** The same, for documents and blobs of the repository "app". */
    public FakeRegistry serves(String method, String rest, byte[] body, String... headers) {
        return on(method + " /v2/app/" + rest, exchange -> answer(exchange, 200, body, headers));
    }

    List<Seen> seen() {
        return seen;
    }

    List<String> questions() {
        return seen.stream().map(Seen::toString).toList();
    }

    static void answer(HttpExchange exchange, int status, String body, String... headers) throws IOException {
        answer(exchange, status, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    static void answer(HttpExchange exchange, int status, byte[] body, String... headers) throws IOException {
        add(exchange, headers);
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        if (isHead) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
        }
        exchange.sendResponseHeaders(status, isHead || body.length == 0 ? -1 : body.length);
        if (!isHead) {
            exchange.getResponseBody().write(body);
        }
    }

    /** Announces so many bytes, and gives others. */
    static void cut(HttpExchange exchange, int status, long announced, byte[] body, String... headers)
            throws IOException {
        add(exchange, headers);
        exchange.sendResponseHeaders(status, announced);
        exchange.getResponseBody().write(body);
        exchange.getResponseBody().flush();
    }

    /** Gives bytes until nobody takes them any more. */
    static void endless(HttpExchange exchange, int status, byte[] part, String... headers) throws IOException {
        add(exchange, headers);
        exchange.sendResponseHeaders(status, 0);
        OutputStream body = exchange.getResponseBody();
        for (long sent = 0; sent < 1L << 30; sent += part.length) {
            body.write(part);
        }
        throw new AssertionError("somebody has taken a gigabyte");
    }

    private static void add(HttpExchange exchange, String... headers) {
        for (int i = 0; i < headers.length; i += 2) {
            exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
        }
    }

    /** Leads elsewhere. */
    static Handler redirect(int status, String location) {
        return exchange -> answer(exchange, status, "", "Location", location);
    }

    /** Serves an image of one layer as "app:1", and says what its documents are. */
    Descriptor servesImage(byte[] layer) {
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        Manifest manifest = new Manifest(
                MediaType.MANIFEST,
                Descriptor.of(MediaType.CONFIG, config),
                List.of(Descriptor.of(MediaType.LAYER, layer)),
                Map.of());
        byte[] bytes = manifest.toBytes();
        Descriptor descriptor = Descriptor.of(MediaType.MANIFEST, bytes);
        String[] headers = {
            "Content-Type",
            MediaType.MANIFEST.name(),
            "Docker-Content-Digest",
            descriptor.digest().toString()
        };
        for (String method : List.of("GET", "HEAD")) {
            serves(method, "manifests/1", bytes, headers);
            serves(method, "manifests/" + descriptor.digest(), bytes, headers);
            serves(method, "blobs/" + Digest.of(layer), layer);
            serves(method, "blobs/" + Digest.of(config), config);
        }
        return descriptor;
    }

    /** A client that asks this registry by plain HTTP, three times at most, and does not wait. */
    RegistryClientBuilder client() {
        return RegistryClient.builder().plainHttp(name()).retries(3, Duration.ZERO);
    }

    static CredentialSource knows(String registry, Credentials credentials) {
        return asked -> asked.equals(registry) ? Optional.of(credentials) : Optional.empty();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
