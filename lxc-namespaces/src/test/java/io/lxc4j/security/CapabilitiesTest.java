package io.lxc4j.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.launch.RightsOperation.LimitCapabilities;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Capabilities")
class CapabilitiesTest {
    private static final Rights OWN_USERS = new Rights(true, CapabilitySets.ALL);
    private static final Rights HOSTS_USERS = new Rights(false, CapabilitySets.ALL);
    private static final Rights NO_KILL = new Rights(false, CapabilitySets.ALL & ~Capability.KILL.bit());

    /** Docker 28: oci/caps/defaults.go. */
    private static final long DOCKERS = bits(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FSETID,
            Capability.FOWNER,
            Capability.MKNOD,
            Capability.NET_RAW,
            Capability.SETGID,
            Capability.SETUID,
            Capability.SETFCAP,
            Capability.SETPCAP,
            Capability.NET_BIND_SERVICE,
            Capability.SYS_CHROOT,
            Capability.KILL,
            Capability.AUDIT_WRITE);

    private static long bits(Capability... capabilities) {
        return Arrays.stream(capabilities).mapToLong(Capability::bit).sum();
    }

    private static CapabilitySets sets(Capabilities capabilities) {
        return capabilities.limit(OWN_USERS).sets();
    }

    @Test
    void by_default_are_fewer_than_dockers_and_fewer_still_with_the_hosts_users() {
        assertThat(sets(Capabilities.defaults())).isEqualTo(CapabilitySets.of(0x8004_25fbL));
        assertThat(Capabilities.defaults().limit(HOSTS_USERS).sets()).isEqualTo(CapabilitySets.of(0x8004_05fbL));
        assertThat(0x8004_25fbL & ~DOCKERS).isZero();
    }

    @Test
    void by_default_are_no_more_than_this_JVM_has_where_the_users_are_the_hosts() {
        assertThat(Capabilities.defaults().limit(NO_KILL).sets().permitted()).isEqualTo(0x8004_05dbL);
        assertThat(Capabilities.all().limit(NO_KILL).sets().permitted()).isEqualTo(NO_KILL.capabilities());
    }

    @Test
    void are_added_and_dropped_by_name_and_the_last_word_counts() {
        assertThat(sets(Capabilities.none())).isEqualTo(CapabilitySets.of(0));
        assertThat(sets(Capabilities.all())).isEqualTo(CapabilitySets.of(CapabilitySets.ALL));
        assertThat(sets(Capabilities.none().add(Capability.KILL, Capability.SYS_NICE)))
                .isEqualTo(CapabilitySets.of(bits(Capability.KILL, Capability.SYS_NICE)));
        assertThat(sets(Capabilities.defaults().drop(Capability.KILL, Capability.SYS_BOOT))
                        .bounding())
                .isEqualTo(0x8004_25dbL);
        assertThat(sets(Capabilities.none().add(Capability.KILL).drop(Capability.KILL)))
                .isEqualTo(CapabilitySets.of(0));
        assertThat(sets(Capabilities.defaults().drop(Capability.KILL).add(Capability.KILL)))
                .isEqualTo(sets(Capabilities.defaults()));
        assertThat(sets(Capabilities.none().ambient(Capability.KILL).drop(Capability.KILL)))
                .isEqualTo(CapabilitySets.of(0));
    }

    @Test
    void that_are_ambient_are_in_all_five_sets_and_inheritable_ones_in_four() {
        long kill = Capability.KILL.bit();
        assertThat(sets(Capabilities.none().ambient(Capability.KILL)))
                .isEqualTo(new CapabilitySets(kill, kill, kill, kill, kill));
        assertThat(sets(Capabilities.none().inheritable(Capability.KILL)))
                .isEqualTo(new CapabilitySets(kill, kill, kill, kill, 0));
    }

    @Test
    void can_take_its_meaning_from_roots_user_id_for_good() {
        LimitCapabilities limit = Capabilities.defaults()
                .secureBits(SecureBit.NO_ROOT)
                .secureBits(SecureBit.NO_AMBIENT_RAISE, SecureBit.NO_SETUID_FIXUP)
                .limit(OWN_USERS);
        assertThat(limit.secureBits().value()).isEqualTo(0b1100_1111);
        assertThat(limit.secureBits().name()).contains("SECBIT_NOROOT|SECBIT_NOROOT_LOCKED");
        assertThat(Capabilities.defaults().limit(OWN_USERS).secureBits().value())
                .isZero();
    }

    @Test
    void that_the_kernel_does_not_know_are_an_error_unless_that_was_allowed() {
        int before = 38;
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> Capabilities.none().add(Capability.BPF).limit(OWN_USERS, before))
                .withMessage("adding CAP_BPF: it needs Linux 5.8; addIfKnown does without it on an older kernel");
        Capabilities ifKnown = Capabilities.none().addIfKnown(Capability.BPF, Capability.PERFMON);
        assertThat(ifKnown.limit(OWN_USERS, before).sets()).isEqualTo(CapabilitySets.of(Capability.PERFMON.bit()));
        assertThat(sets(ifKnown)).isEqualTo(CapabilitySets.of(bits(Capability.BPF, Capability.PERFMON)));
    }

    @Test
    void that_this_JVM_has_not_are_an_error_where_the_users_are_the_hosts() {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(
                        () -> Capabilities.none().addIfKnown(Capability.KILL).limit(NO_KILL))
                .withMessage("adding CAP_KILL: this JVM has it not, and so can't give it to a container that shares"
                        + " the host's users");
    }

    @Test
    void of_a_process_are_within_those_of_its_container() {
        Isolation container = Isolation.standard()
                .capabilities(Capabilities.none().add(Capability.KILL).inheritable(Capability.CHOWN));
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() ->
                        container.within(Capabilities.none().add(Capability.SYS_ADMIN, Capability.SYS_BOOT), OWN_USERS))
                .withMessage("capabilities of one process: the container has not CAP_SYS_ADMIN, CAP_SYS_BOOT; a process"
                        + " can have no more than its container");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> container.within(Capabilities.none().inheritable(Capability.KILL), OWN_USERS))
                .withMessageContaining("the container has not as inheritable CAP_KILL");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> container.within(Capabilities.none().ambient(Capability.CHOWN), OWN_USERS))
                .withMessageContaining("the container has not as ambient CAP_CHOWN");
        assertThat(container.within(Capabilities.none().inheritable(Capability.CHOWN), OWN_USERS))
                .isNotNull();
    }

    @Test
    void have_the_numbers_and_names_of_the_kernel() {
        assertThat(Arrays.stream(Capability.values()).map(Capability::bit))
                .containsExactlyElementsOf(
                        LongStream.range(0, 41).mapToObj(number -> 1L << number).toList());
        assertThat(Capability.NET_BIND_SERVICE).hasToString("CAP_NET_BIND_SERVICE");
    }
}
