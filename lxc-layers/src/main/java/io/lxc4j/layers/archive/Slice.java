package io.lxc4j.layers.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A part of an open file. It does not move the file's position, so that several can be read at once. */
final class Slice extends InputStream {
    private final FileChannel file;
    private final boolean owned;
    private final long end;
    private long position;

    /**
     * A part.
     *
     * @param file the file
     * @param owned whether it is closed with this
     * @param offset where the part begins
     * @param length how long it is
     */
    Slice(FileChannel file, boolean owned, long offset, long length) {
        this.file = file;
        this.owned = owned;
        position = offset;
        end = offset + length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (position == end) {
            return -1;
        }
        int count = file.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, end - position)), position);
        if (count < 0) {
            throw new EOFException("the file ends " + (end - position) + " bytes early");
        }
        position += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        if (owned) {
            file.close();
        }
    }
}
