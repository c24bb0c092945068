package io.lxc4j.layers.files;

import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.layers.tar.Extent;
import io.lxc4j.layers.tar.TarEntry;
import java.io.EOFException;
import java.io.IOException;

/** Writes the content of new files; blocks of zeros become holes. Keeps a buffer; not thread-safe. */
final class SparseWriter {
    private static final int DATA_BYTES = 1 << 18;
    private static final int BLOCK_BYTES = 4096;

    private final FileTree tree;
    private final byte[] data = new byte[DATA_BYTES];

    SparseWriter(FileTree tree) {
        this.tree = tree;
    }

    /** Where content comes from. */
    @FunctionalInterface
    interface Source {
        /** Reads some bytes; gives how many, or -1 at the end. */
        int read(byte[] target, int offset, int length) throws IOException;
    }

    /** Writes a file that is empty and open, from the archive's current entry. */
    void write(TarEntry entry, Fd file, Source source) throws IOException {
        long end = 0;
        for (Extent extent : entry.extents()) {
            end = Math.max(end, write(file, extent, source));
        }
        if (end < entry.size()) {
            FileTree.resize(file, entry.size()); // it ends with a hole
        }
    }

    /** Gives where the file ends now. */
    private long write(Fd file, Extent extent, Source source) throws IOException {
        long end = 0;
        long position = extent.offset();
        while (position < extent.end()) {
            int length = fill(source, (int) Math.min(DATA_BYTES, extent.end() - position));
            int done = 0;
            while (done < length) {
                int from = next(done, length, true);
                int to = next(from, length, false);
                if (to > from) {
                    tree.write(file, data, from, to - from, position + from);
                    end = position + to;
                }
                done = to;
            }
            position += length;
        }
        return end;
    }

    private int fill(Source source, int wanted) throws IOException {
        int done = 0;
        while (done < wanted) {
            int count = source.read(data, done, wanted - done);
            if (count < 0) {
                throw new EOFException("there is less of a file than was said");
            }
            done += count;
        }
        return done;
    }

    /** Skips blocks that are zeros, or such that are not. */
    private int next(int start, int length, boolean zeros) {
        int at = start;
        while (at < length && isZero(at, Math.min(at + BLOCK_BYTES, length)) == zeros) {
            at = Math.min(at + BLOCK_BYTES, length);
        }
        return at;
    }

    private boolean isZero(int from, int to) {
        if (to - from < BLOCK_BYTES) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (data[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
