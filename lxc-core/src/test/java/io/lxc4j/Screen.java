package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** What a terminal shows or a pipe brings, read with a limit of time. */
final class Screen {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int CHUNK_BYTES = 16_384;

    private final FdInput input;

    Screen(FdInput input) {
        this.input = input;
    }

    /** What a container's process shows or writes. */
    static Screen of(Container container) {
        return new Screen((FdInput) container.process().getInputStream());
    }

    /**
     * Reads until a text is shown.
     *
     * @return what was shown up to it, with it
     */
    String expect(String text) throws InterruptedException {
        StringBuilder shown = new StringBuilder();
        read(shown, 1, () -> shown.indexOf(text, shown.length() - text.length()) >= 0);
        assertThat(shown.toString()).contains(text);
        return shown.toString();
    }

    /** Reads to the end. */
    String rest() throws InterruptedException {
        StringBuilder shown = new StringBuilder();
        assertThat(read(shown, CHUNK_BYTES, () -> false))
                .as("at the end within %s, after %s", LIMIT, shown)
                .isTrue();
        return shown.toString();
    }

    /** Reads until it is enough or the end, and gives up after a while, which is told. */
    private boolean read(StringBuilder shown, int bytesAtOnce, BooleanSupplier enough) throws InterruptedException {
        Thread reader = Thread.startVirtualThread(() -> {
            byte[] bytes = new byte[bytesAtOnce];
            try {
                int count;
                while (!enough.getAsBoolean() && (count = input.readInterruptibly(bytes)) > 0) {
                    shown.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
                }
            } catch (IOException | InterruptedException e) {
                shown.append(e);
            }
        });
        boolean done = reader.join(LIMIT);
        reader.interrupt();
        reader.join();
        return done;
    }
}
