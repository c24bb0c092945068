package io.lxc4j.layers;

import io.lxc4j.launch.Handle;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.ParentOperation;
import io.lxc4j.launch.Tree;
import io.lxc4j.namespaces.Namespaces;

/** A file or directory of the host that is opened before the container's file tree is built: by the JVM, if it may. */
record OpenedTree(Handle handle, String path, boolean recursive, boolean idMapped) {
    OpenedTree(String path, boolean recursive, boolean idMapped) {
        this(new Handle(path), path, recursive, idMapped);
    }

    void open(LaunchPlan.Builder plan, Namespaces namespaces) {
        if (namespaces.parentMayMount()) {
            plan.add(new ParentOperation.OpenTree(handle, path, recursive, idMapped && namespaces.changesRoot()));
        } else {
            plan.add(new MountOperation.OpenTree(handle, path, recursive));
        }
    }

    Tree tree() {
        return new Tree.Handed(handle);
    }
}
