package io.lxc4j.cgroups;

import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.ProcessStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where this JVM makes cgroups: in each hierarchy below its own cgroup, so that what limits the JVM limits them, too.
 *
 * <p>In version 2 a cgroup that has children with controllers has no processes. If this JVM's cgroup is its own to manage, as
 * one that was delegated or the root of a container is, its processes are moved to a child for that. If it is not, and the user is
 * root, cgroups are made at the top of the hierarchy instead.
 */
record CgroupPlaces(List<Place> places) {
    /** Where the JVM and what else was in its cgroup is moved to. */
    static final String LEAF = "lxc4j-jvm";

    private static final String TYPE = "cgroup.type";
    private static final String SUBTREE = "cgroup.subtree_control";
    private static final String DELEGATED = "delegate";

    CgroupPlaces {
        places = List.copyOf(places);
    }

    /**
     * A directory to make cgroups in.
     *
     * @param controllers what can be limited there, by the names of version 2
     * @param directory the directory, open as long as the JVM lives
     */
    record Place(Set<String> controllers, CgroupDirectory directory) {
        /** What each cgroup has where the host has it, so that it can be counted. */
        private static final Set<String> COUNTING = Set.of("cpuacct", "memory", "pids", "io", "freezer");

        /** In version 2 also what makes it one of equals on the CPUs; in version 1 that would take real-time policies away. */
        private static final String CPU = "cpu";

        /** What programs in version 1 look for to find any limit of CPUs or memory, a JVM for one. */
        private static final String CPUSET = "cpuset";

        /** The controllers that a cgroup needs here, of which some are limited. */
        Set<String> wanted(Set<String> limited) {
            Set<String> wanted = new LinkedHashSet<>(controllers);
            wanted.removeIf(controller -> !limited.contains(controller)
                    && !COUNTING.contains(controller)
                    && !(isUnified() && controller.equals(CPU))
                    && !(!isUnified() && controller.equals(CPUSET) && limited.contains(CPU)));
            return wanted;
        }

        CgroupVersion version() {
            return directory.version();
        }

        boolean isUnified() {
            return version() == CgroupVersion.V2;
        }
    }

    /** Looks for what this user may write to; a hierarchy without such a place is left out. */
    static CgroupPlaces find(CgroupLayout layout) {
        List<Place> places = new ArrayList<>();
        for (CgroupHierarchy hierarchy : layout.hierarchies()) {
            Optional<Path> path = hierarchy.version() == CgroupVersion.V2
                    ? ofUnified(hierarchy)
                    : hierarchy.directory().filter(Files::isWritable);
            if (path.isPresent()
                    && !(hierarchy.version() == CgroupVersion.V1
                            && hierarchy.controllers().isEmpty())) {
                places.add(
                        new Place(names(hierarchy, path.get()), CgroupDirectory.open(path.get(), hierarchy.version())));
            }
        }
        return new CgroupPlaces(places);
    }

    private static Set<String> names(CgroupHierarchy hierarchy, Path place) {
        Set<String> there = hierarchy.directory().filter(place::equals).isPresent()
                ? hierarchy.delegated()
                : hierarchy.controllers();
        Set<String> names = new LinkedHashSet<>();
        there.forEach(name -> names.add(name.equals("blkio") ? "io" : name));
        return names;
    }

    private static Optional<Path> ofUnified(CgroupHierarchy hierarchy) {
        Optional<Path> own = hierarchy.directory().filter(Files::isWritable);
        if (own.isPresent() && (isRoot(own.get()) || isOwn(hierarchy, own.get()))) {
            return own;
        }
        return Optional.of(hierarchy.mountPoint()).filter(top -> isRoot(top) && Files.isWritable(top));
    }

    /** The root of all has no type, and may have processes. */
    private static boolean isRoot(Path cgroup) {
        return !Files.exists(cgroup.resolve(TYPE));
    }

    private static boolean isOwn(CgroupHierarchy hierarchy, Path cgroup) {
        return hierarchy.processPath().equals("/")
                || ProcessStatus.ofThisProcess().uid() != 0
                || attribute(cgroup).equals("1");
    }

    /** Set by systemd where it has given a cgroup away. */
    private static String attribute(Path cgroup) {
        try {
            var attributes = Files.getFileAttributeView(cgroup, UserDefinedFileAttributeView.class);
            ByteBuffer value = ByteBuffer.allocate(16);
            attributes.read(DELEGATED, value);
            return StandardCharsets.UTF_8.decode(value.flip()).toString();
        } catch (IOException | RuntimeException _) {
            return "";
        }
    }

    Optional<Place> of(String controller) {
        return places.stream()
                .filter(place -> place.controllers().contains(controller))
                .findFirst()
                .or(() -> unified().filter(_ -> CgroupPrograms.have(controller)));
    }

    Optional<Place> unified() {
        return places.stream().filter(Place::isUnified).findFirst();
    }

    /** Lets the children of a version 2 cgroup have controllers, for which it must have no processes unless it is the root. */
    static void enable(CgroupDirectory parent, Set<String> controllers) {
        Set<String> missing = new LinkedHashSet<>(controllers);
        missing.removeAll(CgroupLayout.words(parent.read(SUBTREE), " "));
        if (missing.isEmpty()) {
            return;
        }
        String wanted = "+" + String.join(" +", missing);
        try {
            parent.write(SUBTREE, wanted);
        } catch (SystemCallException e) {
            throw refused(parent, wanted, e);
        }
    }

    /**
     * Whether a version 2 cgroup has processes that are in the way of its children's controllers. The kernel would not refuse those of
     * threads, but make the children no place for processes.
     */
    static boolean needsRoom(CgroupDirectory parent, Set<String> controllers) {
        return parent.has(TYPE)
                && !CgroupLayout.words(parent.read(SUBTREE), " ").containsAll(controllers)
                && !parent.read(Cgroup.PROCESSES).isEmpty();
    }

    private static HostUnsupportedException refused(CgroupDirectory parent, String wanted, SystemCallException e) {
        return new HostUnsupportedException(
                "limiting what is below the cgroup " + parent + ": its " + SUBTREE + " refuses " + wanted
                        + "; the controllers must be in its cgroup.controllers, and it must be delegated to this user,"
                        + " as by systemd-run --user --scope --property=Delegate=yes COMMAND",
                e);
    }

    /** Moves the processes of this JVM's cgroup to a child. */
    static void makeRoom(CgroupDirectory parent) {
        if (!parent.lines(Cgroup.PROCESSES)
                .contains(Long.toString(ProcessHandle.current().pid()))) {
            throw new HostUnsupportedException("limiting what is below the cgroup " + parent
                    + ": it has processes, which must be in cgroups below it first");
        }
        try {
            parent.make(LEAF);
        } catch (SystemCallException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        try (CgroupDirectory leaf = parent.child(LEAF)) {
            for (String pid : parent.lines(Cgroup.PROCESSES)) {
                try {
                    leaf.write(Cgroup.PROCESSES, pid);
                } catch (SystemCallException e) {
                    if (e.errno() != Errno.ESRCH) {
                        throw e;
                    }
                }
            }
        }
    }
}
