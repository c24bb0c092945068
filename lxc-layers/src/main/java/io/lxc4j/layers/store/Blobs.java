package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Content by its digest. A blob that is there is whole and right. */
public final class Blobs {
    private static final int BUFFER_BYTES = 1 << 17;
    private static final int LARGEST_DOCUMENT = 4 << 20;

    private final StoreDirectory directory;

    Blobs(StoreDirectory directory) {
        this.directory = directory;
    }

    Path path(Digest digest) {
        return directory.resolve("blobs/" + digest.algorithm() + "/" + digest.hex());
    }

    boolean has(Digest digest) {
        return Files.exists(path(digest));
    }

    /** Its size in bytes; empty if it is not there. */
    OptionalLong size(Digest digest) {
        try {
            return OptionalLong.of(Files.size(path(digest)));
        } catch (NoSuchFileException _) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new ContainerException("looking for the blob " + digest + ": " + e, e);
        }
    }

    InputStream open(Digest digest) throws IOException {
        try {
            return Files.newInputStream(path(digest));
        } catch (NoSuchFileException e) {
            throw new LayerException(
                    "reading the blob " + digest + ": the store does not have it; pull the image again", e);
        }
    }

    /** The content of a small blob, compared with its digest once more. */
    byte[] document(Digest digest) {
        try (InputStream blob = open(digest)) {
            byte[] bytes = blob.readNBytes(LARGEST_DOCUMENT + 1);
            if (bytes.length > LARGEST_DOCUMENT) {
                throw new InvalidSpecificationException("reading the blob " + digest
                        + ": it is no document, as it has more than " + LARGEST_DOCUMENT + " bytes");
            }
            verify(digest, digest.newHash().digest(bytes));
            return bytes;
        } catch (IOException e) {
            throw new ContainerException("reading the blob " + digest + ": " + e, e);
        }
    }

    private static void verify(Digest wanted, byte[] hash) {
        Digest found = wanted.withHash(hash);
        if (!found.equals(wanted)) {
            throw new LayerException(
                    "the blob " + wanted + " has the digest " + found + ": it is another one, or damaged");
        }
    }

    Digest add(byte[] content) {
        Digest digest = Digest.of(content);
        if (!has(digest)) {
            try (Writer writer = writer(digest, content.length)) {
                writer.write(content, 0, content.length);
                writer.finish();
            } catch (IOException e) {
                throw new ContainerException("keeping the blob " + digest + ": " + e, e);
            }
        }
        return digest;
    }

    /**
     * Takes a blob in.
     *
     * @param digest what its digest must be
     * @param size how many bytes it must have
     */
    Writer writer(Digest digest, long size) throws IOException {
        return new Writer(digest, size);
    }

    /** Takes a blob in whose digest will be known at its end. */
    Writer writer() throws IOException {
        return new Writer(null, Long.MAX_VALUE);
    }

    /** A blob on its way in; what is not finished is removed when it is closed. To be used by one thread. */
    public final class Writer extends OutputStream {
        private final @Nullable Digest digest;
        private final long size;
        private final StoreDirectory.Workshop workshop;
        private final FileChannel file;
        private final MessageDigest hash;
        private long written;

        private Writer(@Nullable Digest digest, long size) throws IOException {
            this.digest = digest;
            this.size = size;
            hash = digest == null ? Digest.newSha256() : digest.newHash();
            workshop = directory.workshop();
            try {
                file = FileChannel.open(
                        workshop.path().resolve("blob"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (IOException e) {
                workshop.close();
                throw e;
            }
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            written += length;
            if (written > size) {
                throw new LayerException(
                        "the blob " + digest + " has more than the " + size + " bytes that it should have");
            }
            hash.update(bytes, offset, length);
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
        }

        public void copy(InputStream source) throws IOException {
            byte[] buffer = new byte[BUFFER_BYTES];
            int count;
            while ((count = source.read(buffer)) > 0) {
                write(buffer, 0, count);
            }
        }

        /**
         * Verifies the blob, and gives it its place.
         *
         * @return its digest
         */
        public Digest finish() throws IOException {
            byte[] value = hash.digest();
            if (digest != null) {
                if (written != size) {
                    throw new LayerException(
                            "the blob " + digest + " has " + written + " bytes, and should have " + size);
                }
                verify(digest, value);
            }
            Digest found = digest == null ? Digest.ofHash(value) : digest;
            file.force(true);
            file.close();
            StoreDirectory.place(workshop.path().resolve("blob"), path(found));
            return found;
        }

        long written() {
            return written;
        }

        @Override
        public void close() throws IOException {
            file.close();
            workshop.close();
        }
    }

    /** All that are there. */
    List<Digest> list() {
        List<Digest> digests = new ArrayList<>();
        for (String algorithm : List.of("sha256", "sha512")) {
            int length = algorithm.equals("sha512") ? 128 : 64;
            directory.list("blobs/" + algorithm).stream()
                    .filter(name -> name.length() == length && Digest.isHash(name))
                    .forEach(hex -> digests.add(new Digest(algorithm, hex)));
        }
        return digests;
    }

    /** Compares a blob with its digest. One that the disk does not give is as wrong as another one. */
    boolean isRight(Digest digest) {
        MessageDigest hash = digest.newHash();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream blob = open(digest)) {
            int count;
            while ((count = blob.read(buffer)) > 0) {
                hash.update(buffer, 0, count);
            }
        } catch (IOException _) {
            return false;
        }
        return digest.matches(hash.digest());
    }

    void remove(Digest digest) {
        try {
            Files.deleteIfExists(path(digest));
        } catch (IOException e) {
            throw new ContainerException("removing the blob " + digest + ": " + e, e);
        }
    }
}
