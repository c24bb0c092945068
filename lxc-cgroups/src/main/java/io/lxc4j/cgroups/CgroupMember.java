package io.lxc4j.cgroups;

import java.util.Set;

/**
 * A cgroup's part in one hierarchy.
 *
 * @param controllers of which something can be limited here, by the names of version 2
 * @param parent the directory that it lies in
 * @param directory its own, open and locked as long as the cgroup is
 */
record CgroupMember(Set<String> controllers, CgroupDirectory parent, CgroupDirectory directory) {
    String name() {
        return String.valueOf(directory.path().getFileName());
    }

    CgroupVersion version() {
        return directory.version();
    }
}
