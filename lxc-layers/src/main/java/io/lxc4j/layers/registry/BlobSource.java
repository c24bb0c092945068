package io.lxc4j.layers.registry;

import java.io.IOException;
import java.io.InputStream;

/** Gives a blob that is pushed. */
@FunctionalInterface
public interface BlobSource {
    /**
     * Begins to give the blob, from its first byte. It is asked for again where a transfer has to be repeated, and for each chunk.
     *
     * @return all of the blob; closed after use
     * @throws IOException if it can't be read
     */
    InputStream open() throws IOException;
}
