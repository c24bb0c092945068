package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.testing.Requirement;
import java.time.Duration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("A container's clocks")
class ClocksIT {
    private static final Offset<Double> SLOWNESS = within(5.0);

    @BeforeEach
    void needs_a_user_namespace() {
        Requirement.USER_NAMESPACES.assume();
    }

    @Test
    void are_its_own_and_show_the_hosts_time() throws Exception {
        try (Container container = Inside.start(Namespaces.builder())) {
            assertThat(Inside.namespace(container, NamespaceKind.TIME))
                    .startsWith("time:[")
                    .isNotEqualTo(Inside.namespace(ProcessHandle.current(), NamespaceKind.TIME));
            assertThat(Inside.ask(container, "readlink /proc/self/ns/time_for_children"))
                    .isEqualTo(Inside.namespace(container, NamespaceKind.TIME));
            assertThat(Inside.uptime(Inside.ask(container, "cat /proc/uptime"))).isCloseTo(Inside.uptime(), SLOWNESS);
        }
    }

    @Test
    void are_the_hosts_if_asked_for() throws Exception {
        try (Container container = Inside.start(Namespaces.builder().shareClocks())) {
            assertThat(Inside.namespace(container, NamespaceKind.TIME))
                    .isEqualTo(Inside.namespace(ProcessHandle.current(), NamespaceKind.TIME));
        }
    }

    @Test
    void are_shifted_for_its_first_process_already() throws Exception {
        Duration monotonic = Duration.ofDays(3).plusNanos(5);
        Duration boottime = Duration.ofDays(400);
        try (Container container = Inside.start(Namespaces.builder().shiftClocks(monotonic, boottime))) {
            assertThat(Inside.ask(container, "read up idle < /proc/uptime; echo $up"))
                    .satisfies(up ->
                            assertThat(Inside.uptime(up)).isCloseTo(Inside.uptime() + boottime.toSeconds(), SLOWNESS));
            assertThat(Inside.ask(container, "cat /proc/self/timens_offsets").replaceAll(" +", " "))
                    .isEqualTo("monotonic " + monotonic.toSeconds() + " 5\nboottime " + boottime.toSeconds() + " 0");
        }
    }

    @Test
    void can_lag_behind_by_fractions_of_a_second() throws Exception {
        Duration back = Duration.ofMillis(-1500);
        try (Container container = Inside.start(Namespaces.builder().shiftClocks(back, back))) {
            assertThat(Inside.ask(container, "cat /proc/self/timens_offsets").replaceAll(" +", " "))
                    .isEqualTo("monotonic -2 500000000\nboottime -2 500000000");
        }
    }

    @Test
    void can_not_be_before_the_start_of_time() {
        ContainerSpec spec = Container.builder()
                .namespaces(Namespaces.builder()
                        .shiftClocks(Duration.ZERO, Duration.ofDays(-20_000))
                        .build())
                .command("true")
                .build();
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(spec::start)
                .withMessageContaining("the host's uptime")
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ERANGE));
    }

    @Test
    void are_joined_as_they_are() throws Exception {
        Duration shift = Duration.ofDays(50);
        try (Container first = Inside.start(Namespaces.builder().shiftClocks(shift, shift));
                NamespaceHandle clocks = first.namespace(NamespaceKind.TIME);
                Container second = Inside.start(Namespaces.builder().join(clocks))) {
            assertThat(Inside.uptime(Inside.ask(second, "cat /proc/uptime")))
                    .isCloseTo(Inside.uptime() + shift.toSeconds(), SLOWNESS);
        }
    }

    @Test
    void are_shifted_in_a_container_that_joins_another() throws Exception {
        Duration shift = Duration.ofDays(50);
        try (Container first = Inside.start(Namespaces.builder());
                NamespaceHandle network = first.namespace(NamespaceKind.NETWORK);
                Container second =
                        Inside.start(Namespaces.builder().join(network).shiftClocks(shift, shift))) {
            assertThat(Inside.uptime(Inside.ask(second, "cat /proc/uptime")))
                    .isCloseTo(Inside.uptime() + shift.toSeconds(), SLOWNESS);
        }
    }
}
