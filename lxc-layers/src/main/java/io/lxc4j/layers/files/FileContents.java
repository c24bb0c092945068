package io.lxc4j.layers.files;

import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import java.util.Arrays;

/** Compares what is in files. Keeps buffers; not thread-safe. */
public final class FileContents implements AutoCloseable {
    private static final int PART_BYTES = 1 << 18;

    private final FileTree tree = new FileTree();
    private final byte[] first = new byte[PART_BYTES];
    private final byte[] second = new byte[PART_BYTES];

    /** Allocates the buffers, which {@link #close} gives back. */
    public FileContents() {}

    @Override
    public void close() {
        tree.close();
    }

    /**
     * Compares two regular files byte by byte.
     *
     * @param one a file
     * @param other another
     * @return whether they have the same bytes
     */
    public boolean areEqual(MergedTree.Entry one, MergedTree.Entry other) {
        if (one.status().size() != other.status().size()) {
            return false;
        }
        if (isSameFile(one.status(), other.status()) || one.status().size() == 0) {
            return true;
        }
        try (Fd left = one.open();
                Fd right = other.open()) {
            while (true) {
                int count = fill(left, first);
                if (fill(right, second) != count || !Arrays.equals(first, 0, count, second, 0, count)) {
                    return false;
                }
                if (count < PART_BYTES) {
                    return true;
                }
            }
        }
    }

    private static boolean isSameFile(FileStatus one, FileStatus other) {
        return one.inode() == other.inode() && one.fileSystem() == other.fileSystem();
    }

    private int fill(Fd file, byte[] buffer) {
        int done = tree.read(file, buffer);
        int count = done;
        while (count > 0 && done < buffer.length) {
            byte[] rest = new byte[buffer.length - done];
            count = tree.read(file, rest);
            System.arraycopy(rest, 0, buffer, done, count);
            done += count;
        }
        return done;
    }
}
