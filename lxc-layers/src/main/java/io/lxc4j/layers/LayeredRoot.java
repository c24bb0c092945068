package io.lxc4j.layers;

import static io.lxc4j.kernel.Constants.MS_NODEV;
import static io.lxc4j.kernel.Constants.MS_NOSUID;
import static io.lxc4j.kernel.Constants.MS_RDONLY;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Tree;
import io.lxc4j.namespaces.Namespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Layers of a store in an overlay. All layers of a store lie in one directory, which is opened once, with owners mapped, however many
 * of them there are; so the number of layers costs the container's start next to nothing.
 */
final class LayeredRoot extends RootFileSystem {
    /** The kernel takes no more, and their names just fit into its page of options. */
    static final int MOST_LAYERS = 500;

    private static final int PAGE_BYTES = 4096;
    private static final String LAYERS = "layers";
    private static final String KEPT = "kept";
    private static final String ROOT = "root";

    private final Path directory;
    private final List<String> layers;
    private final Writes writes;
    private final boolean idMapped;

    /** When the directory was last changed before its layers were looked at; null if they were not. */
    private volatile @Nullable FileTime seen;

    /**
     * Where writes go.
     *
     * @param sizeBytes room in a tmpfs that vanishes; 0 if they go elsewhere or nowhere
     * @param kept a directory with {@code upper} and {@code work}, on one file system; null if none are kept
     * @param synced whether syncs of programs act
     */
    record Writes(long sizeBytes, @Nullable Path kept, boolean synced) {
        static Writes none() {
            return new Writes(0, null, true);
        }

        static Writes vanishing(long sizeBytes) {
            return new Writes(sizeBytes, null, true);
        }

        static Writes keptIn(Path directory) {
            return new Writes(0, directory, true);
        }

        Writes unsynced() {
            return new Writes(sizeBytes, kept, false);
        }

        boolean any() {
            return sizeBytes > 0 || kept != null;
        }
    }

    /**
     * An overlay.
     *
     * @param directory the directory of the store's layers
     * @param layers paths of layers in it, the top one first
     * @param writes where writes go
     * @param idMapped whether the layers' owners are those of the container
     */
    LayeredRoot(Path directory, List<String> layers, Writes writes, boolean idMapped) {
        this.directory = directory;
        this.layers = List.copyOf(layers);
        this.writes = writes;
        this.idMapped = idMapped;
        if (layers.isEmpty() || layers.size() > MOST_LAYERS) {
            throw new InvalidSpecificationException("a root of " + layers.size() + " layers; overlayfs takes 1 to "
                    + MOST_LAYERS + ", and squashing an image joins some");
        }
    }

    @Override
    public RootFileSystem unmapped() {
        return new LayeredRoot(directory, layers, writes, false);
    }

    @Override
    public boolean needsOwnUsers() {
        return false;
    }

    /** A layer that is removed changes their directory, so there is no need to look for each of them each time. */
    @Override
    public Object look() {
        FileTime changed = changed();
        if (!changed.equals(seen)) {
            requireLayers();
            seen = changed;
        }
        return List.of(layers, writes);
    }

    private FileTime changed() {
        try {
            return Files.getLastModifiedTime(directory);
        } catch (IOException e) {
            throw new InvalidSpecificationException("looking at the layers in " + directory + ": " + e, e);
        }
    }

    private void requireLayers() {
        for (String layer : layers) {
            if (!Files.isDirectory(directory.resolve(layer))) {
                throw new InvalidSpecificationException("the layer " + directory.resolve(layer)
                        + " is gone; somebody has removed the image meanwhile, so pull or build it again");
            }
        }
    }

    @Override
    public boolean hasScratch() {
        return true;
    }

    @Override
    @SuppressWarnings("exports")
    public void contribute(LaunchPlan.Builder plan, Namespaces namespaces, boolean setUserId) {
        OpenedTree opened = new OpenedTree(directory.toString(), false, idMapped);
        OpenedTree kept =
                writes.kept() == null ? null : new OpenedTree(writes.kept().toString(), false, idMapped);
        boolean parentOpens = namespaces.parentMayMount();
        if (parentOpens) {
            opened.open(plan, namespaces);
            if (kept != null) {
                kept.open(plan, namespaces);
            }
        }
        plan.add(new MountOperation.MountScratch(writes.sizeBytes() > 0 ? writes.sizeBytes() : SCRATCH_BYTES));
        plan.add(new MountOperation.MakeScratchDirectory(ROOT, 0755));
        attach(plan, parentOpens ? opened.tree() : new Tree.AtPath(directory.toString()), LAYERS);
        List<String> options = new ArrayList<>();
        options.add("lowerdir=" + String.join(":", lowerDirectories(plan)));
        if (kept != null) {
            attach(plan, parentOpens ? kept.tree() : new Tree.AtPath(kept.path()), KEPT);
            options.add("upperdir=../" + KEPT + "/upper,workdir=../" + KEPT + "/work");
        } else if (writes.any()) {
            plan.add(new MountOperation.MakeScratchDirectory("upper", 0755));
            plan.add(new MountOperation.MakeScratchDirectory("work", 0700));
            options.add("upperdir=../upper,workdir=../work");
        }
        if (!writes.synced()) {
            options.add("volatile");
        }
        options.add(attributes(namespaces));
        plan.add(
                new MountOperation.RootFromOverlay(LAYERS, ROOT, checked(String.join(",", options)), flags(setUserId)));
        if (writes.any()) {
            for (String target : List.of("/proc", "/sys", "/dev")) {
                plan.add(new MountOperation.MakeDirectory(target, 0755));
            }
        }
    }

    /**
     * What is kept says by the same attributes what is opaque, whoever mounts it; those that another mount would read can't be made
     * inside then. It is no part of an index, as the layers below may be unpacked anew.
     */
    private String attributes(Namespaces namespaces) {
        if (writes.kept() != null) {
            return "userxattr,index=off";
        }
        return namespaces.hasOwnUsers() ? "userxattr" : "redirect_dir=nofollow,metacopy=off";
    }

    private static void attach(LaunchPlan.Builder plan, Tree tree, String name) {
        plan.add(new MountOperation.MakeScratchDirectory(name, 0755));
        plan.add(new MountOperation.AttachToScratch(tree, name));
    }

    /** An overlay without an upper directory must have two lower ones. */
    private List<String> lowerDirectories(LaunchPlan.Builder plan) {
        if (layers.size() > 1 || writes.any()) {
            return layers;
        }
        plan.add(new MountOperation.MakeScratchDirectory("empty", 0755));
        return List.of(layers.getFirst(), "../empty");
    }

    private Constant flags(boolean setUserId) {
        Constant flags = setUserId ? MS_NODEV : Constant.or(MS_NOSUID, MS_NODEV);
        return writes.any() ? flags : Constant.or(MS_RDONLY, flags);
    }

    private static String checked(String options) {
        if (options.length() >= PAGE_BYTES) {
            throw new InvalidSpecificationException("the overlay's options have " + options.length()
                    + " bytes, and the kernel takes less than " + PAGE_BYTES + "; squashing an image joins layers");
        }
        return options;
    }

    @Override
    public String toString() {
        return layers.size() + " layers of " + directory
                + (writes.kept() != null
                        ? " (writes kept in " + writes.kept() + ")"
                        : writes.any() ? " (copy-on-write, " + writes.sizeBytes() + " bytes)" : " (read-only)");
    }
}
