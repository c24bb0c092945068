package io.lxc4j.layers.store;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.layers.oci.MediaType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** What undoes the compression of a blob, as its first bytes say. */
public enum Decompression {
    /** Not at all. */
    NONE,
    /** By gzip, in one member or several. */
    GZIP,
    /** By Zstandard, in one frame or several. */
    ZSTD;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LONGEST_MAGIC = 4;

    /**
     * Looks how a stream is compressed.
     *
     * @param blob the stream, at its beginning; closed after that
     * @return what undoes it
     * @throws IOException if it can't be read
     */
    public static Decompression find(InputStream blob) throws IOException {
        try (BufferedInputStream buffered = new BufferedInputStream(blob, LONGEST_MAGIC)) {
            return of(buffered);
        }
    }

    /**
     * What an archive of a layer is called that is compressed so.
     *
     * @return its media type
     */
    public MediaType layerType() {
        return switch (this) {
            case NONE -> MediaType.LAYER;
            case GZIP -> MediaType.LAYER_GZIP;
            case ZSTD -> MediaType.LAYER_ZSTD;
        };
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
            case ZSTD -> zstd(buffered);
        };
    }

    private static Decompression of(BufferedInputStream blob) throws IOException {
        blob.mark(LONGEST_MAGIC);
        byte[] magic = blob.readNBytes(LONGEST_MAGIC);
        blob.reset();
        if (magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
            return GZIP;
        }
        boolean isZstd = magic.length == LONGEST_MAGIC
                && magic[0] == 0x28
                && magic[1] == (byte) 0xb5
                && magic[2] == 0x2f
                && magic[3] == (byte) 0xfd;
        return isZstd ? ZSTD : NONE;
    }

    private static InputStream zstd(InputStream blob) throws IOException {
        try {
            return Zstandard.decompress(blob);
        } catch (NoClassDefFoundError e) {
            throw new HostUnsupportedException(
                    "decompressing a layer: it is compressed by Zstandard, which needs the library"
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
    }
}
