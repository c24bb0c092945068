package io.lxc4j.layers.archive;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_SYMLINKS;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The files below a directory. They are opened by descriptor, and neither a link on the way is followed nor one at the end: whoever made the
 * directory must not have this user's other files read.
 */
final class DirectoryEntries implements Entries {
    private static final Constant BENEATH = Constant.or(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS);

    private final Fd root;
    private final boolean owned;

    DirectoryEntries(Path directory) {
        root = Kernel.open(directory.toString(), Constant.or(O_RDONLY, O_DIRECTORY), 0);
        owned = true;
    }

    /** Those below an open directory, which stays the caller's. */
    DirectoryEntries(Fd root) {
        this.root = root;
        owned = false;
    }

    @Override
    public Optional<Content> find(String name) throws IOException {
        try (FileTree tree = new FileTree()) {
            long result = tree.tryOpen(root, name, O_PATH, BENEATH);
            if (result == -Errno.ENOENT.number()) {
                return Optional.empty();
            }
            if (result == -Errno.ELOOP.number()) {
                throw new InvalidSpecificationException(name + " below " + root
                        + " is a symbolic link, or is reached by one; none are followed there, so put the file itself"
                        + " in its place");
            }
            try (Fd file = new Fd((int) FileTree.check(result, Sys.OPENAT2, root, name), name)) {
                if (!tree.status(file, "").isRegular()) { // not even opened: it could be a pipe or a device
                    throw new InvalidSpecificationException(name + " below " + root + " is no regular file");
                }
                FileChannel channel =
                        FileChannel.open(Path.of("/proc/self/fd/" + file.number()), StandardOpenOption.READ);
                long size = channel.size();
                return Optional.of(new Content(size, new Slice(channel, true, 0, size)));
            }
        }
    }

    @Override
    public void close() {
        if (owned) {
            root.close();
        }
    }
}
