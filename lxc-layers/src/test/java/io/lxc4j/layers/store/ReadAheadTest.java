package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A stream that is read ahead")
@Timeout(30)
@SuppressWarnings("InputStreamSlowMultibyteRead") // their reads fail, or are few
class ReadAheadTest {
    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static long readers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("lxc4j-read-ahead"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, (1 << 17) - 1, 1 << 17, (1 << 17) + 1, 5_000_000})
    @DisplayName("has the same bytes, and then ends, as often as it is asked")
    void same(int length) throws IOException {
        byte[] bytes = random(length);
        try (InputStream stream = new ReadAhead(new ByteArrayInputStream(bytes))) {
            assertThat(stream.readAllBytes()).isEqualTo(bytes);
            assertThat(stream.read()).isNegative();
            assertThat(stream.read(new byte[1], 0, 1)).isNegative();
            assertThat(stream.read(new byte[1], 0, 0)).isZero();
        }
        assertThat(readers()).isZero();
    }

    @Test
    @DisplayName("is read byte by byte, too, as numbers from 0 to 255")
    void single() throws IOException {
        try (InputStream stream = new ReadAhead(new ByteArrayInputStream(new byte[] {0, -1, 127}))) {
            assertThat(new int[] {stream.read(), stream.read(), stream.read(), stream.read()})
                    .containsExactly(0, 255, 127, -1);
        }
    }

    /** Counts what is read, ends never. */
    private static final class Endless extends InputStream {
        private final AtomicLong read = new AtomicLong();
        private final AtomicBoolean closed = new AtomicBoolean();

        @Override
        public int read() {
            read.incrementAndGet();
            return 7;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            read.addAndGet(length);
            return length;
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    @Test
    @DisplayName("reads no more than a megabyte ahead, and nothing once it is closed")
    void bounded() throws Exception {
        Endless endless = new Endless();
        try (InputStream stream = new ReadAhead(endless)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(endless.read).hasValue(1 << 20));
            assertThat(stream.readNBytes(1 << 17)).hasSize(1 << 17);
            stream.read(); // gives the first part back
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(endless.read).hasValue((1 << 20) + (1 << 17)));
        }
        assertThat(endless.closed).isTrue();
        assertThat(readers()).isZero();
    }

    @Test
    @DisplayName("passes on what was read before a failure, and then the failure")
    void failing() throws IOException {
        byte[] bytes = random(1 << 17);
        InputStream source = new FilterInputStream(new ByteArrayInputStream(bytes)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int count = super.read(target, offset, length);
                if (count < 0) {
                    throw new IOException("the disk is gone");
                }
                return count;
            }
        };
        try (InputStream stream = new ReadAhead(source)) {
            assertThat(stream.readNBytes(bytes.length)).isEqualTo(bytes);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(stream::read)
                    .withMessage("the disk is gone");
        }
        assertThat(readers()).isZero();
    }

    @Test
    @DisplayName("passes on errors that no stream announces, instead of waiting for ever")
    void broken() throws IOException {
        for (Throwable each : new Throwable[] {new IllegalStateException("a bug"), new StackOverflowError("deep")}) {
            InputStream source = new InputStream() {
                @Override
                public int read() {
                    if (each instanceof Error error) {
                        throw error;
                    }
                    throw (RuntimeException) each;
                }
            };
            try (InputStream stream = new ReadAhead(source)) {
                assertThatThrownBy(stream::read).isSameAs(each);
            }
        }
        assertThat(readers()).isZero();
    }

    @Test
    @DisplayName("can be interrupted, and closed by an interrupted thread, which stays so")
    void interrupted() throws IOException {
        InputStream stuck = new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    Thread.sleep(Duration.ofDays(1));
                } catch (InterruptedException e) {
                    throw new IOException("closed", e);
                }
                return -1;
            }
        };
        InputStream stream = new ReadAhead(stuck);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(IOException.class).isThrownBy(stream::read).withMessageContaining("interrupted");
        stream.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(readers()).isZero();
    }
}
