package io.lxc4j.layers.archive;

import static io.lxc4j.kernel.Constants.O_CREAT;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_EXCL;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.O_WRONLY;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.oci.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** A directory whose files are written by descriptor, so that no link in it leads elsewhere. */
final class DirectoryTarget implements LayoutTarget, AutoCloseable {
    private static final Constant NEW_FILE = Constant.or(O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW);
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);
    private static final Constant NO_FLAGS = new Constant("0", 0);
    private static final int FILE_MODE = 0644;
    private static final int DIRECTORY_MODE = 0755;
    private static final int BUFFER_BYTES = 1 << 17;

    private final Fd root;
    private final FileTree tree = new FileTree();
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** Writes below an open directory, which stays the caller's. */
    DirectoryTarget(Fd root) {
        this.root = root;
    }

    /** One of another size would be a damaged one, and is replaced. */
    @Override
    public boolean has(Descriptor blob) throws IOException {
        Optional<Entries.Content> found = new DirectoryEntries(root).find(LayoutReader.path(blob.digest()));
        if (found.isEmpty()) {
            return false;
        }
        try (Entries.Content content = found.get()) {
            return content.size() == blob.size();
        }
    }

    @Override
    public void write(String name, long size, Source source) throws IOException {
        int slash = name.indexOf('/');
        write(root, name, slash, source);
    }

    private void write(Fd directory, String name, int slash, Source source) throws IOException {
        if (slash < 0) {
            writeFile(directory, name, source);
            return;
        }
        String first = name.substring(0, slash);
        String rest = name.substring(slash + 1);
        long made = tree.tryMakeDirectory(directory, first, DIRECTORY_MODE);
        if (made != -Errno.EEXIST.number()) {
            FileTree.check(made, Sys.MKDIRAT, directory, first);
        }
        try (Fd inside = tree.open(directory, first, DIRECTORY)) {
            write(inside, rest, rest.indexOf('/'), source);
        }
    }

    private void writeFile(Fd directory, String name, Source source) throws IOException {
        String temporary =
                ".lxc4j-" + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
        long number = FileTree.check(
                tree.tryOpen(directory, temporary, NEW_FILE, FILE_MODE), Sys.OPENAT, directory, temporary);
        try (Fd file = new Fd((int) number, temporary);
                InputStream content = source.open()) {
            long position = 0;
            int count;
            while ((count = content.read(buffer)) > 0) {
                tree.write(file, buffer, 0, count, position);
                position += count;
            }
            sync(file);
            FileTree.check(tree.tryReplace(directory, temporary, name), Sys.RENAMEAT2, directory, name);
        } catch (IOException | RuntimeException e) {
            long removed = tree.tryRemove(directory, temporary, NO_FLAGS);
            if (removed < 0 && removed != -Errno.ENOENT.number()) {
                e.addSuppressed(new IOException("what was written of it is left as " + temporary));
            }
            throw e;
        }
        sync(directory);
    }

    private static void sync(Fd open) {
        Kernel.check(Kernel.tryCall(Sys.FSYNC, open.number()), Sys.FSYNC, () -> open.toString());
    }

    @Override
    public void close() {
        tree.close();
    }
}
