package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_NONBLOCK;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.tar.ByteStrings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares a tree with what it should be: names, types, permissions, owners, times, attributes, contents, and which names are of one
 * file. Not compared is what does not tell them apart: inodes, and names that files have elsewhere. Not thread-safe.
 */
public final class TreeComparison implements AutoCloseable {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);
    private static final Constant FILE = Constant.or(O_RDONLY, O_NOFOLLOW, O_NONBLOCK);
    private static final int DATA_BYTES = 1 << 18;

    private final FileTree tree = new FileTree();
    private final byte[] data = new byte[DATA_BYTES];
    private final byte[] wantedData = new byte[DATA_BYTES];
    private final Map<Long, Long> links = new HashMap<>();
    private final Map<Long, Long> wantedLinks = new HashMap<>();

    private TreeComparison() {}

    @Override
    public void close() {
        tree.close();
    }

    /** The first difference; thrown, as that ends a walk wherever it is. */
    private static final class Difference extends Exception {
        private static final long serialVersionUID = 1;

        Difference(String path, String what) {
            super((path.isEmpty() ? "its root" : ByteStrings.show(path)) + " " + what, null, false, false);
        }
    }

    /**
     * Looks for a difference. What this user may not read is not compared.
     *
     * @param is a directory
     * @param wanted what it should be
     * @return the first path that differs, and how; empty if there is none
     */
    public static Optional<String> difference(Path is, Path wanted) {
        try (TreeComparison comparison = new TreeComparison();
                Fd one = Kernel.open(is.toString(), DIRECTORY, 0);
                Fd other = Kernel.open(wanted.toString(), DIRECTORY, 0)) {
            comparison.compare(one, other, "", "");
            comparison.compareInside(one, other, "");
            return Optional.empty();
        } catch (Difference e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void compareInside(Fd is, Fd wanted, String prefix) throws Difference {
        List<String> names = sorted(is);
        List<String> wantedNames = sorted(wanted);
        for (String name : wantedNames) {
            if (Collections.binarySearch(names, name) < 0) {
                throw new Difference(prefix + name, "is missing");
            }
        }
        for (String name : names) {
            if (Collections.binarySearch(wantedNames, name) < 0) {
                throw new Difference(prefix + name, "is too much");
            }
            compareEntry(is, wanted, name, prefix + name);
        }
    }

    private List<String> sorted(Fd directory) {
        List<String> names = tree.list(directory);
        Collections.sort(names);
        return names;
    }

    private void compareEntry(Fd is, Fd wanted, String name, String path) throws Difference {
        FileStatus status = compare(is, wanted, name, path);
        if (!status.isDirectory() && !status.isRegular()) {
            return;
        }
        Constant how = status.isDirectory() ? DIRECTORY : FILE;
        long opened = tree.tryOpen(is, name, how, 0);
        if (opened == -Errno.EACCES.number()) {
            return;
        }
        try (Fd one = new Fd((int) FileTree.check(opened, Sys.OPENAT, is, name), name);
                Fd other = tree.open(wanted, name, how)) {
            if (status.isDirectory()) {
                compareInside(one, other, path + "/");
            } else {
                compareContent(one, other, path);
            }
        }
    }

    private FileStatus compare(Fd is, Fd wanted, String name, String path) throws Difference {
        FileStatus one = tree.status(is, name);
        FileStatus other = tree.status(wanted, name);
        if (one.mode() != other.mode()) {
            throw new Difference(path, "has the mode 0%o, and not 0%o".formatted(one.mode(), other.mode()));
        }
        same(
                path,
                "owner",
                one.owner().uid() + ":" + one.owner().gid(),
                other.owner().uid() + ":" + other.owner().gid());
        same(path, "time", one.modified(), other.modified());
        same(path, "device number", one.device(), other.device());
        if (one.isRegular()) {
            same(path, "size", one.size(), other.size());
        }
        if (one.isLink()) {
            same(path, "target", ByteStrings.show(tree.link(is, name)), ByteStrings.show(tree.link(wanted, name)));
        }
        Map<String, String> attributes = attributes(is, name);
        Map<String, String> wantedAttributes = attributes(wanted, name);
        if (!attributes.equals(wantedAttributes)) {
            throw new Difference(
                    path,
                    "has other attributes: " + ByteStrings.show(attributes.toString()) + ", and not "
                            + ByteStrings.show(wantedAttributes.toString()));
        }
        if (!one.isDirectory() && (one.links() > 1 || other.links() > 1)) {
            Long before = links.putIfAbsent(one.inode(), other.inode());
            Long wantedBefore = wantedLinks.putIfAbsent(other.inode(), one.inode());
            if ((before != null && before != other.inode()) || (wantedBefore != null && wantedBefore != one.inode())) {
                throw new Difference(path, "is not the same file as other names of it");
            }
        }
        return one;
    }

    private static void same(String path, String what, Object is, Object wanted) throws Difference {
        if (!is.equals(wanted)) {
            throw new Difference(path, "has the " + what + " " + is + ", and not " + wanted);
        }
    }

    private Map<String, String> attributes(Fd directory, String name) {
        Map<String, String> values = new TreeMap<>();
        for (String attribute : tree.attributes(directory, name)) {
            if (OverlayAttributes.isLayers(attribute) || OverlayAttributes.isOverlays(attribute)) {
                values.put(attribute, tree.attribute(directory, name, attribute));
            }
        }
        return values;
    }

    /** Files of equal sizes are read in equal parts. */
    private void compareContent(Fd is, Fd wanted, String path) throws Difference {
        while (true) {
            int count = tree.read(is, data);
            int wantedCount = tree.read(wanted, wantedData);
            if (!Arrays.equals(data, 0, count, wantedData, 0, wantedCount)) {
                throw new Difference(path, "has another content");
            }
            if (count == 0) {
                return;
            }
        }
    }
}
