package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.namespaces.Namespaces;
import java.util.List;

/** What the specification alone shows to be impossible, or to be more than its caller can have meant. */
final class MountCheck {
    private MountCheck() {}

    static void check(Mount mount, Namespaces namespaces, List<Mount> all) {
        switch (mount.source) {
            case MountSource.Bind bind -> idMapped(mount, bind.idMapped(), namespaces);
            case MountSource.Overlay overlay -> idMapped(mount, overlay.idMapped(), namespaces);
            case MountSource.Pseudo pseudo -> pseudo(mount, pseudo, namespaces);
            case MountSource.Device _, MountSource.Tmpfs _ -> {}
        }
        if (mount.propagation == Propagation.SHARED) {
            for (Mount other : all) {
                if (other.target().startsWith(mount.target() + "/")) {
                    throw new InvalidSpecificationException(other.describe() + " at " + other.target()
                            + " would be mounted on the host, too, as " + mount.describe() + " at " + mount.target()
                            + " is shared");
                }
            }
        }
    }

    private static void idMapped(Mount mount, boolean idMapped, Namespaces namespaces) {
        if (idMapped && !namespaces.hasOwnUsers()) {
            throw new InvalidSpecificationException(mount.describe()
                    + " has the owners that it has on the host where shareUsers was asked for; leave idMapped out");
        }
    }

    private static void pseudo(Mount mount, MountSource.Pseudo pseudo, Namespaces namespaces) {
        boolean ownUsers = namespaces.hasOwnUsers();
        if (pseudo == MountSource.Pseudo.SYSFS && ownUsers && !namespaces.hasOwnNetwork()) {
            throw new InvalidSpecificationException("sysfs at " + mount.target()
                    + " needs a network of its own, as the kernel mounts it only for whom the network belongs to;"
                    + " bind /sys to show the host's");
        }
        if (pseudo == MountSource.Pseudo.MQUEUE && ownUsers && !namespaces.hasOwnIpc()) {
            throw new InvalidSpecificationException("mqueue at " + mount.target()
                    + " needs an IPC namespace of its own, as the kernel mounts it only for whom the queues belong to");
        }
        if (pseudo == MountSource.Pseudo.CGROUP && !mount.isReadOnly() && !namespaces.hasOwnCgroups()) {
            throw new InvalidSpecificationException("cgroups at " + mount.target()
                    + " would be the host's where shareCgroups was asked for, and are then read-only; leave"
                    + " writable out");
        }
    }
}
