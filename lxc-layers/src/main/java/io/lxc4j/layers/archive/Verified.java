package io.lxc4j.layers.archive;

import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.oci.Digest;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/** Compares what is read with its digest, and fails at the end if it was something else. To be read from begin to end. */
final class Verified extends FilterInputStream {
    private final Digest digest;
    private final MessageDigest hash;

    Verified(InputStream source, Digest digest) {
        super(source);
        this.digest = digest;
        hash = digest.newHash();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = in.read(target, offset, length);
        if (count > 0) {
            hash.update(target, offset, count);
        } else if (count < 0 && !digest.matches(hash.digest())) {
            throw new LayerException("what is kept as " + digest
                    + " is something else: the store is damaged; see what its" + " check says");
        }
        return count;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
