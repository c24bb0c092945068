package io.lxc4j.audit;

import io.lxc4j.cgroups.DeviceAccess;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.security.Capability;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a container was allowed at a moment, looked at from outside: its first process, its mounts and devices, and in what other
 * processes differ. Immutable.
 *
 * @param sharedNamespaces the namespaces that are this JVM's, too
 * @param userIds its map of user ids: first inside, first outside, count
 * @param groupIds its map of group ids
 * @param capabilities the sets by the kernel's names, {@code CapInh}, {@code CapPrm}, {@code CapEff}, {@code CapBnd} and
 *     {@code CapAmb}
 * @param newPrivileges whether programs may gain privileges by being executed
 * @param filtersSystemCalls whether a seccomp filter is on it
 * @param label what a security module of the kernel calls it; empty without one
 * @param mounts what is mounted, a line each: place, type, options, and where it comes from
 * @param devices the device nodes below {@code /dev}, not those in directories there
 * @param deviceAccess which devices its cgroup lets it open, whatever nodes there are; empty if that is not limited, or not by this JVM
 * @param limits the limits of its first process by the kernel's names, soft and hard, and those of its cgroup, if it has one of
 *     its own: {@code pids.max} and {@code memory.max}
 * @param findings what makes it less isolated than it could be, the worst first
 */
public record Audit(
        Set<NamespaceKind> sharedNamespaces,
        List<String> userIds,
        List<String> groupIds,
        Map<String, Set<Capability>> capabilities,
        boolean newPrivileges,
        boolean filtersSystemCalls,
        String label,
        List<String> mounts,
        List<String> devices,
        Optional<DeviceAccess> deviceAccess,
        Map<String, String> limits,
        List<AuditFinding> findings) {
    /** Makes all of it immutable. */
    public Audit {
        sharedNamespaces = Set.copyOf(sharedNamespaces);
        userIds = List.copyOf(userIds);
        groupIds = List.copyOf(groupIds);
        capabilities = Collections.unmodifiableMap(new LinkedHashMap<>(capabilities));
        mounts = List.copyOf(mounts);
        devices = List.copyOf(devices);
        limits = Collections.unmodifiableMap(new LinkedHashMap<>(limits));
        findings = List.copyOf(findings);
    }

    Audit with(List<AuditFinding> found) {
        return new Audit(
                sharedNamespaces,
                userIds,
                groupIds,
                capabilities,
                newPrivileges,
                filtersSystemCalls,
                label,
                mounts,
                devices,
                deviceAccess,
                limits,
                found);
    }

    /** A report of several lines for people, findings first. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        section(
                text,
                "Findings",
                findings.isEmpty()
                        ? List.of("none")
                        : findings.stream().map(String::valueOf).toList());
        EnumSet<NamespaceKind> own = EnumSet.allOf(NamespaceKind.class);
        own.removeAll(sharedNamespaces);
        section(text, "Namespaces", List.of("its own: " + own, "shared: " + sharedNamespaces));
        section(text, "User ids", userIds);
        section(text, "Group ids", groupIds);
        section(
                text,
                "Capabilities",
                capabilities.entrySet().stream()
                        .map(set -> set.getKey() + ": "
                                + set.getValue().stream().map(String::valueOf).collect(Collectors.joining(", ")))
                        .toList());
        section(
                text,
                "Programs",
                List.of(
                        newPrivileges ? "may gain privileges" : "gain no privileges",
                        filtersSystemCalls ? "system calls are filtered" : "system calls are not filtered",
                        label.isEmpty() ? "no label of a security module" : "label: " + label));
        section(text, "Mounts", mounts);
        section(text, "Devices", devices);
        section(
                text,
                "Devices that may be opened",
                deviceAccess
                        .map(access ->
                                access.rules().stream().map(String::valueOf).toList())
                        .orElse(List.of("any")));
        section(
                text,
                "Limits",
                limits.entrySet().stream()
                        .map(limit -> limit.getKey() + ": " + limit.getValue())
                        .toList());
        return text.toString();
    }

    private static void section(StringBuilder text, String title, List<String> lines) {
        text.append(title).append('\n');
        lines.forEach(line -> text.append("  ").append(line).append('\n'));
    }
}
