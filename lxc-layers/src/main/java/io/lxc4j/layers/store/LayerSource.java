package io.lxc4j.layers.store;

import io.lxc4j.layers.tar.TarWriter;
import java.io.IOException;

/** Writes the archive of a new layer. */
public interface LayerSource {
    /**
     * Writes all entries.
     *
     * @param archive where to; it is finished by the caller
     * @throws IOException if something can't be read or written
     */
    void write(TarWriter archive) throws IOException;
}
