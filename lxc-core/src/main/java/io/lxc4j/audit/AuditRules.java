package io.lxc4j.audit;

import io.lxc4j.audit.AuditFinding.Severity;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.security.Capability;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** What is found to be weak. */
final class AuditRules {
    static final String PIDS = "pids.max";
    static final String MEMORY = "memory.max";
    static final String UNLIMITED = "unlimited";

    /** Those by which root of the host's users takes the host over. */
    private static final Set<Capability> OF_THE_HOST = EnumSet.of(
            Capability.DAC_READ_SEARCH,
            Capability.NET_ADMIN,
            Capability.SYS_MODULE,
            Capability.SYS_RAWIO,
            Capability.SYS_PTRACE,
            Capability.SYS_ADMIN,
            Capability.SYS_BOOT,
            Capability.SYS_TIME,
            Capability.MKNOD,
            Capability.MAC_OVERRIDE,
            Capability.MAC_ADMIN,
            Capability.AUDIT_CONTROL,
            Capability.SYSLOG,
            Capability.PERFMON,
            Capability.BPF,
            Capability.CHECKPOINT_RESTORE);

    private static final Map<NamespaceKind, Severity> SHARED = Map.of(
            NamespaceKind.USER, Severity.MEDIUM,
            NamespaceKind.MOUNT, Severity.HIGH,
            NamespaceKind.PID, Severity.HIGH,
            NamespaceKind.NETWORK, Severity.MEDIUM,
            NamespaceKind.IPC, Severity.MEDIUM,
            NamespaceKind.UTS, Severity.LOW,
            NamespaceKind.CGROUP, Severity.LOW,
            NamespaceKind.TIME, Severity.LOW);

    private static final Set<String> STANDARD_DEVICES =
            Set.of("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/console");

    /** What has to be hidden or read-only if there is a /proc. */
    private static final List<String> PROTECTED = List.of("/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus");

    /** File systems by which the kernel is asked and told things; what of that is dangerous has rules of its own. */
    private static final Set<String> INTERFACES = Set.of("proc", "sysfs", "mqueue", "cgroup", "cgroup2", "devtmpfs");

    /** File systems of which a container has its own. */
    private static final Set<String> OWN = Set.of("tmpfs", "devpts", "overlay");

    private final Audit facts;
    private final List<MountInfo> mounts;
    private final List<MountInfo> hostMounts;
    private final List<AuditFinding> findings = new ArrayList<>();

    AuditRules(Audit facts, List<MountInfo> mounts, List<MountInfo> hostMounts) {
        this.facts = facts;
        this.mounts = mounts;
        this.hostMounts = hostMounts;
    }

    List<AuditFinding> findings() {
        namespaces();
        capabilities();
        programs();
        mounts();
        devices();
        if (isUnlimited(PIDS) && isUnlimited("Max processes")) {
            add(
                    Severity.LOW,
                    "nothing limits the number of processes; Limits with pidsMax does, or ProcessAttributes with a"
                            + " limit on NPROC");
        }
        if (isUnlimited(MEMORY)) {
            add(Severity.LOW, "nothing limits the memory; Limits with memoryMax does");
        }
        return findings;
    }

    private boolean isUnlimited(String limit) {
        return Objects.requireNonNullElse(facts.limits().get(limit), UNLIMITED).startsWith(UNLIMITED);
    }

    private void add(Severity severity, String text) {
        findings.add(new AuditFinding(severity, text));
    }

    private void namespaces() {
        for (NamespaceKind kind : new TreeSet<>(facts.sharedNamespaces())) {
            add(
                    Objects.requireNonNull(SHARED.get(kind)),
                    "the " + kind.procName()
                            + " namespace is this JVM's, too; Namespaces.builder() makes a new one unless"
                            + " told to share it");
        }
    }

    private void capabilities() {
        boolean hosts = facts.sharedNamespaces().contains(NamespaceKind.USER);
        Set<Capability> bounding = set("CapBnd");
        for (Capability capability : bounding) {
            if (hosts && OF_THE_HOST.contains(capability)) {
                add(Severity.HIGH, capability + " acts on the host, as the users are the host's; drop it");
            } else if (capability == Capability.SYS_ADMIN) {
                add(Severity.MEDIUM, capability + " undoes mounts that hide and protect paths; drop it");
            }
        }
        if (!set("CapInh").isEmpty()) {
            add(Severity.LOW, "inheritable capabilities: programs with such files keep them: " + set("CapInh"));
        }
    }

    private Set<Capability> set(String name) {
        return facts.capabilities().getOrDefault(name, Set.of());
    }

    private void programs() {
        if (!facts.filtersSystemCalls()) {
            add(Severity.MEDIUM, "no filter of system calls; Isolation.standard() has one");
        }
        if (facts.newPrivileges()) {
            add(Severity.LOW, "programs may gain privileges by being executed; leave allowNewPrivileges out");
        }
    }

    private void mounts() {
        for (MountInfo mount : mounts) {
            if (isOfTheHost(mount) && mount.options().contains("rw")) {
                add(
                        Severity.MEDIUM,
                        mount.mountPoint() + " writes to the host's " + pathOnHost(mount) + " (" + mount.type()
                                + "); bind it read-only if reading is enough");
            }
            if (mount.type().equals("devtmpfs") && mount.root().equals("/")) {
                add(Severity.HIGH, mount.mountPoint() + " has all devices of the host");
            }
        }
        for (String path : PROTECTED) {
            if (isWritable(path)) {
                add(Severity.HIGH, path + " can be written to, which changes the host's kernel");
            }
        }
    }

    /** Whether it has files of the host, of which devices are looked at by themselves. */
    private boolean isOfTheHost(MountInfo mount) {
        return !INTERFACES.contains(mount.type())
                && !facts.devices().contains(mount.mountPoint())
                && (!OWN.contains(mount.type())
                        || hostMounts.stream().anyMatch(host -> host.device().equals(mount.device())));
    }

    /** Where this JVM sees it; the path in the file system if nowhere. */
    private String pathOnHost(MountInfo mount) {
        Path root = Path.of(mount.root());
        return hostMounts.stream()
                .filter(host -> host.device().equals(mount.device()) && root.startsWith(host.root()))
                .findFirst()
                .map(host -> Path.of(host.mountPoint())
                        .resolve(Path.of(host.root()).relativize(root))
                        .normalize()
                        .toString())
                .orElse(mount.root());
    }

    /** Whether what is mounted last at the path, or above it, is not read-only. */
    private boolean isWritable(String path) {
        MountInfo top = null;
        for (MountInfo mount : mounts) {
            String place = mount.mountPoint().toString();
            boolean covers = place.equals(path) || path.startsWith(place.endsWith("/") ? place : place + "/");
            if (covers
                    && (top == null
                            || place.length() >= top.mountPoint().toString().length())) {
                top = mount;
            }
        }
        return top != null
                && top.type().equals("proc")
                && top.options().contains("rw")
                && facts.sharedNamespaces().contains(NamespaceKind.USER);
    }

    private void devices() {
        if (facts.deviceAccess().isEmpty() && facts.sharedNamespaces().contains(NamespaceKind.USER)) {
            add(
                    Severity.MEDIUM,
                    "nothing limits which devices can be opened, and the users are the host's; Limits with devices"
                            + " does");
        }
        for (String device : facts.devices()) {
            if (!STANDARD_DEVICES.contains(device)) {
                add(Severity.LOW, device + " is a device of the host that programs do not need as a rule");
            }
        }
    }
}
