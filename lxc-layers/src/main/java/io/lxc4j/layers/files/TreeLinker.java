package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a tree that has the same files as another one, under one more name each, or equal files of others instead. Its directories are
 * its own. Nothing of the other tree changes, so that may be in use. Not thread-safe.
 */
public final class TreeLinker implements AutoCloseable {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);
    private static final LayerPath ROOT = new LayerPath(List.of());
    private static final int OWNERS = 0700;

    private final FileTree tree = new FileTree();
    private final Equipment equipment;
    private final boolean asRoot;
    private final Map<Long, Other> others;
    private final Map<Path, Fd> open = new HashMap<>();

    /**
     * A file of another tree.
     *
     * @param root that tree
     * @param path its path there, a string of bytes
     * @param inode which file must be there
     */
    public record Other(Path root, String path, long inode) {}

    /**
     * A linker.
     *
     * @param asRoot whether owners and all attributes can be made
     * @param others what to take instead of files, by their inodes
     */
    public TreeLinker(boolean asRoot, Map<Long, Other> others) {
        this.asRoot = asRoot;
        this.others = Map.copyOf(others);
        equipment = new Equipment(tree, asRoot);
    }

    @Override
    public void close() {
        open.values().forEach(Fd::close);
        tree.close();
    }

    /**
     * Makes the tree.
     *
     * @param from the other one
     * @param to an empty directory
     * @throws SystemCallException if the kernel refuses something, as a directory that this user may not list
     */
    public void link(Path from, Path to) {
        try (Fd source = Kernel.open(from.toString(), DIRECTORY, 0);
                Fd target = Kernel.open(to.toString(), DIRECTORY, 0)) {
            fill(source, target);
        }
    }

    private void fill(Fd source, Fd target) {
        for (String name : tree.list(source)) {
            FileStatus status = tree.status(source, name);
            if (status.isDirectory()) {
                FileTree.check(tree.tryMakeDirectory(target, name, OWNERS), Sys.MKDIRAT, target, name);
                try (Fd inside = tree.open(source, name, DIRECTORY);
                        Fd made = tree.open(target, name, DIRECTORY)) {
                    fill(inside, made);
                }
            } else {
                Other other = others.get(status.inode());
                if (other == null || !linkOther(other, target, name)) {
                    FileTree.check(tree.tryHardLink(source, name, target, name), Sys.LINKAT, target, name);
                }
            }
        }
        equipment.give(ROOT, LowerLayers.entry(tree, "", source), target, "");
        if (Whiteout.isOpaque(tree, source, "")) {
            Whiteout.makeOpaque(tree, target, asRoot);
        }
    }

    /** A file can only have so many names, 65,000 for instance. */
    private boolean linkOther(Other other, Fd target, String name) {
        Fd root = open.computeIfAbsent(other.root, path -> Kernel.open(path.toString(), DIRECTORY, 0));
        long result = tree.tryHardLink(root, other.path, target, name);
        if (result == -Errno.EMLINK.number()) {
            return false;
        }
        FileTree.check(result, Sys.LINKAT, target, name);
        if (tree.status(target, name).inode() != other.inode) {
            throw new LayerException("linking to " + other.root + ": it has changed meanwhile");
        }
        return true;
    }
}
