package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.AT_REMOVEDIR;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.tar.ByteStrings;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Removes files and directories with all that they hold, without following links. */
public final class TreeRemover {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);
    private static final Constant NOTHING = Constant.or();
    private static final int OWNERS = 0700;

    /** A process can make more directories in each other than this one may open. What lies deeper is moved up first. */
    private static final int DEEPEST = 64;

    private final FileTree tree;
    private final Deque<String> moved = new ArrayDeque<>();
    private long count;

    TreeRemover(FileTree tree) {
        this.tree = tree;
    }

    /**
     * Removes a file or a tree; nothing happens if it is not there.
     *
     * @param path an absolute path, whose last part is not followed if it is a link
     */
    public static void remove(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("the root of all files is not removed");
        }
        try (FileTree tree = new FileTree();
                Fd directory = Kernel.open(parent.toString(), Constant.or(O_RDONLY, O_DIRECTORY), 0)) {
            new TreeRemover(tree).remove(directory, ByteStrings.ofText(String.valueOf(path.getFileName())));
        }
    }

    /** Removes a name; nothing happens if it is not there. */
    void remove(Fd parent, String name) {
        remove(parent, parent, name, 0);
        while (!moved.isEmpty()) {
            remove(parent, parent, moved.removeLast(), 0);
        }
    }

    private void remove(Fd top, Fd parent, String name, int depth) {
        long result = tree.tryRemove(parent, name, NOTHING);
        if (result == -Errno.EISDIR.number() || result == -Errno.EPERM.number()) {
            removeDirectory(top, parent, name, depth);
        } else if (result != -Errno.ENOENT.number()) {
            FileTree.check(result, Sys.UNLINKAT, parent, name);
        }
    }

    private void removeDirectory(Fd top, Fd parent, String name, int depth) {
        if (tree.tryRemove(parent, name, AT_REMOVEDIR) == 0) {
            return;
        }
        if (depth == DEEPEST) {
            String free = ".removed." + ++count + "." + System.nanoTime();
            FileTree.check(tree.tryRename(parent, name, top, free), Sys.RENAMEAT2, parent, name);
            moved.add(free);
            return;
        }
        long opened = tree.tryOpen(parent, name, DIRECTORY, 0);
        if (opened == -Errno.EACCES.number()) {
            tree.permit(parent, name, OWNERS); // an ordinary user's, from an image with such permissions
            opened = tree.tryOpen(parent, name, DIRECTORY, 0);
        }
        try (Fd directory = new Fd((int) FileTree.check(opened, Sys.OPENAT, parent, name), name)) {
            if (tree.status(directory, "").permissions() != OWNERS) {
                tree.permit(directory, "", OWNERS);
            }
            for (String child : tree.list(directory)) {
                remove(top, directory, child, depth + 1);
            }
        }
        FileTree.check(tree.tryRemove(parent, name, AT_REMOVEDIR), Sys.UNLINKAT, parent, name);
    }
}
