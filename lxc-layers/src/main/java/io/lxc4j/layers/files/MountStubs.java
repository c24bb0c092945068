package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.AT_REMOVEDIR;
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
import io.lxc4j.layers.tar.ByteStrings;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Empty files and directories that a launch makes where an image has nothing that it could mount something on. They are no part of what
 * the container has written.
 *
 * @param paths what the image has not, strings of bytes without a slash at either end
 */
public record MountStubs(Set<String> paths) {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);

    /** Copies. */
    public MountStubs {
        paths = Set.copyOf(paths);
    }

    /**
     * Those that there will be.
     *
     * @param files what the image shows
     * @param targets absolute paths that something is mounted on
     * @return what of them, and of the directories on the way, is missing
     */
    public static MountStubs of(MergedTree files, Collection<String> targets) {
        Set<String> missing = new HashSet<>();
        for (String target : targets) {
            String at = ResolvedPath.of(files, ByteStrings.ofText(target)).path();
            while (!at.isEmpty() && files.look(at, _ -> true).isEmpty()) {
                missing.add(at);
                at = parent(at);
            }
        }
        return new MountStubs(missing);
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /**
     * Removes those that are still empty.
     *
     * @param upper what the container has written, which nobody writes to any more
     */
    public void removeFrom(Path upper) {
        if (paths.isEmpty()) {
            return;
        }
        try (FileTree tree = new FileTree();
                Fd root = Kernel.open(upper.toString(), Constant.or(O_RDONLY, O_DIRECTORY), 0)) {
            for (String path : new TreeSet<>(paths).reversed()) { // what is in a directory comes after it
                remove(tree, root, path);
            }
        }
    }

    private static void remove(FileTree tree, Fd root, String path) {
        Deque<Fd> way = new ArrayDeque<>();
        List<String> names = List.of(path.split("/", -1));
        try {
            Fd directory = root;
            for (String name : names.subList(0, names.size() - 1)) {
                directory = tree.open(directory, name, DIRECTORY);
                way.push(directory);
            }
            FileStatus status = tree.status(directory, names.getLast());
            if (status.isDirectory()) {
                long _ = tree.tryRemove(
                        directory, names.getLast(), AT_REMOVEDIR); // which it can't be if it is not empty
            } else if (status.isRegular() && status.size() == 0) {
                long _ = tree.tryRemove(directory, names.getLast(), Constant.or());
            }
        } catch (SystemCallException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
                throw e; // else the container has put something else there
            }
        } finally {
            way.forEach(Fd::close);
        }
    }
}
