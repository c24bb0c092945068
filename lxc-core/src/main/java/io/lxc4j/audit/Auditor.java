package io.lxc4j.audit;

import io.lxc4j.audit.AuditFinding.Severity;
import io.lxc4j.cgroups.CgroupStats;
import io.lxc4j.cgroups.DeviceAccess;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.kernel.OpenFile;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.security.Capability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/** Looks at the processes of a container in this JVM's {@code /proc}. */
public final class Auditor {
    private static final int MOST_DEVICES = 10_000;

    private final Path process;
    private final ProcessStatus status;

    private Auditor(Path process) {
        this.process = process;
        status = ProcessStatus.read(process);
    }

    /**
     * Looks at a container.
     *
     * @param first the process id of its first process
     * @param others those of the other processes
     * @param usage asks what its cgroup tells; empty if it has none of its own
     * @param access which devices that lets it open; empty if it does not limit that
     * @return what it is allowed
     * @throws ContainerException if the first process has ended, or can't be looked at
     */
    public static Audit look(
            long first, List<Long> others, Supplier<Optional<CgroupStats>> usage, Optional<DeviceAccess> access) {
        Path process = Path.of("/proc/" + first);
        try {
            return new Auditor(process).look(others, usage.get(), access);
        } catch (IOException | ContainerException e) {
            throw new ContainerException(
                    "auditing the container of process " + first + ": it has ended, or this user may not"
                            + " look at it",
                    e);
        }
    }

    private Audit look(List<Long> others, Optional<CgroupStats> usage, Optional<DeviceAccess> access)
            throws IOException {
        Set<NamespaceKind> shared = EnumSet.noneOf(NamespaceKind.class);
        for (NamespaceKind kind : NamespaceKind.values()) {
            String name = "ns/" + kind.procName();
            if (Files.readSymbolicLink(process.resolve(name))
                    .equals(Files.readSymbolicLink(Path.of("/proc/self", name)))) {
                shared.add(kind);
            }
        }
        List<MountInfo> mounts = MountInfo.parse(lines("mountinfo"));
        Audit facts = new Audit(
                shared,
                lines("uid_map"),
                lines("gid_map"),
                capabilities(),
                !status.noNewPrivileges(),
                status.filtered(),
                label(),
                mounts.stream().map(Auditor::shown).toList(),
                devices(),
                access,
                limits(usage),
                List.of());
        List<AuditFinding> findings =
                new ArrayList<>(new AuditRules(facts, mounts, MountInfo.ofThisProcess()).findings());
        others.forEach(other -> compare(other, findings));
        findings.sort(Comparator.comparing(AuditFinding::severity));
        return facts.with(findings);
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(process.resolve(file), StandardCharsets.UTF_8).stream()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .toList();
    }

    private Map<String, Set<Capability>> capabilities() {
        CapabilitySets sets = status.capabilities();
        Map<String, Set<Capability>> named = new LinkedHashMap<>();
        named.put("CapInh", Capability.of(sets.inheritable()));
        named.put("CapPrm", Capability.of(sets.permitted()));
        named.put("CapEff", Capability.of(sets.effective()));
        named.put("CapBnd", Capability.of(sets.bounding()));
        named.put("CapAmb", Capability.of(sets.ambient()));
        return named;
    }

    /** A kernel without security modules has no such file, or one that can't be read. */
    private String label() {
        try {
            return Files.readString(process.resolve("attr/current")).replaceAll("[\\n\\x00]+$", "");
        } catch (IOException _) {
            return "";
        }
    }

    private Map<String, String> limits(Optional<CgroupStats> usage) throws IOException {
        Map<String, String> limits = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(process.resolve("limits"));
        for (String line : lines.subList(1, lines.size())) {
            String[] columns = line.strip().split(" {2,}", -1);
            limits.put(columns[0], columns[1] + " " + columns[2]);
        }
        usage.flatMap(CgroupStats::pids).ifPresent(pids -> limits.put(AuditRules.PIDS, shown(pids.max())));
        usage.flatMap(CgroupStats::memory).ifPresent(memory -> limits.put(AuditRules.MEMORY, shown(memory.maxBytes())));
        return limits;
    }

    private static String shown(OptionalLong max) {
        return max.isPresent() ? Long.toString(max.getAsLong()) : AuditRules.UNLIMITED;
    }

    private static String shown(MountInfo mount) {
        return mount.mountPoint() + " " + mount.type() + " "
                + String.join(",", mount.options().stream().sorted().toList())
                + (mount.root().equals("/") ? "" : " from " + mount.root());
    }

    /** Of the container's names only the last part is looked up at a time, and no link is followed. */
    private List<String> devices() {
        List<String> devices = new ArrayList<>();
        Constant directory = Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY, Constants.O_NOFOLLOW);
        try (Fd dev = Kernel.open(process + "/root/dev", directory, 0)) {
            for (String name : OpenFile.list(dev, MOST_DEVICES)) {
                try (Fd file = OpenFile.open(dev, name, Constant.or(Constants.O_PATH, Constants.O_NOFOLLOW), 0)) {
                    if (FileStatus.of(file).isDevice()) {
                        devices.add("/dev/" + name);
                    }
                } catch (ContainerException _) {
                    // gone meanwhile
                }
            }
        } catch (ContainerException _) {
            return List.of(); // no such directory, or a link
        }
        devices.sort(Comparator.naturalOrder());
        return devices;
    }

    private void compare(long other, List<AuditFinding> findings) {
        ProcessStatus its;
        try {
            its = ProcessStatus.read(Path.of("/proc/" + other));
        } catch (HostUnsupportedException _) {
            return; // ended meanwhile
        }
        String who = "process " + other + " (" + its.name() + ") is allowed more than the first: ";
        CapabilitySets sets = its.capabilities();
        CapabilitySets most = status.capabilities();
        compare(who + "CapPrm", sets.permitted(), most.permitted(), findings);
        compare(who + "CapBnd", sets.bounding(), most.bounding(), findings);
        if (!its.noNewPrivileges() && status.noNewPrivileges()) {
            findings.add(new AuditFinding(Severity.MEDIUM, who + "NoNewPrivs is 0, not 1"));
        }
        if (!its.filtered() && status.filtered()) {
            findings.add(new AuditFinding(Severity.MEDIUM, who + "Seccomp is 0, not 2"));
        }
    }

    private static void compare(String what, long set, long most, List<AuditFinding> findings) {
        if ((set & ~most) != 0) {
            findings.add(new AuditFinding(Severity.MEDIUM, what + " has " + Capability.of(set & ~most) + ", too"));
        }
    }
}
