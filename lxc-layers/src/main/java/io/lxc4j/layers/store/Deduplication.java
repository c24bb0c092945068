package io.lxc4j.layers.store;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_NONBLOCK;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileDedupeRange;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.layers.files.TreeLinker.Other;
import io.lxc4j.layers.store.Duplicates.Copy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps equal files of unpacked layers once. Where the file system can, they share their room and stay files of their own. Else, those
 * that are equal in everything become one file: for the layers that have them, a new tree is made beside, which then takes the place of the
 * old one, so nothing changes in a layer that is in use. Nobody may collect or repair meanwhile. Not thread-safe.
 */
final class Deduplication {
    private static final Logger LOG = LoggerFactory.getLogger(Deduplication.class);
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);
    private static final Constant FILE = Constant.or(O_RDONLY, O_NOFOLLOW, O_NONBLOCK);
    private static final int PROBE_BYTES = 1 << 16;

    private final StoreDirectory directory;
    private final UnpackedLayers layers;
    private final Set<String> replaced = new HashSet<>();
    private long files;
    private long bytes;

    Deduplication(StoreDirectory directory, UnpackedLayers layers) {
        this.directory = directory;
        this.layers = layers;
    }

    /** The short names of layers that others have replaced. */
    Set<String> replaced() {
        return replaced;
    }

    long files() {
        return files;
    }

    long bytes() {
        return bytes;
    }

    void run() throws IOException {
        Map<String, UnpackedLayer> all = layers.all();
        boolean canShare = canShare();
        Duplicates duplicates = new Duplicates(canShare);
        for (UnpackedLayer layer : all.values()) {
            duplicates.add(layer.files());
        }
        List<List<Copy>> groups = duplicates.find();
        if (canShare) {
            groups.forEach(this::share);
        } else {
            link(all, groups);
        }
    }

    // ---- sharing

    /** Tries it, as the file system's kind does not say. */
    private boolean canShare() throws IOException {
        try (StoreDirectory.Workshop workshop = directory.workshop()) {
            byte[] bytes = new byte[PROBE_BYTES];
            bytes[0] = 1;
            Path one = Files.write(workshop.path().resolve("one"), bytes);
            Path other = Files.write(workshop.path().resolve("other"), bytes);
            try (Fd from = Kernel.open(one.toString(), FILE, 0);
                    Fd to = Kernel.open(other.toString(), FILE, 0)) {
                return FileDedupeRange.tryShare(from, to, bytes.length) == bytes.length;
            }
        }
    }

    private void share(List<Copy> group) {
        Copy first = group.getFirst();
        Set<Long> done = new HashSet<>(Set.of(first.inode()));
        try (FileTree tree = new FileTree();
                Fd firstLayer = Kernel.open(first.layer().toString(), DIRECTORY, 0);
                Fd from = tree.open(firstLayer, first.path(), FILE)) {
            for (Copy copy : group) {
                if (done.add(copy.inode())) {
                    try (Fd layer = Kernel.open(copy.layer().toString(), DIRECTORY, 0);
                            Fd to = tree.open(layer, copy.path(), FILE)) {
                        if (FileDedupeRange.tryShare(from, to, copy.size()) == copy.size()) {
                            files++;
                            bytes += copy.room();
                        }
                    }
                }
            }
        } catch (SystemCallException e) {
            LOG.debug("not all of {} files share their room", group.size(), e);
        }
    }

    // ---- linking

    private void link(Map<String, UnpackedLayer> all, List<List<Copy>> groups) throws IOException {
        Map<Path, Map<Long, Other>> plan = new LinkedHashMap<>();
        Map<Path, Long> saved = new HashMap<>();
        for (List<Copy> group : groups) {
            plan(group, plan, saved);
        }
        for (Map.Entry<String, UnpackedLayer> each : all.entrySet()) {
            UnpackedLayer layer = each.getValue();
            Map<Long, Other> others = plan.getOrDefault(layer.files(), Map.of());
            if (!others.isEmpty()) {
                try (UnpackedLayers.Fresh linked = layers.linked(each.getKey(), layer, others)) {
                    linked.place();
                    replaced.add(layer.id());
                    files += others.size();
                    bytes += saved.getOrDefault(layer.files(), 0L);
                } catch (ContainerException e) {
                    LOG.debug("the layer {} stays as it is", layer.id(), e);
                }
            }
        }
    }

    /**
     * Says which file each becomes. Two files of one layer never become the same, as they would be hard links of each other in an archive
     * of it. What is in several layers already comes first, so that a second deduplication has nothing to do.
     */
    private static void plan(List<Copy> group, Map<Path, Map<Long, Other>> plan, Map<Path, Long> saved) {
        Map<Long, Long> layersOf = group.stream().collect(Collectors.groupingBy(Copy::inode, Collectors.counting()));
        List<Copy> kept = new ArrayList<>();
        Set<Long> isKept = new HashSet<>();
        Map<Path, Taken> taken = new HashMap<>();
        for (Copy copy : group) {
            if (layersOf.getOrDefault(copy.inode(), 0L) > 1) {
                if (isKept.add(copy.inode())) {
                    kept.add(copy);
                }
                taken.computeIfAbsent(copy.layer(), _ -> new Taken()).inodes.add(copy.inode());
            }
        }
        for (Copy copy : group) {
            if (!isKept.contains(copy.inode())) {
                Taken ofLayer = taken.computeIfAbsent(copy.layer(), _ -> new Taken());
                Copy instead = ofLayer.next(kept);
                if (instead == null) {
                    kept.add(copy);
                    isKept.add(copy.inode());
                    ofLayer.inodes.add(copy.inode());
                } else {
                    plan.computeIfAbsent(copy.layer(), _ -> new HashMap<>())
                            .put(copy.inode(), new Other(instead.layer(), instead.path(), instead.inode()));
                    saved.merge(copy.layer(), copy.room(), Long::sum);
                }
            }
        }
    }

    /** Which of the files that are kept a layer has. */
    private static final class Taken {
        private final Set<Long> inodes = new HashSet<>();
        private int looked;

        @Nullable
        Copy next(List<Copy> kept) {
            while (looked < kept.size()) {
                Copy copy = kept.get(looked++);
                if (inodes.add(copy.inode())) {
                    return copy;
                }
            }
            return null;
        }
    }
}
