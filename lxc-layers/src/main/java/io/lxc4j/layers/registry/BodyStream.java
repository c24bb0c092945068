package io.lxc4j.layers.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream that does not wait for ever: the timeouts of {@link java.net.http.HttpClient} end with the headers.
 * Holds what a few signals brought, and asks for another one when one is read, so that what comes and what is done with it go on side by side.
 */
final class BodyStream extends InputStream implements BodySubscriber<InputStream> {
    /** What came last. */
    private sealed interface Signal {
        record Bytes(List<ByteBuffer> buffers) implements Signal {}

        record End() implements Signal {}

        record Failure(Throwable cause) implements Signal {}
    }

    /** The client's buffers have 16 KiB. */
    private static final int SIGNALS_AHEAD = 16;

    private final long patienceNanos;
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private final Deque<ByteBuffer> buffers = new ArrayDeque<>();
    private @Nullable Signal last;

    BodyStream(Duration patience) {
        patienceNanos = patience.toNanos();
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription arrived) {
        if (subscription.complete(arrived)) {
            arrived.request(SIGNALS_AHEAD);
        } else {
            arrived.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        signals.add(new Signal.Bytes(item));
    }

    @Override
    public void onError(Throwable cause) {
        signals.add(new Signal.Failure(cause));
    }

    @Override
    public void onComplete() {
        signals.add(new Signal.End());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (buffers.isEmpty()) {
            if (!next()) {
                return -1;
            }
        }
        ByteBuffer buffer = buffers.getFirst();
        int count = Math.min(length, buffer.remaining());
        buffer.get(target, offset, count);
        if (!buffer.hasRemaining()) {
            buffers.removeFirst();
            if (buffers.isEmpty()) {
                subscription.join().request(1);
            }
        }
        return count;
    }

    /** Waits for the next signal; false at the end. */
    private boolean next() throws IOException {
        Signal signal = last instanceof Signal.Bytes || last == null ? poll() : last;
        last = signal;
        return switch (signal) {
            case Signal.Bytes bytes -> take(bytes);
            case Signal.End _ -> false;
            case Signal.Failure failure ->
                throw new IOException("the connection broke: " + failure.cause(), failure.cause());
        };
    }

    private boolean take(Signal.Bytes bytes) {
        for (ByteBuffer buffer : bytes.buffers()) {
            if (buffer.hasRemaining()) {
                buffers.add(buffer);
            }
        }
        if (buffers.isEmpty()) {
            subscription.join().request(1);
        }
        return true;
    }

    private Signal poll() throws IOException {
        try {
            Signal signal = signals.poll(patienceNanos, TimeUnit.NANOSECONDS);
            if (signal == null) {
                close();
                throw new HttpTimeoutException(
                        "nothing came for " + TimeUnit.NANOSECONDS.toMillis(patienceNanos) + " ms");
            }
            return signal;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    /** Ends the exchange; what has not come does not come any more. */
    @Override
    public void close() {
        if (!subscription.cancel(false) && !subscription.isCancelled()) {
            subscription.join().cancel();
        }
        buffers.clear();
        last = new Signal.Failure(new IOException("closed"));
    }
}
