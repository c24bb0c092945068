package io.lxc4j.layers.store;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses to one gzip member by all processors, in blocks that do not wait for each other: each knows the end of the one before as
 * its dictionary, so hardly anything is lost. The same content gives the same bytes, however many processors there are. To be written by
 * one thread.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc1952">GZIP file format</a>
 */
final class ParallelGzip extends LayerCompression.Compressor {
    private static final int BLOCK_BYTES = 1 << 18;
    private static final int DICTIONARY_BYTES = 1 << 15;
    private static final byte UNKNOWN_SYSTEM = (byte) 0xff;
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, UNKNOWN_SYSTEM};

    private final OutputStream output;
    private final int level;
    private final int ahead = 2 * Runtime.getRuntime().availableProcessors();
    private final ExecutorService workers = Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform().daemon().name("lxc4j-gzip-", 0).factory());
    private final Deque<Future<byte[]>> compressing = new ArrayDeque<>();
    private final CRC32 checksum = new CRC32();
    private long length;
    private byte[] block = new byte[BLOCK_BYTES];
    private int filled;
    private byte[] dictionary = new byte[0];
    private boolean finished;

    /**
     * Compresses.
     *
     * @param output where to; closed with this
     * @param level from 1, fast, to 9, small
     */
    ParallelGzip(OutputStream output, int level) throws IOException {
        this.output = output;
        this.level = level;
        output.write(HEADER);
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        checksum.update(bytes, offset, count);
        length += count;
        int done = 0;
        while (done < count) {
            int part = Math.min(count - done, BLOCK_BYTES - filled);
            System.arraycopy(bytes, offset + done, block, filled, part);
            filled += part;
            done += part;
            if (filled == BLOCK_BYTES) {
                compress(false);
            }
        }
    }

    private void compress(boolean last) throws IOException {
        byte[] content = block;
        int size = filled;
        byte[] before = dictionary;
        compressing.add(workers.submit(() -> deflate(content, size, before, last)));
        dictionary = Arrays.copyOfRange(content, Math.max(0, size - DICTIONARY_BYTES), size);
        block = new byte[BLOCK_BYTES];
        filled = 0;
        while (compressing.size() > ahead) {
            takeFirst();
        }
    }

    private byte[] deflate(byte[] content, int size, byte[] before, boolean last) {
        try (Deflater deflater = new Deflater(level, true)) {
            if (before.length > 0) {
                deflater.setDictionary(before);
            }
            deflater.setInput(content, 0, size);
            if (last) {
                deflater.finish();
            }
            byte[] result = new byte[size + size / 1000 + 64];
            int total = 0;
            while (true) {
                int room = result.length - total;
                int count = deflater.deflate(result, total, room, last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH);
                total += count;
                if (count < room) {
                    return Arrays.copyOf(result, total);
                }
                result = Arrays.copyOf(result, 2 * result.length);
            }
        }
    }

    private void takeFirst() throws IOException {
        try {
            output.write(compressing.removeFirst().get());
        } catch (ExecutionException e) {
            throw new IOException("compressing failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while compressing", e);
        }
    }

    @Override
    void finish() throws IOException {
        if (finished) {
            return;
        }
        finished = true;
        compress(true);
        while (!compressing.isEmpty()) {
            takeFirst();
        }
        writeNumber(checksum.getValue());
        writeNumber(length);
        output.flush();
    }

    private void writeNumber(long number) throws IOException {
        for (int shift = 0; shift < 32; shift += 8) {
            output.write((int) (number >>> shift));
        }
    }

    @Override
    public void close() throws IOException {
        workers.shutdownNow();
        output.close();
    }
}
