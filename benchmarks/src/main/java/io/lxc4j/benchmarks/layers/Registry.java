package io.lxc4j.benchmarks.layers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Debian's {@code docker-registry} on loopback, with its files in a directory. */
final class Registry implements AutoCloseable {
    private static final int MOST_TRIES = 300;

    private final Process process;
    private final int port;

    Registry(Path directory) throws IOException, InterruptedException {
        try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(Files.createDirectories(directory).resolve("config.yml"), """
            version: 0.1
            log: {level: error}
            storage:
              filesystem: {rootdirectory: %s}
            http: {addr: "127.0.0.1:%d"}
            """.formatted(
                        directory.resolve("files"), port));
        process = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        for (int tries = 0; !isListening(); tries++) {
            if (tries > MOST_TRIES || !process.isAlive()) {
                throw new IOException("the registry does not listen: " + Files.readString(directory.resolve("log")));
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean isListening() {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    String name() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
