package io.lxc4j.cgroups;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;

/** The names that the kernel's log has for cgroups and processes: those of the machine's first namespaces. */
final class CgroupPath {
    /** The kernel's numbers of its first namespaces, see include/linux/proc_ns.h. */
    private static final String FIRST_CGROUP_NAMESPACE = "cgroup:[4026531835]";

    private static final String FIRST_PID_NAMESPACE = "pid:[4026531836]";

    private CgroupPath() {}

    /** Whether ids of processes in the log are those of this JVM. */
    static boolean hasFirstPids() {
        return isIn("pid", FIRST_PID_NAMESPACE);
    }

    /** The path of a cgroup from the root of its hierarchy; empty if this JVM does not see that. */
    static Optional<String> of(CgroupDirectory directory) {
        return isIn("cgroup", FIRST_CGROUP_NAMESPACE) ? of(CgroupLayout.detect(), directory) : Optional.empty();
    }

    static Optional<String> of(CgroupLayout layout, CgroupDirectory directory) {
        return layout.hierarchies().stream()
                .filter(hierarchy -> hierarchy.version() == directory.version()
                        && directory.path().startsWith(hierarchy.mountPoint())
                        && !hierarchy.mountRoot().contains(".."))
                .max(Comparator.comparingInt(hierarchy -> hierarchy.mountPoint().getNameCount()))
                .map(hierarchy -> {
                    String root = hierarchy.mountRoot().equals("/") ? "" : hierarchy.mountRoot();
                    return root + "/" + hierarchy.mountPoint().relativize(directory.path());
                });
    }

    private static boolean isIn(String namespace, String first) {
        Path link = Path.of("/proc/self/ns", namespace);
        try {
            return Files.readSymbolicLink(link).toString().equals(first);
        } catch (IOException e) {
            throw new HostUnsupportedException("reading " + link + "; /proc must be mounted", e);
        }
    }
}
