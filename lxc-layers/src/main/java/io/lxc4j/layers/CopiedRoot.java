package io.lxc4j.layers;

import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Tree;
import io.lxc4j.namespaces.Namespaces;
import java.nio.file.Path;
import java.util.List;

/** A directory that has all files of an image. */
final class CopiedRoot extends RootFileSystem {
    private final Path tree;
    private final Image image;
    private final boolean readOnly;

    CopiedRoot(Path tree, Image image, boolean readOnly) {
        this.tree = tree;
        this.image = image;
        this.readOnly = readOnly;
    }

    @Override
    public RootFileSystem unmapped() {
        throw DiskRoot.alwaysMapped(this);
    }

    @Override
    public boolean needsOwnUsers() {
        return false;
    }

    @Override
    public Object look() {
        return tree;
    }

    @Override
    public boolean hasScratch() {
        return false;
    }

    @Override
    @SuppressWarnings("exports")
    public void contribute(LaunchPlan.Builder plan, Namespaces namespaces, boolean setUserId) {
        OpenedTree opened = new OpenedTree(tree.toString(), false, true);
        boolean parentOpens = namespaces.parentMayMount();
        if (parentOpens) {
            opened.open(plan, namespaces);
        }
        plan.add(new MountOperation.RootFromDirectory(parentOpens ? opened.tree() : new Tree.AtPath(tree.toString())));
        plan.add(new MountOperation.RestrictRoot(readOnly, setUserId));
        if (!readOnly) {
            for (String target : List.of("/proc", "/sys", "/dev")) {
                plan.add(new MountOperation.MakeDirectory(target, 0755));
            }
        }
    }

    @Override
    public String toString() {
        return "a copy of " + image + " in " + tree + (readOnly ? " (read-only)" : " (writable)");
    }
}
