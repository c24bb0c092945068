package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Tree;
import io.lxc4j.namespaces.Namespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A directory of the host, read-only or copy-on-write. */
final class DirectoryRoot extends RootFileSystem {
    private final Path path;

    /** Room for writes; 0 if there are none. */
    private final long sizeBytes;

    /** Whether the host's root is the container's; never of the host's own root, which holds its secrets. */
    private final boolean idMapped;

    DirectoryRoot(Path path, long sizeBytes, boolean idMapped) {
        this.path = path;
        this.sizeBytes = sizeBytes;
        this.idMapped = idMapped && path.getNameCount() > 0;
    }

    @Override
    public RootFileSystem unmapped() {
        return new DirectoryRoot(path, sizeBytes, false);
    }

    @Override
    public boolean needsOwnUsers() {
        return path.getNameCount() == 0;
    }

    @Override
    public Object look() {
        if (!Files.isDirectory(path)) {
            throw new InvalidSpecificationException("the root directory " + path
                    + (Files.exists(path) ? " is not a directory" : " does not exist, or this user may not reach it"));
        }
        return path;
    }

    @Override
    public boolean hasScratch() {
        return sizeBytes > 0;
    }

    @Override
    @SuppressWarnings("exports")
    public void contribute(LaunchPlan.Builder plan, Namespaces namespaces, boolean setUserId) {
        OpenedTree lower = new OpenedTree(path.toString(), sizeBytes == 0, idMapped);
        boolean opened = namespaces.parentMayMount();
        if (opened) {
            lower.open(plan, namespaces);
        }
        Tree tree = opened ? lower.tree() : new Tree.AtPath(path.toString());
        if (sizeBytes == 0) {
            plan.add(new MountOperation.RootFromDirectory(tree));
            plan.add(new MountOperation.RestrictRoot(true, setUserId));
            return;
        }
        plan.add(new MountOperation.MountScratch(sizeBytes));
        plan.add(new MountOperation.MakeScratchDirectory("upper", 0755));
        plan.add(new MountOperation.MakeScratchDirectory("work", 0700));
        if (opened) {
            plan.add(new MountOperation.MakeScratchDirectory("lower", 0755));
            plan.add(new MountOperation.AttachToScratch(tree, "lower"));
        }
        plan.add(new MountOperation.RootFromFileSystem(Overlay.fileSystem(
                opened ? "lower" : path.toString(), "upper", "work", namespaces.hasOwnUsers(), setUserId)));
        for (String target : List.of("/proc", "/sys", "/dev")) {
            plan.add(new MountOperation.MakeDirectory(target, 0755));
        }
    }

    @Override
    public String toString() {
        return path + (sizeBytes == 0 ? " (read-only)" : " (copy-on-write, " + sizeBytes + " bytes)");
    }
}
