package io.lxc4j.layers.archive;

import io.lxc4j.layers.oci.Descriptor;
import java.io.IOException;
import java.util.Optional;

/** Where an image comes from. Thread-safe. */
public interface ImageSource {
    /**
     * Whether a document is there.
     *
     * @param entry what an index lists
     * @return whether it is worth asking for it
     * @throws IOException if that can't be found out
     */
    boolean has(Descriptor entry) throws IOException;

    /**
     * Gets a document.
     *
     * @param entry what an index lists
     * @return its bytes, of that digest and size; empty if it is not there
     * @throws IOException if it can't be read
     */
    Optional<byte[]> document(Descriptor entry) throws IOException;

    /**
     * Brings a configuration or layer into the store.
     *
     * @param part what a manifest lists
     * @throws IOException if it can't be read or kept
     */
    void fetch(Descriptor part) throws IOException;
}
