package io.lxc4j.layers;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.files.LayerJoiner;
import io.lxc4j.layers.files.MergedTree;
import io.lxc4j.layers.files.MountStubs;
import io.lxc4j.layers.files.ResolvedPath;
import io.lxc4j.layers.files.TreeCopier;
import io.lxc4j.layers.store.HeldLayer;
import io.lxc4j.layers.store.LayerSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Copies all files that the layers show into one directory, which is the root. What has changed is found by comparing both.
 *
 * @param image whose layers
 * @param isReadOnly whether nobody will write to it
 */
record CopyDriver(Image image, boolean isReadOnly) implements Driver {
    private static final String MARK = ".wh.";

    /** What a launch makes in each root that lacks it. */
    private static final List<String> STUBS = List.of("/proc", "/sys", "/dev");

    @Override
    public void prepare(HeldLayer held, boolean isVolatile) {
        if (!held.isCopy() && !held.isUntouched()) {
            throw new ContainerException("starting a container with the writable layer in " + held.data()
                    + ": it was written to by an overlay, and is no copy of its image's files; open the store with"
                    + " LayerDriver.AUTOMATIC or OVERLAY, or reset it");
        }
        held.prepare(isVolatile);
        held.copy(!isVolatile, target -> {
            boolean asRoot = ProcessStatus.ofThisProcess().uid() == 0;
            try (MergedTree files = image.files();
                    TreeCopier copier = new TreeCopier(asRoot, isReadOnly)) {
                copier.copy(files, target);
            }
        });
    }

    @Override
    public RootFileSystem root(Path data, boolean isVolatile) {
        return new CopiedRoot(HeldLayer.copyIn(data), image, isReadOnly);
    }

    private static Path copy(HeldLayer held) {
        return HeldLayer.copyIn(held.data());
    }

    @Override
    public List<Change> changes(HeldLayer held) {
        List<Change> changes = TreeDiff.written(image.layerDirectories(), List.of(copy(held)));
        Set<String> stubs = emptyStubs(changes);
        changes.removeIf(change -> stubs.contains(change.path()));
        return List.copyOf(changes);
    }

    /** What there is only because something was mounted there. */
    private Set<String> emptyStubs(List<Change> changes) {
        Set<String> stubs;
        try (MergedTree files = image.files()) {
            stubs = new HashSet<>(MountStubs.of(files, STUBS).paths());
        }
        for (Change change : changes) {
            stubs.remove(TreeMerge.parent(change.path()));
        }
        return stubs;
    }

    @Override
    public LayerSource layer(ImageMaker maker, HeldLayer held) {
        return archive -> {
            Difference difference = new Difference(changes(held));
            maker.tree(copy(held), difference::has).write(archive);
            for (String path : difference.hidden) {
                archive.begin(LayerJoiner.whiteout(path));
            }
        };
    }

    /** What is in the layer of some changes. */
    private static final class Difference {
        private final Set<String> written = new HashSet<>(Set.of(""));
        private final List<String> hidden = new ArrayList<>();

        Difference(List<Change> changes) {
            Set<String> gone = new HashSet<>();
            for (Change change : changes) {
                String path = change.path();
                boolean isGoneAbove = gone.contains(TreeMerge.parent(path));
                switch (change) {
                    case Change.Added _ -> written.add(path);
                    case Change.Changed changed -> {
                        written.add(path);
                        if (!changed.now().isDirectory()) {
                            gone.add(path);
                        }
                    }
                    case Change.Deleted _ -> {
                        gone.add(path);
                        if (!isGoneAbove) {
                            hidden.add(path);
                        }
                    }
                }
                if (!isGoneAbove) {
                    addWay(path);
                }
            }
        }

        private void addWay(String path) {
            for (String at = TreeMerge.parent(path); written.add(at); at = TreeMerge.parent(at)) {
                // up to one that is there already
            }
        }

        boolean has(String path) {
            String plain = ResolvedPath.plain(path);
            return written.contains(plain) && !plain.startsWith(MARK, plain.lastIndexOf('/') + 1);
        }
    }
}
