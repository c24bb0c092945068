package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.launch.JoinOperation;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Operation;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Namespaces")
class NamespacesTest {
    private static LaunchPlan plan(Namespaces namespaces) {
        LaunchPlan.Builder plan = LaunchPlan.builder();
        NamespacePlan.contribute(plan, namespaces);
        PseudoFileSystems.contribute(plan, namespaces, Map.of());
        plan.add(new Operation.Exec("/bin/true", List.of("true"), List.of(), List.of()));
        return plan.build();
    }

    private static List<Class<?>> operations(LaunchPlan plan) {
        return plan.operations().stream().<Class<?>>map(Object::getClass).toList();
    }

    @Test
    void are_all_new_unless_asked_otherwise() {
        Namespaces namespaces = Namespaces.builder().build();
        assertThat(namespaces.hasOwnUsers()).isTrue();
        assertThat(namespaces.hasOwnNetwork()).isTrue();
        assertThat(namespaces.hostName()).isEqualTo("container");
        LaunchPlan plan = plan(namespaces);
        assertThat(plan.namespaces()).isEqualTo(EnumSet.complementOf(EnumSet.of(Namespace.CGROUP, Namespace.TIME)));
        assertThat(plan.idMaps()).isNotNull();
        assertThat(plan.operations())
                .contains(
                        new Operation.NewCgroupNamespace(),
                        new JoinOperation.NewTimeNamespace(Map.of()),
                        new Operation.SetHostName("container"),
                        new Operation.BringUpLoopback());
    }

    @Test
    void that_are_shared_are_neither_made_nor_set_up() {
        LaunchPlan plan = plan(Namespaces.builder()
                .shareNetwork()
                .shareIpc()
                .shareHostName()
                .shareCgroups()
                .shareUsers()
                .build());
        assertThat(plan.namespaces()).containsExactlyInAnyOrder(Namespace.MOUNT, Namespace.PID);
        assertThat(plan.idMaps()).isNull();
        assertThat(operations(plan))
                .doesNotContain(
                        Operation.NewCgroupNamespace.class,
                        Operation.SetHostName.class,
                        Operation.BringUpLoopback.class);
    }

    @Test
    void without_a_network_of_their_own_bind_the_hosts_sys_as_only_the_networks_owner_may_mount_it() {
        Namespaces shared = Namespaces.builder().shareNetwork().build();
        assertThat(plan(shared).operations())
                .anyMatch(operation -> operation instanceof MountOperation.Bind bind
                        && bind.target().equals("/sys"));
        Namespaces own = Namespaces.builder().build();
        assertThat(plan(own).operations())
                .anyMatch(operation -> operation instanceof MountOperation.Mount mount
                        && mount.target().equals("/sys"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "web-1.example", "0", "A.b"})
    void take_a_host_name_of_letters_digits_hyphens_and_dots(String name) {
        assertThat(Namespaces.builder().hostName(name).build().hostName()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", ".a", "a b", "a_b", "ä", "a\0b", "a\nb"})
    void reject_another_host_name_and_show_it(String name) {
        Namespaces.Builder builder = Namespaces.builder();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.hostName(name))
                .withMessageStartingWith("hostName \"" + name.replaceAll("\\p{Cntrl}", "?") + "\" must be ");
    }

    @Test
    void take_a_host_name_of_64_characters_and_reject_one_of_65() {
        assertThat(Namespaces.builder().hostName("x".repeat(64)).build().hostName())
                .hasSize(64);
        Namespaces.Builder builder = Namespaces.builder();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.hostName("x".repeat(65)))
                .withMessageContaining("65 bytes; the kernel takes at most 64");
    }

    @Test
    void reject_a_second_host_name_with_both_values() {
        Namespaces.Builder builder = Namespaces.builder().hostName("one");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.hostName("two"))
                .withMessageContainingAll("\"one\"", "\"two\"");
    }

    @Test
    void reject_a_host_name_that_would_be_the_hosts() {
        Namespaces.Builder builder = Namespaces.builder().hostName("one").shareHostName();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(builder::build)
                .withMessageContaining("\"one\"");
    }

    @Test
    void shift_clocks_as_far_as_the_kernel_does() {
        Duration farthest = Duration.ofSeconds(4_611_686_018L);
        Duration back = Duration.ofMillis(-1500);
        LaunchPlan plan = plan(Namespaces.builder().shiftClocks(farthest, back).build());
        assertThat(plan.operations())
                .contains(new JoinOperation.NewTimeNamespace(
                        Map.of(JoinOperation.Clock.MONOTONIC, farthest, JoinOperation.Clock.BOOTTIME, back)));
        Namespaces.Builder builder = Namespaces.builder();
        for (Duration beyond : List.of(farthest.plusNanos(1), farthest.negated().minusNanos(1))) {
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> builder.shiftClocks(Duration.ZERO, beyond))
                    .withMessageContainingAll("boottime", "4611686018 seconds");
        }
    }

    @Test
    void enter_a_time_namespace_by_themselves_as_the_exec_does_so_from_linux_6_2_on_only() {
        assertThat(plan(Namespaces.builder().build()).explain())
                .containsPattern("unshare\\(CLONE_NEWTIME\\)\\s+\\d+  openat\\(.*time_for_children.*\\) = (time\\d+)"
                        + "\\s+\\d+  setns\\(\\1, CLONE_NEWTIME\\)");
    }

    @Test
    void reject_clocks_that_are_shared_and_shifted() {
        Namespaces.Builder builder =
                Namespaces.builder().shareClocks().shiftClocks(Duration.ofDays(1), Duration.ofDays(1));
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(builder::build)
                .withMessageContaining("shareClocks");
    }

    @Test
    void set_a_domain_name_of_the_same_form() {
        LaunchPlan plan = plan(Namespaces.builder().domainName("example.org").build());
        assertThat(plan.operations()).contains(new Operation.SetDomainName("example.org"));
        Namespaces.Builder builder = Namespaces.builder();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.domainName("a b"))
                .withMessageStartingWith("domainName \"a b\" must be ");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(
                        () -> builder.domainName("example.org").shareHostName().build())
                .withMessageContaining("domainName \"example.org\" would change the host's");
    }
}
