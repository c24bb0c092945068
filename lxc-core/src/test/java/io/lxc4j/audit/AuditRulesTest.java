package io.lxc4j.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.audit.AuditFinding.Severity;
import io.lxc4j.cgroups.DeviceAccess;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.security.Capability;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("What an audit finds")
class AuditRulesTest {
    private static List<AuditFinding> findings(
            Set<NamespaceKind> shared, Set<Capability> bounding, Map<String, String> limits, String mountInfo) {
        return findings(shared, bounding, limits, mountInfo, Optional.of(DeviceAccess.standard()));
    }

    private static List<AuditFinding> findings(
            Set<NamespaceKind> shared,
            Set<Capability> bounding,
            Map<String, String> limits,
            String mountInfo,
            Optional<DeviceAccess> devices) {
        Audit facts = new Audit(
                shared,
                List.of(),
                List.of(),
                Map.of("CapBnd", bounding),
                false,
                true,
                "",
                List.of(),
                List.of("/dev/null"),
                devices,
                limits,
                List.of());
        return new AuditRules(facts, MountInfo.parse(mountInfo), MountInfo.parse(HOST)).findings();
    }

    private static final String HOST = """
        1 0 8:1 / / rw - ext4 /dev/vda rw
        2 1 0:31 / /run rw - tmpfs none rw
        3 1 0:32 / /dev rw - tmpfs none rw
        """;

    private static final Map<String, String> LIMITED = Map.of("Max processes", "100 100", "memory.max", "1000");

    private static final String PROC = """
        1 0 8:1 /srv/root / ro,nosuid,nodev - ext4 /dev/vda rw
        2 1 0:20 / /proc rw,nosuid,nodev,noexec - proc proc rw
        """;

    private static final String PROTECTED = """
        3 2 0:20 /sys /proc/sys ro - proc proc rw
        4 2 0:20 /irq /proc/irq ro - proc proc rw
        5 2 0:20 /bus /proc/bus ro - proc proc rw
        6 2 0:20 /sysrq-trigger /proc/sysrq-trigger ro - proc proc rw
        """;

    @Test
    void is_nothing_where_all_is_as_it_should_be() {
        assertThat(findings(Set.of(NamespaceKind.USER), Set.of(Capability.CHOWN), LIMITED, PROC + PROTECTED))
                .extracting(AuditFinding::text)
                .singleElement()
                .asString()
                .startsWith("the user namespace is this JVM's, too");
        assertThat(findings(Set.of(), Set.of(Capability.CHOWN), LIMITED, PROC + PROTECTED))
                .isEmpty();
    }

    @Test
    void is_that_any_device_can_be_opened_where_root_is_the_hosts() {
        assertThat(findings(Set.of(NamespaceKind.USER), Set.of(), LIMITED, PROC + PROTECTED, Optional.empty()))
                .extracting(AuditFinding::text)
                .anyMatch(text -> text.startsWith("nothing limits which devices can be opened"));
        assertThat(findings(Set.of(), Set.of(), LIMITED, PROC + PROTECTED, Optional.empty()))
                .isEmpty();
    }

    @Test
    void is_a_proc_that_changes_the_kernel_for_the_hosts_users_only() {
        assertThat(findings(Set.of(NamespaceKind.USER), Set.of(), LIMITED, PROC))
                .filteredOn(finding -> finding.severity() == Severity.HIGH)
                .extracting(AuditFinding::text)
                .hasSize(4)
                .contains("/proc/sys can be written to, which changes the host's kernel");
        assertThat(findings(Set.of(), Set.of(), LIMITED, PROC)).isEmpty();
    }

    @Test
    void is_all_devices_of_the_host_and_processes_without_a_limit() {
        String devices = "7 1 0:5 / /dev rw - devtmpfs devtmpfs rw\n";
        assertThat(findings(
                        Set.of(),
                        Set.of(),
                        Map.of("Max processes", "unlimited unlimited", "pids.max", "unlimited"),
                        PROC + devices))
                .extracting(AuditFinding::toString)
                .containsExactly(
                        "HIGH: /dev has all devices of the host",
                        "LOW: nothing limits the number of processes; Limits with pidsMax does, or ProcessAttributes"
                                + " with a limit on NPROC",
                        "LOW: nothing limits the memory; Limits with memoryMax does");
    }

    @Test
    void is_a_writable_directory_of_the_host_also_in_memory_and_no_memory_of_its_own() {
        String mounts = """
            8 1 8:1 /srv/data /data rw - ext4 /dev/vda rw
            9 1 0:30 / /tmp rw - tmpfs none rw
            10 1 0:31 /lock /lock rw - tmpfs none rw
            11 1 0:32 /null /dev/null rw - tmpfs none rw
            """;
        assertThat(findings(Set.of(), Set.of(), LIMITED, PROC + PROTECTED + mounts))
                .extracting(AuditFinding::toString)
                .containsExactly(
                        "MEDIUM: /data writes to the host's /srv/data (ext4); bind it read-only if reading is enough",
                        "MEDIUM: /lock writes to the host's /run/lock (tmpfs); bind it read-only if reading is enough");
    }

    @Test
    void is_a_capability_that_takes_over_the_host_or_undoes_mounts() {
        Set<Capability> capabilities = Set.of(Capability.SYS_ADMIN);
        assertThat(findings(Set.of(NamespaceKind.USER), capabilities, LIMITED, PROC + PROTECTED))
                .anyMatch(finding -> finding.toString()
                        .equals("HIGH: CAP_SYS_ADMIN acts on the host, as the users are the host's; drop it"));
        assertThat(findings(Set.of(), capabilities, LIMITED, PROC + PROTECTED))
                .extracting(AuditFinding::toString)
                .containsExactly("MEDIUM: CAP_SYS_ADMIN undoes mounts that hide and protect paths; drop it");
    }
}
