package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.audit.Audit;
import io.lxc4j.audit.AuditFinding;
import io.lxc4j.audit.AuditFinding.Severity;
import io.lxc4j.audit.Auditor;
import io.lxc4j.cgroups.ByteSize;
import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.DeviceAccess;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.Mount;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.namespaces.Resource;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.Isolation;
import io.lxc4j.testing.Requirement;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("The audit of a running container")
class AuditIT {
    private static final String MEMORY = "nothing limits the memory";
    private static final String PROCESSES = "nothing limits the number of processes";

    @TempDir
    Path directory;

    private static Audit audit(ContainerBuilder builder) {
        try (Container container = builder.command("sleep", "100").start()) {
            return container.audit();
        }
    }

    private static Predicate<AuditFinding> finding(Severity severity, String text) {
        return finding -> finding.severity() == severity && finding.text().contains(text);
    }

    @Test
    @DisplayName("finds nothing in a container with all defaults, but that its memory is not limited")
    void of_the_defaults() {
        Audit audit = audit(Container.builder());
        assertThat(audit.findings()).allMatch(finding(Severity.LOW, PROCESSES).or(finding(Severity.LOW, MEMORY)));
        assertThat(audit.sharedNamespaces()).isEmpty();
        assertThat(audit.filtersSystemCalls()).isTrue();
        assertThat(audit.newPrivileges()).isFalse();
        assertThat(audit.capabilities().get("CapInh")).isEmpty();
        assertThat(audit.capabilities().get("CapBnd"))
                .isEqualTo(audit.capabilities().get("CapPrm"))
                .contains(Capability.CHOWN, Capability.NET_RAW)
                .doesNotContain(Capability.SYS_ADMIN, Capability.MKNOD);
        assertThat(audit.devices())
                .containsExactly("/dev/full", "/dev/null", "/dev/random", "/dev/tty", "/dev/urandom", "/dev/zero");
        if (Requirement.ROOT.problem().isEmpty()) {
            assertThat(audit.deviceAccess()).hasValue(DeviceAccess.standard());
            assertThat(audit.toString()).contains("Devices that may be opened\n  allow c 1:3 rwm\n");
        }
        assertThat(audit.userIds()).allMatch(line -> line.startsWith("0 "));
        assertThat(audit.mounts()).anyMatch(line -> line.startsWith("/proc proc nodev,noexec,nosuid,"));
        assertThat(audit.limits()).containsKeys("Max open files", "Max processes");
        assertThat(audit.toString().lines())
                .contains("Findings", "Capabilities", "Mounts", "Devices", "  system calls are filtered");
    }

    @Test
    @DisplayName("finds nothing at all where they are limited")
    void of_a_limited_one() {
        ContainerBuilder builder = Container.builder()
                .attributes(
                        ProcessAttributes.builder().limit(Resource.NPROC, 4000).build());
        if (!Cgroup.isAvailable()) {
            assertThat(audit(builder).findings()).singleElement().matches(finding(Severity.LOW, MEMORY));
            return;
        }
        Audit audit = audit(
                builder.limits(Limits.builder().memoryMax(ByteSize.gibibytes(1)).build()));
        assertThat(audit.findings()).isEmpty();
        assertThat(audit.limits()).containsEntry("pids.max", "4096").containsEntry("memory.max", "1073741824");
        assertThat(audit.toString()).startsWith("Findings\n  none\n");
    }

    @Test
    @DisplayName("finds what was loosened, the worst first")
    void of_a_loosened_one() {
        Audit audit = audit(Container.builder()
                .namespaces(Namespaces.builder().shareNetwork().shareHostName().build())
                .isolation(Isolation.standard()
                        .withoutSeccomp()
                        .allowNewPrivileges()
                        .capabilities(Capabilities.defaults()
                                .add(Capability.SYS_ADMIN)
                                .inheritable(Capability.CHOWN)))
                .bindWritable(directory, "/data")
                .mount(Mount.device(Path.of("/dev/null")).at("/dev/another")));
        assertThat(audit.sharedNamespaces()).containsExactlyInAnyOrder(NamespaceKind.NETWORK, NamespaceKind.UTS);
        assertThat(audit.findings()).extracting(AuditFinding::severity).isSorted();
        for (String text : List.of(
                "the net namespace is this JVM's",
                "CAP_SYS_ADMIN undoes mounts",
                "no filter of system calls",
                "/data writes to the host's " + directory)) {
            assertThat(audit.findings()).anyMatch(finding(Severity.MEDIUM, text));
        }
        for (String text : List.of(
                "the uts namespace is this JVM's",
                "inheritable capabilities: programs with such files keep them: [CAP_CHOWN]",
                "programs may gain privileges",
                "/dev/another is a device")) {
            assertThat(audit.findings()).anyMatch(finding(Severity.LOW, text));
        }
    }

    @Test
    @DisplayName("finds that the users are the host's, and what their root can do there")
    void with_the_hosts_users() throws Exception {
        Requirement.ROOT.assume();
        Audit audit = audit(TestRoot.in(directory)
                .readOnly()
                .namespaces(Namespaces.builder().shareUsers().build())
                .isolation(Isolation.standard()
                        .capabilities(Capabilities.defaults().add(Capability.SYS_ADMIN))));
        assertThat(audit.findings().getFirst()).matches(finding(Severity.HIGH, "CAP_SYS_ADMIN acts on the host"));
        assertThat(audit.findings()).anyMatch(finding(Severity.MEDIUM, "the user namespace is this JVM's"));
    }

    @Test
    @DisplayName("finds processes that are allowed more than the first")
    void of_other_processes() {
        try (Container container = Container.builder().command("sleep", "100").start()) {
            container.exec("sleep", "100").start();
            assertThat(container.audit().findings())
                    .allMatch(finding(Severity.LOW, PROCESSES).or(finding(Severity.LOW, MEMORY)));
            long own = ProcessHandle.current().pid();
            assertThat(Auditor.look(container.process().pid(), List.of(own), Optional::empty, Optional.empty())
                            .findings())
                    .anyMatch(finding(
                            Severity.MEDIUM,
                            "process " + own + " (java) is allowed more than the first: Seccomp is 0, not 2"));
        }
    }

    @Test
    @DisplayName("says that a container has ended")
    void of_one_that_has_ended() {
        Container container = Container.builder().command("sleep", "100").start();
        container.close();
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(container::audit)
                .withMessageContaining("it has ended");
    }
}
