package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.layers.oci.Digest;
import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Command;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("What several threads compress")
@Timeout(120)
class ParallelGzipTest {
    private static final int BLOCK = 1 << 18;

    @TempDir
    Path directory;

    /** Text that compresses well, and whose repetitions reach over the ends of blocks. */
    private static byte[] text(int length) {
        Random random = new Random(3);
        StringBuilder text = new StringBuilder(length + 100);
        while (text.length() < length) {
            text.append("line ").append(random.nextInt(5000)).append(" of a log that repeats itself\n");
        }
        return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] compress(byte[] content, int part) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ParallelGzip gzip = new ParallelGzip(bytes, 6)) {
            for (int at = 0; at < content.length; at += part) {
                gzip.write(content, at, Math.min(part, content.length - at));
            }
            gzip.finish();
        }
        return bytes.toByteArray();
    }

    private static long workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lxc4j-gzip-"))
                .count();
    }

    private static void assertNoWorkers() {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> workers() == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 5_000_000})
    @DisplayName("is one member that others read")
    void readable(int length) throws Exception {
        byte[] content = text(length);
        byte[] compressed = compress(content, 100_000);
        try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            assertThat(stream.readAllBytes()).isEqualTo(content);
        }
        Path file = Files.write(directory.resolve("x.gz"), compressed);
        Command.run("gzip", "-t", file.toString()).orFail();
        String whole = Command.run("sh", "-c", "gzip -dc $0 | sha256sum", file.toString())
                .orFail();
        assertThat(whole).startsWith(Digest.of(content).hex());
        assertNoWorkers();
    }

    @Test
    @DisplayName("can be noise, which gets hardly longer")
    void noise() throws IOException {
        byte[] content = new byte[3 * BLOCK + 5];
        new Random(1).nextBytes(content);
        byte[] compressed = compress(content, content.length);
        assertThat(compressed.length).isBetween(content.length, content.length + 1000);
        try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
            assertThat(stream.readAllBytes()).isEqualTo(content);
        }
    }

    @Test
    @DisplayName("is no more than one percent larger than what one thread makes")
    void size() throws IOException {
        byte[] content = text(8_000_000);
        ByteArrayOutputStream usual = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(usual)) {
            gzip.write(content);
        }
        assertThat(compress(content, content.length).length).isLessThan(usual.size() * 101 / 100);
    }

    /** Says what the digest of something compressed is. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println(
                    Runtime.getRuntime().availableProcessors() + " " + Digest.of(compress(text(4_000_000), 100_000)));
        }
    }

    @Test
    @DisplayName("has the same bytes however it is written, and on however many processors")
    void deterministic() throws Exception {
        byte[] content = text(4_000_000);
        byte[] once = compress(content, 100_000);
        assertThat(compress(content, 1 << 20)).isEqualTo(once);
        assertThat(compress(content, 4_000_000)).isEqualTo(once);
        for (int processors : List.of(1, 7)) {
            List<String> command = new ArrayList<>(ChildJvm.command(Worker.class));
            command.add(1, "-XX:ActiveProcessorCount=" + processors);
            assertThat(Command.run(command).orFail()).isEqualTo(processors + " " + Digest.of(once) + "\n");
        }
    }

    @Test
    @DisplayName("fails where what takes it fails, and leaves no thread")
    void failing() throws IOException {
        OutputStream full = new OutputStream() {
            private int left = 100_000;

            @Override
            public void write(int one) throws IOException {
                write(new byte[1], 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                left -= length;
                if (left < 0) {
                    throw new IOException("no space left");
                }
            }
        };
        byte[] noise = new byte[1 << 20];
        new Random(2).nextBytes(noise);
        try (ParallelGzip gzip = new ParallelGzip(full, 6)) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> {
                        for (int i = 0; i < 100; i++) {
                            gzip.write(noise);
                        }
                    })
                    .withMessage("no space left");
            assertThatExceptionOfType(IOException.class).isThrownBy(gzip::finish);
        }
        assertNoWorkers();
    }

    @Test
    @DisplayName("is not taken for whole if it was closed before its end")
    void unfinished() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ParallelGzip gzip = new ParallelGzip(bytes, 6)) {
            gzip.write(text(1_000_000));
        }
        assertNoWorkers();
        try (GZIPInputStream stream = new GZIPInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThatExceptionOfType(IOException.class).isThrownBy(stream::readAllBytes);
        }
    }

    @Test
    @DisplayName("keeps no more in memory than twice as many blocks as there are processors")
    void bounded() throws IOException {
        long[] largest = {0};
        long[] given = {0};
        OutputStream counting = new OutputStream() {
            private long taken;

            @Override
            public void write(int one) {
                taken++;
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                taken += length;
                largest[0] = Math.max(largest[0], given[0] - taken);
            }
        };
        byte[] noise = new byte[BLOCK];
        new Random(4).nextBytes(noise);
        try (ParallelGzip gzip = new ParallelGzip(counting, 1)) {
            for (int i = 0; i < 100; i++) {
                given[0] += noise.length;
                gzip.write(noise);
            }
            gzip.finish();
        }
        assertThat(largest[0]).isLessThanOrEqualTo((2L * Runtime.getRuntime().availableProcessors() + 2) * BLOCK);
    }
}
