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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
    private static final int USUAL_MODE = 0755;

    private final FileTree tree;
    private final Fd root;
    private final List<String> names = new ArrayList<>();
    private final Deque<Fd> open = new ArrayDeque<>();

    /** Works below a directory, which stays the caller's. */
    OpenDirectories(FileTree tree, Fd root) {
        this.tree = tree;
        this.root = root;
    }

    /**
     * Opens a directory.
     *
     * @param path its path
     * @param made told of each that was missing and has been made
     * @return its descriptor, open until another one is asked for
     */
    Fd at(LayerPath path, Consumer<LayerPath> made) {
        int common = 0;
        while (common < names.size()
                && common < path.depth()
                && names.get(common).equals(path.names().get(common))) {
            common++;
        }
        keep(common);
        for (int i = common; i < path.depth(); i++) {
            push(path.names().get(i), made);
        }
        return current();
    }

    private Fd current() {
        return open.isEmpty() ? root : open.getLast();
    }

    private void push(String name, Consumer<LayerPath> made) {
        Fd parent = current();
        long result = tree.tryOpen(parent, name, ITSELF, 0);
        if (result == -Errno.ENOENT.number()) {
            FileTree.check(tree.tryMakeDirectory(parent, name, USUAL_MODE), Sys.MKDIRAT, parent, name);
            made.accept(new LayerPath(names).child(name));
            result = tree.tryOpen(parent, name, ITSELF, 0);
        } else if (result == -Errno.ELOOP.number() || result == -Errno.ENOTDIR.number()) {
            String path = new LayerPath(names).child(name).toString();
            result = tree.tryOpen(root, path, DIRECTORY, INSIDE);
        }
        open.addLast(new Fd((int) FileTree.check(result, Sys.OPENAT, parent, name), name));
        names.add(name);
    }

    /** Closes what is open of something that is to be removed. */
    void forget(LayerPath path) {
        if (new LayerPath(names).startsWith(path)) {
            keep(path.depth() - 1);
        }
    }

    private void keep(int count) {
        while (names.size() > count) {
            names.removeLast();
            open.removeLast().close();
        }
    }

    @Override
    public void close() {
        keep(0);
    }
}
