package io.lxc4j.layers;

import io.lxc4j.layers.Change.Aspect;
import io.lxc4j.layers.files.FileContents;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.files.MergedTree;
import io.lxc4j.layers.tar.ByteStrings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Compares two merged trees. Layers that both have at the bottom are not listed: a name that no other layer mentions is the same in both. So
 * the time is that of what has changed, and what is kept is one directory's names for each level.
 */
final class TreeDiff implements AutoCloseable {
    /** As deep as a path can lead. */
    private static final int DEEPEST = 2048;

    private final MergedTree from;
    private final MergedTree to;
    private final FileContents contents = new FileContents();
    private final Consumer<? super Change> found;
    private int depth;

    private TreeDiff(MergedTree from, MergedTree to, Consumer<? super Change> found) {
        this.from = from;
        this.to = to;
        this.found = found;
    }

    /**
     * Compares.
     *
     * @param from layers, the top one first
     * @param to layers, the top one first
     * @param found told of each change, each directory before what is in it
     */
    static void run(List<Path> from, List<Path> to, Consumer<? super Change> found) {
        try (MergedTree before = new MergedTree(from);
                MergedTree now = new MergedTree(to);
                TreeDiff diff = new TreeDiff(before, now, found)) {
            diff.root();
        }
    }

    /**
     * What a container has changed. The root's time is that of the making of what it writes to, and of no meaning.
     *
     * @param image the image's layers, the top one first
     * @param now what the container sees
     * @return the changes, a list of the caller's
     */
    static List<Change> written(List<Path> image, List<Path> now) {
        List<Change> changes = new ArrayList<>();
        run(image, now, change -> {
            boolean isOfTimeOnly = change instanceof Change.Changed changed && changed.isOfTimeOnly();
            if (!change.path().isEmpty() || !isOfTimeOnly) {
                changes.add(change);
            }
        });
        return changes;
    }

    @Override
    public void close() {
        contents.close();
    }

    private void root() {
        compare(from.rootEntry(), to.rootEntry());
        inside(from.root(), to.root());
    }

    private void inside(MergedTree.Directory before, MergedTree.Directory now) {
        if (++depth > DEEPEST) {
            throw new LayerException(
                    "comparing " + ByteStrings.show(now.path()) + ": it is more than " + DEEPEST + " directories deep");
        }
        List<Path> lower = before.layers();
        List<Path> upper = now.layers();
        int common = common(lower, upper);
        SortedSet<String> names = new TreeSet<>(before.mentioned(lower.size() - common));
        names.addAll(now.mentioned(upper.size() - common));
        for (String name : names) {
            Optional<MergedTree.Entry> old = before.find(name);
            Optional<MergedTree.Entry> young = now.find(name);
            if (old.isPresent() && young.isPresent()) {
                both(old.get(), young.get());
            } else {
                old.ifPresent(entry -> all(entry, this::deleted));
                young.ifPresent(entry -> all(entry, this::added));
            }
        }
        depth--;
    }

    /** How many layers at the bottom are the same. */
    private static int common(List<Path> one, List<Path> other) {
        int count = 0;
        while (count < Math.min(one.size(), other.size())
                && one.get(one.size() - 1 - count).equals(other.get(other.size() - 1 - count))) {
            count++;
        }
        return count;
    }

    private void both(MergedTree.Entry before, MergedTree.Entry now) {
        compare(before, now);
        boolean was = before.status().isDirectory();
        boolean is = now.status().isDirectory();
        if (was && is) {
            try (MergedTree.Directory left = before.openDirectory();
                    MergedTree.Directory right = now.openDirectory()) {
                inside(left, right);
            }
        } else if (was) {
            below(before, this::deleted);
        } else if (is) {
            below(now, this::added);
        }
    }

    private void compare(MergedTree.Entry before, MergedTree.Entry now) {
        if (before.isOfSameLayer(now)) {
            return;
        }
        FileMetadata was = FileMetadata.of(before);
        FileMetadata is = FileMetadata.of(now);
        Set<Aspect> aspects = aspects(was, is);
        if (was.type() == FileType.FILE && is.type() == FileType.FILE && !contents.areEqual(before, now)) {
            aspects.add(Aspect.CONTENT);
        }
        if (!aspects.isEmpty()) {
            found.accept(new Change.Changed(now.path(), was, is, aspects));
        }
    }

    /** In what two differ, their content aside. */
    private static Set<Aspect> aspects(FileMetadata before, FileMetadata now) {
        Set<Aspect> aspects = EnumSet.noneOf(Aspect.class);
        if (before.type() != now.type()) {
            return EnumSet.of(Aspect.TYPE);
        }
        if (before.mode() != now.mode() && now.type() != FileType.SYMBOLIC_LINK) {
            aspects.add(Aspect.MODE);
        }
        if (before.uid() != now.uid() || before.gid() != now.gid()) {
            aspects.add(Aspect.OWNER);
        }
        if (!before.modified().equals(now.modified())) {
            aspects.add(Aspect.MODIFIED);
        }
        if (!before.attributes().equals(now.attributes())) {
            aspects.add(Aspect.ATTRIBUTES);
        }
        if (!before.linkTarget().equals(now.linkTarget())) {
            aspects.add(Aspect.LINK_TARGET);
        }
        if (before.major() != now.major() || before.minor() != now.minor()) {
            aspects.add(Aspect.DEVICE);
        }
        return aspects;
    }

    private void added(MergedTree.Entry entry) {
        found.accept(new Change.Added(entry.path(), FileMetadata.of(entry)));
    }

    private void deleted(MergedTree.Entry entry) {
        found.accept(new Change.Deleted(entry.path(), FileMetadata.of(entry)));
    }

    private void all(MergedTree.Entry entry, Consumer<MergedTree.Entry> each) {
        each.accept(entry);
        if (entry.status().isDirectory()) {
            below(entry, each);
        }
    }

    private void below(MergedTree.Entry entry, Consumer<MergedTree.Entry> each) {
        if (++depth > DEEPEST) {
            throw new LayerException("comparing " + ByteStrings.show(entry.path()) + ": it is more than " + DEEPEST
                    + " directories deep");
        }
        try (MergedTree.Directory directory = entry.openDirectory()) {
            for (String name : directory.names()) {
                directory.find(name).ifPresent(inside -> all(inside, each));
            }
        }
        depth--;
    }
}
