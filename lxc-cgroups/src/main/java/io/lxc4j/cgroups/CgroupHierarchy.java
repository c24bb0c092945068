package io.lxc4j.cgroups;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A mounted cgroup hierarchy, and this process's place in it.
 *
 * @param version its generation
 * @param name its name in version 1, for instance {@code systemd}; else empty
 * @param mountPoint where it is mounted
 * @param mountRoot the cgroup that is the root of the mount, seen from the root of the cgroup namespace: {@code /}, or
 *     for instance {@code /docker/4fe1…} in a container, or {@code /..} where the mount is older than the namespace
 * @param processPath this process's cgroup, seen from the root of the cgroup namespace
 * @param controllers the controllers of the hierarchy, as the root of the mount has them, in the kernel's order
 * @param delegated the controllers that this process's own cgroup has. In version 2 they can be fewer: a child gets
 *     what its parent lists in {@code cgroup.subtree_control}
 * @see <a href="https://man7.org/linux/man-pages/man7/cgroup_namespaces.7.html">cgroup_namespaces(7)</a>
 */
public record CgroupHierarchy(
        CgroupVersion version,
        String name,
        Path mountPoint,
        String mountRoot,
        String processPath,
        Set<String> controllers,
        Set<String> delegated) {
    /** What the kernel writes after the path of a cgroup that has been removed. */
    private static final String DELETED = " (deleted)";

    /** Makes the sets immutable; their order stays. */
    public CgroupHierarchy {
        controllers = Collections.unmodifiableSet(new LinkedHashSet<>(controllers));
        delegated = Collections.unmodifiableSet(new LinkedHashSet<>(delegated));
    }

    /**
     * The directory of this process's own cgroup.
     *
     * @return the directory; empty if the mount does not show it, as where the cgroup lies outside of the mount's root,
     *     or has been removed
     */
    public Optional<Path> directory() {
        return directory(mountPoint, mountRoot, processPath);
    }

    /** Both paths are seen from the same place, so what follows the mount's root is the path below the mount point. */
    static Optional<Path> directory(Path mountPoint, String mountRoot, String processPath) {
        List<String> root = names(mountRoot);
        List<String> process = names(processPath);
        if (processPath.endsWith(DELETED)
                || process.size() < root.size()
                || !process.subList(0, root.size()).equals(root)) {
            return Optional.empty();
        }
        List<String> below = process.subList(root.size(), process.size());
        return below.contains("..") ? Optional.empty() : Optional.of(mountPoint.resolve(String.join("/", below)));
    }

    private static List<String> names(String path) {
        return Stream.of(path.split("/", -1)).filter(name -> !name.isEmpty()).toList();
    }

    /** Renders the hierarchy: {@code v1 cpu,cpuacct /sys/fs/cgroup/cpu,cpuacct/user.slice}. */
    @Override
    public String toString() {
        Set<String> labels = new LinkedHashSet<>(controllers);
        if (!name.isEmpty()) {
            labels.add("name=" + name);
        }
        return version.name().toLowerCase(Locale.ROOT)
                + " "
                + (labels.isEmpty() ? "without controllers" : String.join(",", labels))
                + " "
                + directory()
                        .map(Path::toString)
                        .orElseGet(() -> mountPoint + " (which does not show this process's cgroup, " + processPath
                                + " seen from " + mountRoot + ")");
    }
}
