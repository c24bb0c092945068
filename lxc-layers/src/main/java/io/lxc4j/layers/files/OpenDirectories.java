package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.RESOLVE_IN_ROOT;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Sys;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The directories on the way to the one that is worked in, open. Archives and walks go through a tree in order, so most files need no
 * directory opened. Not thread-safe.
 *
 * <p>A symbolic link among them is followed as if the root were that of a system, so that nothing outside is reached.
 */
final class OpenDirectories implements AutoCloseable {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY);
    private static final Constant ITSELF = Constant.or(DIRECTORY, O_NOFOLLOW);
    private static final Constant INSIDE = Constant.or(RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS);
    private static final LayerPath ROOT = new LayerPath(List.of());
    private static final int USUAL_MODE = 0755;

    private final FileTree tree;
    private final Fd root;
    private final List<Level> open = new ArrayList<>();

    /** A directory by the name that led to it, and by its path without links. */
    private record Level(String name, LayerPath real, Fd fd) {}

    /** Works below a directory, which stays the caller's. */
    OpenDirectories(FileTree tree, Fd root) {
        this.tree = tree;
        this.root = root;
    }

    /**
     * Opens a directory.
     *
     * @param path its path
     * @param made told of each that was missing and has been made: its path without links
     * @return its descriptor, open until another one is asked for
     */
    Fd at(LayerPath path, Consumer<LayerPath> made) {
        int common = 0;
        while (common < open.size()
                && common < path.depth()
                && open.get(common).name.equals(path.names().get(common))) {
            common++;
        }
        keep(common);
        for (int i = common; i < path.depth(); i++) {
            push(path.names().get(i), made);
        }
        return open.isEmpty() ? root : open.getLast().fd;
    }

    /** The path without links of the directory that was asked for last. */
    LayerPath real() {
        return open.isEmpty() ? ROOT : open.getLast().real;
    }

    private void push(String name, Consumer<LayerPath> made) {
        Fd parent = open.isEmpty() ? root : open.getLast().fd;
        LayerPath real = real().child(name);
        long result = tree.tryOpen(parent, name, ITSELF, 0);
        if (result == -Errno.ENOENT.number()) {
            FileTree.check(tree.tryMakeDirectory(parent, name, USUAL_MODE), Sys.MKDIRAT, parent, name);
            made.accept(real);
            result = tree.tryOpen(parent, name, ITSELF, 0);
        } else if (result == -Errno.ELOOP.number() || result == -Errno.ENOTDIR.number()) {
            result = tree.tryOpen(root, real.toString(), DIRECTORY, INSIDE);
            Fd fd = new Fd((int) FileTree.check(result, Sys.OPENAT2, root, real.toString()), name);
            open.add(new Level(name, real, fd));
            open.set(open.size() - 1, new Level(name, whereIs(fd), fd));
            return;
        }
        open.add(new Level(name, real, new Fd((int) FileTree.check(result, Sys.OPENAT, parent, name), name)));
    }

    /** The kernel knows where a link has led. */
    private LayerPath whereIs(Fd fd) {
        String whole = tree.link(root, "/proc/self/fd/" + fd.number());
        String ours = tree.link(root, "/proc/self/fd/" + root.number());
        return LayerPath.of(whole.substring(ours.length()));
    }

    /** Closes what is open of something that is to be removed. */
    void forget(LayerPath path) {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).real.startsWith(path)) {
                keep(i);
                return;
            }
        }
    }

    private void keep(int count) {
        while (open.size() > count) {
            open.removeLast().fd.close();
        }
    }

    @Override
    public void close() {
        keep(0);
    }
}
