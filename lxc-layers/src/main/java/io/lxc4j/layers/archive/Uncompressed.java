package io.lxc4j.layers.archive;

import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.store.LayerCompression;
import io.lxc4j.layers.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** The archive of a layer, without compression. */
final class Uncompressed {
    /** 256 GiB, beyond what is unpacked of a layer. */
    private static final long MOST_BYTES = 1L << 38;

    private static final int BUFFER_BYTES = 1 << 17;

    private Uncompressed() {}

    /**
     * Compares a layer with what its image's configuration says of it.
     *
     * @param store the store that has it
     * @param blob its digest as it is kept
     * @param diffId the digest that it must have without compression
     * @return how many bytes it has without compression
     * @throws LayerException if it is another one
     */
    static long verify(Store store, Digest blob, Digest diffId) throws IOException {
        MessageDigest hash = diffId.newHash();
        long size = read(store, blob, hash);
        if (!diffId.matches(hash.digest())) {
            throw new LayerException("the layer " + blob + " is not the one that its image's configuration names, "
                    + diffId + ", when it is decompressed");
        }
        return size;
    }

    /**
     * Names a layer by its archive.
     *
     * @param store the store that has it
     * @param blob its digest as it is kept
     * @return its digest without compression
     */
    static Digest diffId(Store store, Digest blob) throws IOException {
        MessageDigest hash = Digest.newSha256();
        read(store, blob, hash);
        return Digest.ofHash(hash.digest());
    }

    private static long read(Store store, Digest blob, MessageDigest hash) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long size = 0;
        try (InputStream content = LayerCompression.decompress(store.open(blob))) {
            int count;
            while ((count = content.read(buffer)) > 0) {
                hash.update(buffer, 0, count);
                size += count;
                if (size > MOST_BYTES) {
                    throw new LayerException(
                            "the layer " + blob + " decompresses to more than " + MOST_BYTES + " bytes");
                }
            }
        }
        return size;
    }
}
