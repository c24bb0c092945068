package io.lxc4j.layers.registry;

import io.lxc4j.layers.oci.Descriptor;
import java.time.Duration;

/** Counts the bytes of one transfer, and tells of them every now and then. Thread-safe. */
final class Meter {
    private static final long INTERVAL_NANOS = Duration.ofMillis(100).toNanos();

    private final TransferListener listener;
    private final Transfer.Direction direction;
    private final String repository;
    private final Descriptor blob;
    private final long start = System.nanoTime();
    private long told;
    private long bytes;
    private long moved;

    Meter(TransferListener listener, Transfer.Direction direction, String repository, Descriptor blob) {
        this.listener = listener;
        this.direction = direction;
        this.repository = repository;
        this.blob = blob;
        tell(start);
    }

    synchronized void add(long count) {
        bytes += count;
        moved += count;
        long now = System.nanoTime();
        if (bytes == blob.size() || now - told >= INTERVAL_NANOS) {
            tell(now);
        }
    }

    /** Something is transferred again, from there on. */
    synchronized void restart(long from) {
        bytes = from;
    }

    private void tell(long now) {
        told = now;
        double seconds = Math.max(now - start, 1) / 1e9;
        listener.onProgress(new Transfer(direction, repository, blob.digest(), bytes, blob.size(), moved / seconds));
    }
}
