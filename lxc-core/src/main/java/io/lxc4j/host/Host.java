package io.lxc4j.host;

import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.CgroupLayout;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.launch.NamespaceObstacles;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What this machine offers for containers, to the user that this JVM runs as. Every answer was found by trying, none by
 * the kernel's version.
 *
 * <pre>{@code
 * System.out.print(Host.probe().report());
 * }</pre>
 *
 * <p>Immutable and thread-safe. It tells of one moment: a setting of the kernel may change the next.
 */
public final class Host {
    private final String kernelRelease;
    private final String architecture;
    private final HostUser user;
    private final CgroupLayout cgroups;
    private final Map<String, List<Ability>> groups;

    private Host(
            String kernelRelease,
            String architecture,
            HostUser user,
            CgroupLayout cgroups,
            Map<String, List<Ability>> groups) {
        this.kernelRelease = kernelRelease;
        this.architecture = architecture;
        this.user = user;
        this.cgroups = cgroups;
        this.groups = Collections.unmodifiableMap(groups);
    }

    /**
     * Tries everything, which takes about a tenth of a second, and leaves nothing behind: no process, no mount, no
     * descriptor.
     *
     * @return the answers
     * @throws HostUnsupportedException if this is no Linux, the architecture is not supported, or {@code /proc} is not
     *     mounted
     */
    public static Host probe() {
        String architecture = Architecture.current().machine();
        HostUser user = HostUser.read();
        CgroupLayout cgroups = CgroupLayout.detect();
        Map<String, List<Ability>> groups = new LinkedHashMap<>();
        try (HostTrial trial = new HostTrial()) {
            HostNamespaces namespaces = new HostNamespaces(trial, user, NamespaceObstacles.of(user.status()));
            groups.put("Namespaces", namespaces.kinds());
            List<Ability> subordinate = HostSubordinateIds.abilities(user);
            groups.put("User namespaces", join(namespaces.ids(subordinate), subordinate));
            groups.put(
                    "File systems",
                    join(new HostFileSystems(trial, namespaces).abilities(), HostIdMappedMounts.abilities(trial)));
        }
        groups.put(
                "Cgroups",
                join(
                        HostCgroups.abilities(cgroups),
                        List.of(HostCgroups.places(Cgroup.parents(), HostCgroups.isManagedBySystemd()))));
        groups.put("Security", HostSecurity.abilities());
        groups.put("System calls", HostCalls.abilities());
        return new Host(Kernel.readSysctl("/proc/sys/kernel/osrelease"), architecture, user, cgroups, groups);
    }

    private static List<Ability> join(List<Ability> first, List<Ability> second) {
        return List.of(first, second).stream().flatMap(List::stream).toList();
    }

    /**
     * The kernel's release, for people to read: distributions backport, so nothing follows from it.
     *
     * @return the release as {@code uname -r} prints it
     */
    public String kernelRelease() {
        return kernelRelease;
    }

    /**
     * The architecture.
     *
     * @return the name as {@code uname -m} prints it
     */
    public String architecture() {
        return architecture;
    }

    /**
     * Whether this JVM runs as root, be it the root of a user namespace.
     *
     * @return whether the effective user id is 0
     */
    public boolean isRoot() {
        return user.uid() == 0;
    }

    /**
     * The capabilities that this JVM can use.
     *
     * @return the effective ones in the kernel's order, named as in capabilities(7), for instance {@code sys_admin}
     */
    public Set<String> capabilities() {
        return user.capabilities();
    }

    /**
     * Where cgroups are, and this process in them.
     *
     * @return the layout
     */
    public CgroupLayout cgroups() {
        return cgroups;
    }

    /**
     * All answers.
     *
     * @return the answers in the order of the report
     */
    public List<Ability> abilities() {
        return groups.values().stream().flatMap(List::stream).toList();
    }

    /**
     * One answer.
     *
     * @param name the ability's name, as the report has it
     * @return the answer
     * @throws IllegalArgumentException if no ability has this name
     */
    public Ability ability(String name) {
        return abilities().stream()
                .filter(ability -> ability.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no ability \"" + name + "\"; there are "
                        + abilities().stream().map(Ability::name).collect(Collectors.joining(", "))));
    }

    /**
     * The answers in columns, in groups, with what to do where something is not there.
     *
     * @return lines of about a hundred characters that each end with a line feed
     */
    public String report() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Kernel", "Linux " + kernelRelease + " on " + architecture);
        facts.put("User", user.describe(CapabilitySets.LAST));
        return HostReport.of(facts, groups);
    }

    /** Renders the {@link #report()}. */
    @Override
    public String toString() {
        return report();
    }
}
