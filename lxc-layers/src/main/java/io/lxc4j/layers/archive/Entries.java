package io.lxc4j.layers.archive;

import io.lxc4j.error.InvalidSpecificationException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Regular files by their names: those of an archive, or of a directory. Anybody may have made them. Thread-safe. */
interface Entries extends AutoCloseable {
    /** The largest document that is read. */
    int MOST_DOCUMENT_BYTES = io.lxc4j.layers.oci.ImageDocument.MOST_BYTES;

    /**
     * A file that is there.
     *
     * @param size how many bytes it has
     * @param stream its bytes; that many, or an error
     */
    record Content(long size, InputStream stream) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            stream.close();
        }
    }

    /**
     * Looks for a file.
     *
     * @param name its name below the top, for instance {@code blobs/sha256/e3b0…}
     * @return its content, to be closed; empty if there is nothing of that name
     * @throws InvalidSpecificationException if there is something else than a regular file
     */
    Optional<Content> find(String name) throws IOException;

    default boolean has(String name) throws IOException {
        Optional<Content> found = find(name);
        if (found.isPresent()) {
            found.get().close();
        }
        return found.isPresent();
    }

    /** A small file, read whole; empty if it is not there. */
    default Optional<byte[]> document(String name) throws IOException {
        Optional<Content> found = find(name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        try (Content content = found.get()) {
            if (content.size > MOST_DOCUMENT_BYTES) {
                throw new InvalidSpecificationException(
                        name + " has " + content.size + " bytes; documents have at most " + MOST_DOCUMENT_BYTES);
            }
            return Optional.of(content.stream.readAllBytes());
        }
    }

    @Override
    void close() throws IOException;
}
