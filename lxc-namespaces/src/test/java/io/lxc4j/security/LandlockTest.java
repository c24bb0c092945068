package io.lxc4j.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;
import io.lxc4j.launch.RestrictAccess;
import io.lxc4j.launch.RestrictAccess.PathRule;
import io.lxc4j.launch.RestrictAccess.PortRule;
import io.lxc4j.launch.RightsOperation;
import io.lxc4j.testing.Requirement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A restriction by Landlock")
class LandlockTest {
    /** More than there is. */
    private static final long NEWEST = 99;

    private static long bits(FileAccess... access) {
        return Arrays.stream(access).mapToLong(each -> each.bit().value()).reduce(0, (a, b) -> a | b);
    }

    private static PathRule only(Landlock landlock, long abi) {
        List<PathRule> paths = landlock.restrict(abi).paths();
        assertThat(paths).hasSize(1);
        return paths.getFirst();
    }

    private static void assertUnsupported(Landlock landlock, long abi, String message) {
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> landlock.restrict(abi))
                .withMessage(message);
    }

    @Test
    void denies_at_first_everything_with_files_and_nothing_else() {
        RestrictAccess restriction = Landlock.denyFiles().restrict(NEWEST);
        assertThat(restriction.files().value()).isEqualTo((1 << 17) - 1);
        assertThat(restriction.files().name()).startsWith("LANDLOCK_ACCESS_FS_EXECUTE|");
        assertThat(restriction.network()).isEqualTo(Constant.or());
        assertThat(restriction.scopes()).isEqualTo(Constant.or());
        assertThat(restriction.paths()).isEmpty();
        assertThat(restriction.ports()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 0x1fff", "2, 0x3fff", "3, 0x7fff", "4, 0x7fff", "5, 0xffff", "8, 0xffff", "9, 0x1ffff"})
    void denies_with_files_what_the_running_kernel_knows(long abi, String files) {
        Landlock anyKernel = Landlock.denyFiles().denyIfKnown(FileAccess.TRUNCATE);
        assertThat(anyKernel.restrict(abi).files().value()).isEqualTo(Long.decode(files));
        assertThat(only(anyKernel.write("/tmp"), abi).access().value() & ~Long.decode(files))
                .as("no rule has more, which would be an error")
                .isZero();
    }

    @Test
    void allows_by_verbs_what_is_usual_together() {
        PathRule read = only(Landlock.denyFiles().read("/etc/./"), NEWEST);
        assertThat(read.path()).isEqualTo("/etc");
        assertThat(read.access().value()).isEqualTo(bits(FileAccess.READ_FILE, FileAccess.READ_DIR));
        assertThat(read.fileAccess().value()).isEqualTo(bits(FileAccess.READ_FILE));
        assertThat(read.optional()).isFalse();
        PathRule execute = only(Landlock.denyFiles().execute("/usr"), NEWEST);
        assertThat(execute.access().value()).isEqualTo(read.access().value() | bits(FileAccess.EXECUTE));
        assertThat(execute.fileAccess().value()).isEqualTo(bits(FileAccess.READ_FILE, FileAccess.EXECUTE));
        PathRule write = only(Landlock.denyFiles().write("/tmp"), NEWEST);
        assertThat(write.access().value())
                .isEqualTo(bits(FileAccess.values())
                        & ~bits(FileAccess.EXECUTE, FileAccess.MAKE_CHAR, FileAccess.MAKE_BLOCK, FileAccess.IOCTL_DEV));
        assertThat(write.fileAccess().value())
                .isEqualTo(bits(
                        FileAccess.READ_FILE, FileAccess.WRITE_FILE, FileAccess.TRUNCATE, FileAccess.RESOLVE_UNIX));
    }

    @Test
    void allows_several_paths_also_such_as_may_be_missing() {
        Landlock landlock = Landlock.denyFiles()
                .read("/a", "/b")
                .readIfThere("/c")
                .executeIfThere("/d")
                .writeIfThere("/e");
        assertThat(landlock.restrict(NEWEST).paths())
                .extracting(PathRule::path)
                .containsExactly("/a", "/b", "/c", "/d", "/e");
        assertThat(landlock.restrict(NEWEST).paths())
                .extracting(PathRule::optional)
                .containsExactly(false, false, true, true, true);
        assertThat(landlock).asString().contains("/a", "/e");
    }

    @Test
    void allows_exactly_what_is_named() {
        PathRule rule = only(
                Landlock.denyFiles().allow("/dev/tty", FileAccess.READ_FILE, FileAccess.IOCTL_DEV, FileAccess.READ_DIR),
                NEWEST);
        assertThat(rule.access().value())
                .isEqualTo(bits(FileAccess.READ_FILE, FileAccess.IOCTL_DEV, FileAccess.READ_DIR));
        assertThat(rule.fileAccess().value()).isEqualTo(bits(FileAccess.READ_FILE, FileAccess.IOCTL_DEV));
        assertThat(only(Landlock.denyFiles().allow("/srv", FileAccess.READ_DIR), NEWEST)
                        .fileAccess()
                        .value())
                .isZero();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Landlock.denyFiles().allow("/srv"))
                .withMessage("allow(\"/srv\") names no access");
    }

    @Test
    void is_not_changed_by_what_is_made_of_it() {
        Landlock first = Landlock.denyFiles();
        var _ = first.read("/")
                .denyTcp()
                .bindTcp(1)
                .scope(Landlock.Scope.SIGNAL)
                .deny(FileAccess.RESOLVE_UNIX);
        RestrictAccess restriction = first.restrict(3);
        assertThat(restriction.paths()).isEmpty();
        assertThat(restriction.network().value()).isZero();
        Landlock bound = Landlock.denyFiles().denyTcp().bindTcp(1);
        var _ = bound.connectTcp(1);
        assertThat(bound.restrict(NEWEST).ports().getFirst().access().name()).isEqualTo("LANDLOCK_ACCESS_NET_BIND_TCP");
    }

    @ParameterizedTest
    @CsvSource({"etc, must be an absolute path", "/a/../b, must not contain"})
    void rejects_paths_that_mean_different_things(String path, String reason) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Landlock.denyFiles().readIfThere(path))
                .withMessageStartingWith("readIfThere " + reason)
                .withMessageContaining(path);
    }

    @Test
    void insists_on_all_that_keeps_files_as_they_are() {
        String remedy = " (Landlock ABI 3), and this kernel has ABI 2; denyIfKnown does without it on an older kernel";
        assertUnsupported(Landlock.denyFiles(), 2, "denying LANDLOCK_ACCESS_FS_TRUNCATE: it needs Linux 6.2" + remedy);
        assertThat(Landlock.denyFiles().restrict(3).files().value()).isEqualTo(0x7fff);
    }

    @Test
    void insists_on_what_is_named_until_the_last_word_is_another() {
        String message =
                "denying LANDLOCK_ACCESS_FS_IOCTL_DEV: it needs Linux 6.10 (Landlock ABI 5), and this kernel has"
                        + " ABI 4; denyIfKnown does without it on an older kernel";
        assertUnsupported(Landlock.denyFiles().deny(FileAccess.IOCTL_DEV), 4, message);
        assertUnsupported(Landlock.denyFiles().allow("/dev", FileAccess.IOCTL_DEV), 4, message);
        assertUnsupported(
                Landlock.denyFiles().denyIfKnown(FileAccess.IOCTL_DEV).deny(FileAccess.IOCTL_DEV), 4, message);
        Landlock lenient =
                Landlock.denyFiles().allow("/dev", FileAccess.IOCTL_DEV).denyIfKnown(FileAccess.IOCTL_DEV);
        assertThat(lenient.restrict(4).paths()).as("a rule with nothing left").isEmpty();
        assertThat(lenient.restrict(5).paths()).hasSize(1);
        assertUnsupported(
                Landlock.denyFiles().deny(FileAccess.RESOLVE_UNIX),
                7,
                "denying LANDLOCK_ACCESS_FS_RESOLVE_UNIX: it needs Linux 7.1 (Landlock ABI 9), and this kernel has"
                        + " ABI 7; denyIfKnown does without it on an older kernel");
    }

    @Test
    void denies_TCP_but_for_ports() {
        RestrictAccess restriction = Landlock.denyFiles()
                .denyTcp()
                .connectTcp(443, 80)
                .bindTcp(0, 80, 65_535)
                .restrict(NEWEST);
        assertThat(restriction.network().name())
                .isEqualTo("LANDLOCK_ACCESS_NET_BIND_TCP|LANDLOCK_ACCESS_NET_CONNECT_TCP");
        assertThat(restriction.ports()).extracting(PortRule::port).containsExactly(0, 80, 443, 65_535);
        assertThat(restriction.ports())
                .extracting(rule -> rule.access().value())
                .containsExactly(1L, 3L, 2L, 1L);
    }

    @Test
    void without_ports_in_the_kernel_fails_unless_that_was_allowed() {
        assertUnsupported(
                Landlock.denyFiles().denyTcp(),
                3,
                "denying TCP: it needs Linux 6.7 (Landlock ABI 4), and this kernel has ABI 3; denyTcpIfKnown does"
                        + " without it on an older kernel");
        Landlock ifKnown = Landlock.denyFiles().denyTcpIfKnown().connectTcp(443);
        assertThat(ifKnown.restrict(3).network().value()).isZero();
        assertThat(ifKnown.restrict(3).ports()).isEmpty();
        assertThat(ifKnown.restrict(4).network().value()).isEqualTo(3);
        assertThat(ifKnown.restrict(4).ports()).hasSize(1);
    }

    @Test
    void rejects_ports_that_are_none_and_ports_that_nothing_denies() {
        Landlock denying = Landlock.denyFiles().denyTcp();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> denying.bindTcp(-1))
                .withMessage("bindTcp(-1): ports are from 0 to 65535");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> denying.connectTcp(65_536))
                .withMessage("connectTcp(65536): ports are from 0 to 65535");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> Landlock.denyFiles().connectTcp(1))
                .withMessage("connectTcp allows what is not denied; call denyTcp or denyTcpIfKnown before");
    }

    @Test
    void closes_its_scope_where_the_kernel_can_or_must() {
        Landlock both = Landlock.denyFiles().scope(Landlock.Scope.values());
        assertThat(both.restrict(6).scopes().name())
                .isEqualTo("LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET|LANDLOCK_SCOPE_SIGNAL");
        assertThat(both.restrict(6).scopes().value()).isEqualTo(3);
        String message =
                "denying LANDLOCK_SCOPE_SIGNAL: it needs Linux 6.12 (Landlock ABI 6), and this kernel has ABI 5;"
                        + " scopeIfKnown does without it on an older kernel";
        Landlock ifKnown = Landlock.denyFiles().scopeIfKnown(Landlock.Scope.SIGNAL);
        assertThat(ifKnown.restrict(5).scopes().value()).isZero();
        assertThat(ifKnown.restrict(6).scopes().value()).isEqualTo(2);
        assertUnsupported(ifKnown.scope(Landlock.Scope.SIGNAL), 5, message);
        assertThat(ifKnown.scope(Landlock.Scope.SIGNAL)
                        .scopeIfKnown(Landlock.Scope.SIGNAL)
                        .restrict(5)
                        .scopes()
                        .value())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "38, 'needs Linux 5.13 built with CONFIG_SECURITY_LANDLOCK, and no seccomp filter that hides it'",
        "95, 'switched off at boot; add landlock to lsm= of the kernel''s command line'",
        "1, 'refused by a seccomp filter; one that allows it is needed'",
        "5, 'an unexpected answer: EIO (Input/output error)'"
    })
    void where_there_is_none_is_an_error_whatever_was_allowed(int errno, String reason) {
        assertUnsupported(
                Landlock.denyFiles().denyIfKnown(FileAccess.values()).denyTcpIfKnown(), -errno, "Landlock: " + reason);
    }

    @Test
    void comes_after_no_new_privs_or_before_the_right_to_do_without_is_given_up_and_always_before_a_filter() {
        Isolation isolation = Isolation.standard().landlock(Landlock.denyFiles().denyIfKnown(FileAccess.TRUNCATE));
        Requirement.LANDLOCK.assume();
        assertThat(operations(isolation, CapabilitySets.ALL))
                .containsExactly(
                        RightsOperation.NewSessionKeyring.class,
                        RightsOperation.LimitCapabilities.class,
                        RightsOperation.ForbidNewPrivileges.class,
                        RestrictAccess.class,
                        RightsOperation.InstallSeccomp.class);
        assertThat(operations(isolation.allowNewPrivileges(), CapabilitySets.ALL))
                .containsExactly(
                        RightsOperation.NewSessionKeyring.class,
                        RestrictAccess.class,
                        RightsOperation.InstallSeccomp.class,
                        RightsOperation.LimitCapabilities.class);
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> operations(isolation.allowNewPrivileges(), 0))
                .withMessageContaining("allowNewPrivileges")
                .withMessageContaining("CAP_SYS_ADMIN");
    }

    private static List<Class<?>> operations(Isolation isolation, long capabilities) {
        LaunchPlan.Builder plan = LaunchPlan.builder().add(new Operation.End());
        isolation.contribute(plan, new Rights(false, capabilities));
        return plan.build().operations().stream()
                .<Class<?>>map(Object::getClass)
                .filter(type -> type != Operation.End.class)
                .toList();
    }

    @Test
    void names_what_is_done_with_files_as_the_kernel_does() {
        assertThat(Arrays.stream(FileAccess.values()).map(access -> access.bit().value()))
                .containsExactlyElementsOf(
                        LongStream.range(0, 17).mapToObj(number -> 1L << number).toList());
        assertThat(FileAccess.MAKE_SYM).hasToString("LANDLOCK_ACCESS_FS_MAKE_SYM");
        assertThat(Arrays.stream(FileAccess.values()).filter(FileAccess::isOfFiles))
                .containsExactly(
                        FileAccess.EXECUTE,
                        FileAccess.WRITE_FILE,
                        FileAccess.READ_FILE,
                        FileAccess.TRUNCATE,
                        FileAccess.IOCTL_DEV,
                        FileAccess.RESOLVE_UNIX);
    }
}
