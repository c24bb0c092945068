package io.lxc4j.layers.registry;

import io.lxc4j.layers.oci.ImageReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real registry on loopback, with its files in a directory, and one user. */
public final class DockerRegistry implements AutoCloseable {
    public static final Credentials CREDENTIALS = new Credentials.Password("tester", "tested");

    /** The password above, by bcrypt with the least cost. */
    private static final String HASH = "$2a$04$abcdefghijklmnopqrstuujGa7RZPgXE0Jmr2uaivLGHBG1Y3L4ym";

    private final Process process;
    private final int port;

    public DockerRegistry(Path directory) throws IOException {
        try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path users = Files.writeString(directory.resolve("users"), "tester:" + HASH + "\n");
        Path config = Files.writeString(
                directory.resolve("config.yml"), """
                    version: 0.1
                    log: {level: error}
                    storage:
                      filesystem: {rootdirectory: %s}
                      delete: {enabled: true}
                    http: {addr: "127.0.0.1:%d"}
                    auth:
                      htpasswd: {realm: test, path: %s}
                    """.formatted(directory.resolve("files"), port, users));
        process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(this::isListening);
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException _) {
            if (!process.isAlive()) {
                throw new AssertionError("the registry has ended with " + process.exitValue());
            }
            return false;
        }
    }

    public String name() {
        return "127.0.0.1:" + port;
    }

    ImageReference reference(String rest) {
        return ImageReference.parse(name() + "/" + rest);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
