package io.lxc4j;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Waits for a process's end and keeps what it writes, up to a limit; the rest is read and thrown away. */
final class Capture {
    /** How long somebody else who holds the other end of a pipe is waited for, a process that is just being started as a rule. */
    private static final Duration OTHERS = Duration.ofSeconds(1);

    private static final int CHUNK_BYTES = 16_384;

    private final ContainerProcess process;
    private final List<String> command;
    private final int limitBytes;
    private final @Nullable Duration timeout;
    private final BooleanSupplier outOfMemory;

    /**
     * A capture.
     *
     * @param outOfMemory asked at the end whether the kernel has ended a process for want of memory
     */
    Capture(
            ContainerProcess process,
            List<String> command,
            int limitBytes,
            @Nullable Duration timeout,
            BooleanSupplier outOfMemory) {
        this.process = process;
        this.command = command;
        this.limitBytes = limitBytes;
        this.timeout = timeout;
        this.outOfMemory = outOfMemory;
    }

    ContainerResult await() throws InterruptedException {
        Kept output = new Kept(process.getInputStream());
        Kept error = new Kept(process.getErrorStream());
        Thread outputReader = Thread.startVirtualThread(output);
        Thread errorReader = Thread.startVirtualThread(error);
        boolean ended = timeout == null || process.waitFor(timeout);
        if (!ended) {
            process.destroyForcibly();
        }
        process.waitFor();
        // What the process has written is taken over at its end. If a reader waits for more, or has not come to it on a
        // busy machine, there is an end now, and nothing that was written is lost.
        if (!outputReader.join(OTHERS) || !errorReader.join(OTHERS)) {
            process.endOutput();
            outputReader.join();
            errorReader.join();
        }
        ContainerResult result = new ContainerResult(
                process.exitValue(),
                process.exitSignal(),
                output.text(),
                error.text(),
                output.truncated || error.truncated,
                outOfMemory.getAsBoolean());
        if (!ended && timeout != null) {
            throw new ContainerTimeoutException(command.toString(), timeout, result);
        }
        return result;
    }

    private final class Kept implements Runnable {
        private final InputStream stream;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private volatile boolean truncated;

        Kept(InputStream stream) {
            this.stream = stream;
        }

        @Override
        public void run() {
            byte[] chunk = new byte[CHUNK_BYTES];
            try {
                int count;
                while ((count = stream.read(chunk)) > 0) {
                    int kept = Math.min(count, limitBytes - bytes.size());
                    bytes.write(chunk, 0, kept);
                    truncated |= kept < count;
                }
            } catch (IOException _) {
                // the streams were closed while somebody else held the other end
            }
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
