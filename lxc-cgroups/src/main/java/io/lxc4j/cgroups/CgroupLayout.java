package io.lxc4j.cgroups;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Where this process finds cgroups: the hierarchies that are mounted, and its own cgroup in each.
 *
 * <p>Taken from {@code /proc/self/mountinfo} and {@code /proc/self/cgroup}; no path and no version is assumed. A
 * hierarchy that is mounted several times is listed once, where it shows this process's own cgroup.
 *
 * <p>Immutable and thread-safe. It is a picture of one moment: processes can be moved, and mounts come and go.
 *
 * @param hierarchies the mounted hierarchies, in the order of their mounts
 * @see <a href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7)</a>
 */
public record CgroupLayout(List<CgroupHierarchy> hierarchies) {
    /** Which generations of cgroups are mounted. */
    public enum Kind {
        /** The unified hierarchy alone. */
        V2,
        /** Hierarchies of version 1 alone. */
        V1,
        /** Hierarchies of version 1, and the unified one beside them, often without a controller. */
        HYBRID,
        /** None is mounted, as in some containers and chroots. */
        NONE
    }

    /** Makes the list immutable. */
    public CgroupLayout {
        hierarchies = List.copyOf(hierarchies);
    }

    /**
     * Looks at this process.
     *
     * @return the layout that it sees now
     * @throws HostUnsupportedException if {@code /proc} is not mounted
     */
    public static CgroupLayout detect() {
        return of(MountInfo.ofThisProcess(), ownCgroups(), CgroupLayout::readControllers);
    }

    /** A kernel without cgroups has no such file. */
    private static List<String> ownCgroups() {
        Path file = Path.of("/proc/self/cgroup");
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new HostUnsupportedException("reading " + file, e);
        }
    }

    private static Set<String> readControllers(Path directory) {
        try {
            return words(
                    Files.readString(directory.resolve("cgroup.controllers")).strip(), " ");
        } catch (IOException e) {
            // The mount shows no such directory, or hides it from this user: nothing can be controlled there.
            return Set.of();
        }
    }

    /**
     * Puts the parts together.
     *
     * @param mounts lines of mountinfo, also those of other file systems
     * @param cgroups lines of {@code /proc/PID/cgroup}
     * @param controllers gives what the file {@code cgroup.controllers} of a version 2 directory lists
     */
    static CgroupLayout of(List<MountInfo> mounts, List<String> cgroups, Function<Path, Set<String>> controllers) {
        Map<String, MountInfo> top = new HashMap<>();
        mounts.forEach(mount -> top.put(mount.mountPoint(), mount));
        List<MountInfo> visible = mounts.stream()
                .filter(mount -> mount.equals(top.get(mount.mountPoint())))
                .toList();
        List<Membership> memberships = cgroups.stream().map(Membership::parse).toList();
        return new CgroupLayout(memberships.stream()
                .flatMap(membership -> hierarchy(membership, visible, controllers).stream())
                .sorted(Comparator.comparingInt(hierarchy -> position(hierarchy, visible)))
                .toList());
    }

    private static int position(CgroupHierarchy hierarchy, List<MountInfo> mounts) {
        return mounts.stream()
                .map(MountInfo::mountPoint)
                .toList()
                .indexOf(hierarchy.mountPoint().toString());
    }

    private static Optional<CgroupHierarchy> hierarchy(
            Membership membership, List<MountInfo> mounts, Function<Path, Set<String>> controllers) {
        Stream<CgroupHierarchy> candidates = mounts.stream()
                .filter(membership::isOf)
                .map(mount -> membership.isUnified()
                        ? unified(membership, mount, controllers)
                        : new CgroupHierarchy(
                                CgroupVersion.V1,
                                membership.name(),
                                Path.of(mount.mountPoint()),
                                mount.root(),
                                membership.path(),
                                membership.controllers(),
                                membership.controllers()));
        // Of equals the first is taken: the sort is stable.
        return candidates
                .sorted(Comparator.comparing((CgroupHierarchy candidate) ->
                                candidate.directory().isEmpty())
                        .thenComparing(candidate -> !candidate.mountRoot().equals("/")))
                .findFirst();
    }

    private static CgroupHierarchy unified(
            Membership membership, MountInfo mount, Function<Path, Set<String>> controllers) {
        Path mountPoint = Path.of(mount.mountPoint());
        Set<String> offered = controllers.apply(mountPoint);
        Set<String> delegated = CgroupHierarchy.directory(mountPoint, mount.root(), membership.path())
                .map(controllers)
                .orElse(Set.of());
        return new CgroupHierarchy(
                CgroupVersion.V2, "", mountPoint, mount.root(), membership.path(), offered, delegated);
    }

    /**
     * Which generations of cgroups are mounted.
     *
     * @return the kind of this layout
     */
    public Kind kind() {
        boolean v1 = hierarchies.stream().anyMatch(hierarchy -> hierarchy.version() == CgroupVersion.V1);
        boolean v2 = unified().isPresent();
        if (v1) {
            return v2 ? Kind.HYBRID : Kind.V1;
        }
        return v2 ? Kind.V2 : Kind.NONE;
    }

    /**
     * The hierarchy of version 2.
     *
     * @return the hierarchy; empty if it is not mounted
     */
    public Optional<CgroupHierarchy> unified() {
        return hierarchies.stream()
                .filter(hierarchy -> hierarchy.version() == CgroupVersion.V2)
                .findFirst();
    }

    /**
     * The hierarchy that has a controller. A controller belongs to one hierarchy at a time.
     *
     * @param name the kernel's name, for instance {@code memory}; what is {@code io} in version 2 is {@code blkio} in
     *     version 1
     * @return the hierarchy; empty if the kernel lacks the controller or no mount shows it
     */
    public Optional<CgroupHierarchy> controller(String name) {
        return hierarchies.stream()
                .filter(hierarchy -> hierarchy.controllers().contains(name))
                .findFirst();
    }

    /**
     * A hierarchy of version 1 that has a name; most have no controller.
     *
     * @param name the name, for instance {@code systemd}
     * @return the hierarchy; empty if it is not mounted
     */
    public Optional<CgroupHierarchy> named(String name) {
        return hierarchies.stream()
                .filter(hierarchy -> !name.isEmpty() && hierarchy.name().equals(name))
                .findFirst();
    }

    /**
     * All controllers and where they are.
     *
     * @return the hierarchies by the names of their controllers, in alphabetical order
     */
    public Map<String, CgroupHierarchy> controllers() {
        Map<String, CgroupHierarchy> byName = new TreeMap<>();
        hierarchies.forEach(hierarchy -> hierarchy.controllers().forEach(name -> byName.putIfAbsent(name, hierarchy)));
        return Collections.unmodifiableMap(byName);
    }

    /** Renders the kind, and a line for each hierarchy: version, controllers, this process's own directory. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(
                switch (kind()) {
                    case V2 -> "cgroup version 2";
                    case V1 -> "cgroup version 1";
                    case HYBRID -> "cgroup versions 1 and 2 (hybrid)";
                    case NONE -> "no cgroups mounted";
                });
        hierarchies.forEach(hierarchy -> text.append("\n  ").append(hierarchy));
        return text.toString();
    }

    static Set<String> words(String text, String separator) {
        Collection<String> words = Arrays.asList(text.split(separator, -1));
        Set<String> set = new LinkedHashSet<>(words);
        set.remove("");
        return Collections.unmodifiableSet(set);
    }

    /**
     * A line of {@code /proc/PID/cgroup}: {@code 4:cpu,cpuacct:/path}, {@code 1:name=systemd:/path} or, for version 2,
     * {@code 0::/path}.
     *
     * @param keys the controllers and {@code name=}; none in version 2
     * @param path the cgroup, seen from the root of the cgroup namespace
     */
    private record Membership(Set<String> keys, String path) {
        private static final String NAME = "name=";

        static Membership parse(String line) {
            String[] fields = line.split(":", 3);
            if (fields.length < 3) {
                throw new HostUnsupportedException("not a line of /proc/self/cgroup: " + line);
            }
            return new Membership(words(fields[1], ","), fields[2]);
        }

        boolean isUnified() {
            return keys.isEmpty();
        }

        boolean isOf(MountInfo mount) {
            return isUnified()
                    ? mount.type().equals("cgroup2")
                    : mount.type().equals("cgroup") && mount.superOptions().containsAll(keys);
        }

        String name() {
            return keys.stream()
                    .filter(key -> key.startsWith(NAME))
                    .map(key -> key.substring(NAME.length()))
                    .findFirst()
                    .orElse("");
        }

        Set<String> controllers() {
            Set<String> controllers = new LinkedHashSet<>(keys);
            controllers.removeIf(key -> key.startsWith(NAME));
            return controllers;
        }
    }
}
