package io.lxc4j.layers.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream in a thread of its own, so that what computes it, as a decompression, goes on while its data is used. What is read ahead
 * is bounded. To be read by one thread; closing it ends the thread and closes the stream.
 */
final class ReadAhead extends InputStream {
    private static final int CHUNK_BYTES = 1 << 17;
    private static final int CHUNKS = 8;
    private static final byte[] EMPTY = new byte[0];

    private final InputStream source;
    private final BlockingQueue<Chunk> filled = new LinkedBlockingQueue<>();
    private final BlockingQueue<byte[]> free = new LinkedBlockingQueue<>();
    private final Thread reader;
    private Chunk current = new Chunk(EMPTY, 0, null);
    private int position;
    private boolean ended;

    /** A part of the stream; at its end an empty one. */
    private static final class Chunk {
        private final byte[] bytes;
        private final int length;
        private final @Nullable Throwable failure;

        Chunk(byte[] bytes, int length, @Nullable Throwable failure) {
            this.bytes = bytes;
            this.length = length;
            this.failure = failure;
        }
    }

    ReadAhead(InputStream source) {
        this.source = source;
        for (int i = 0; i < CHUNKS; i++) {
            free.add(new byte[CHUNK_BYTES]);
        }
        reader = Thread.ofPlatform().daemon().name("lxc4j-read-ahead").start(this::fill);
    }

    private void fill() {
        try {
            while (true) {
                byte[] bytes = free.take();
                int length = source.readNBytes(bytes, 0, bytes.length);
                filled.add(new Chunk(bytes, length, null));
                if (length == 0) {
                    return;
                }
            }
        } catch (InterruptedException _) {
            // closed
        } catch (IOException | RuntimeException | Error e) {
            filled.add(new Chunk(EMPTY, 0, e));
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == current.length && !next()) {
            return -1;
        }
        int count = Math.min(length, current.length - position);
        System.arraycopy(current.bytes, position, target, offset, count);
        position += count;
        return count;
    }

    private boolean next() throws IOException {
        if (ended) {
            return false;
        }
        if (current.length > 0) {
            free.add(current.bytes);
        }
        try {
            current = filled.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading", e);
        }
        position = 0;
        switch (current.failure) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new AssertionError("reading throws no other checked exception", e);
        }
        ended = current.length == 0;
        return !ended;
    }

    @Override
    public void close() throws IOException {
        reader.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                reader.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        source.close();
    }
}
