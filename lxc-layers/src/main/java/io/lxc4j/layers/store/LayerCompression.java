package io.lxc4j.layers.store;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.layers.oci.Compression;
import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPInputStream;

/** Compresses archives, and undoes that, as their first bytes say. */
public final class LayerCompression {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_MAGIC = 4;

    /** Level 6 makes layers two per cent smaller, and takes twice the time. */
    private static final int GZIP_LEVEL = 4;

    private static final int ZSTD_LEVEL = 3;

    private LayerCompression() {}

    // ---- undoing it

    /**
     * Looks how a stream is compressed.
     *
     * @param blob the stream, at its beginning; closed after that
     * @return how
     * @throws IOException if it can't be read
     */
    public static Compression find(InputStream blob) throws IOException {
        try (BufferedInputStream buffered = new BufferedInputStream(blob, LONGEST_MAGIC)) {
            return of(buffered);
        }
    }

    /**
     * Decompresses a stream, whatever it is.
     *
     * @param blob the stream; closed with the result
     * @return its content
     * @throws IOException if it can't be read
     */
    public static InputStream decompress(InputStream blob) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(blob, BUFFER_BYTES);
        return switch (of(buffered)) {
            case NONE -> buffered;
            case GZIP -> new GZIPInputStream(buffered, BUFFER_BYTES);
            case ZSTD -> withLibrary("decompressing", () -> Zstandard.decompress(buffered));
        };
    }

    private static Compression of(BufferedInputStream blob) throws IOException {
        blob.mark(LONGEST_MAGIC);
        byte[] magic = blob.readNBytes(LONGEST_MAGIC);
        blob.reset();
        if (magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
            return Compression.GZIP;
        }
        boolean isZstd = magic.length == LONGEST_MAGIC
                && magic[0] == 0x28
                && magic[1] == (byte) 0xb5
                && magic[2] == 0x2f
                && magic[3] == (byte) 0xfd;
        return isZstd ? Compression.ZSTD : Compression.NONE;
    }

    // ---- doing it

    /** Where a layer is written to be compressed. The same content gives the same bytes, on any number of processors. */
    abstract static class Compressor extends OutputStream {
        /** Ends it; nothing can be written after that. */
        abstract void finish() throws IOException;
    }

    /**
     * Compresses.
     *
     * @param how which way
     * @param output where to; closed with the result
     */
    static Compressor compress(Compression how, OutputStream output) throws IOException {
        return switch (how) {
            case NONE -> new Passing(new Unclosed(output), output);
            case GZIP -> new ParallelGzip(output, GZIP_LEVEL);
            case ZSTD -> withLibrary("compressing", () -> Zstandard.compress(output));
        };
    }

    /** Passes on to something that ends what it makes when it is closed. */
    private static final class Passing extends Compressor {
        private final OutputStream stream;
        private final OutputStream output;

        Passing(OutputStream stream, OutputStream output) {
            this.stream = stream;
            this.output = output;
        }

        @Override
        public void write(int one) throws IOException {
            stream.write(one);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            stream.write(bytes, offset, count);
        }

        @Override
        void finish() throws IOException {
            stream.close();
        }

        @Override
        public void close() throws IOException {
            try (output) {
                finish();
            }
        }
    }

    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream output) {
            super(output);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            out.write(bytes, offset, count);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }

    // ---- Zstandard

    private interface Use<T> {
        T make() throws IOException;
    }

    private static <T> T withLibrary(String doing, Use<T> use) throws IOException {
        try {
            return use.make();
        } catch (NoClassDefFoundError e) {
            throw new HostUnsupportedException(
                    doing + " a layer by Zstandard, which needs the library"
                            + " com.github.luben:zstd-jni among the application's dependencies",
                    e);
        }
    }

    /** The library is optional, and what names its classes is not even loaded before it is needed. */
    private static final class Zstandard {
        private Zstandard() {}

        static InputStream decompress(InputStream blob) throws IOException {
            return new ZstdInputStreamNoFinalizer(blob);
        }

        static Compressor compress(OutputStream output) throws IOException {
            ZstdOutputStreamNoFinalizer stream = new ZstdOutputStreamNoFinalizer(new Unclosed(output), ZSTD_LEVEL);
            stream.setWorkers(Runtime.getRuntime().availableProcessors());
            return new Passing(stream, output);
        }
    }
}
