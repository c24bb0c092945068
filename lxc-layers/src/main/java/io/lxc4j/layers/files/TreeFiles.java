package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

/** Goes through all files of a tree. What this user may not list is left out. */
public final class TreeFiles {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);

    private TreeFiles() {}

    /** Is told of each. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * Is told of a file, a directory, a link and so on.
         *
         * @param directory the directory that it is in; itself if it is the root
         * @param name its name there; empty if it is the root
         * @param path its path, a string of bytes
         * @param status what it is
         */
        void visit(Fd directory, String name, String path, FileStatus status);
    }

    /**
     * Goes through a tree.
     *
     * @param root its directory
     * @param visitor is told of it, and of all that is in it, in the order of names, directories before what they
     *     hold
     */
    public static void walk(Path root, Visitor visitor) {
        try (FileTree tree = new FileTree();
                Fd directory = Kernel.open(root.toString(), DIRECTORY, 0)) {
            visitor.visit(directory, "", "", tree.status(directory, ""));
            walk(tree, directory, "", visitor);
        }
    }

    private static void walk(FileTree tree, Fd directory, String prefix, Visitor visitor) {
        List<String> names = tree.list(directory);
        Collections.sort(names);
        for (String name : names) {
            FileStatus status = tree.status(directory, name);
            visitor.visit(directory, name, prefix + name, status);
            if (status.isDirectory()) {
                long opened = tree.tryOpen(directory, name, DIRECTORY, 0);
                if (opened != -Errno.EACCES.number()) {
                    try (Fd inside = new Fd((int) FileTree.check(opened, Sys.OPENAT, directory, name), name)) {
                        walk(tree, inside, prefix + name + "/", visitor);
                    }
                }
            }
        }
    }
}
