package io.lxc4j.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("The standard profile")
class SeccompStandardTest {
    private static final SeccompProfile PROFILE = SeccompProfile.standard();

    private static String verdict(Abi abi, String capabilities, String call, long... arguments) {
        Set<String> set = capabilities.isEmpty() ? Set.of() : Set.of(capabilities.split(" ", -1));
        return PROFILE.filter(abi, "6.18.0", set).decide(abi, call, arguments).toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # without capabilities | with one that brings it back
        unshare setns                                                                       | CAP_SYS_ADMIN
        mount umount2 move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick    | CAP_SYS_ADMIN
        mount_setattr quotactl quotactl_fd sethostname setdomainname fanotify_init          | CAP_SYS_ADMIN
        lsm_get_self_attr lsm_set_self_attr lsm_list_modules                                | CAP_SYS_ADMIN
        ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise          | CAP_SYS_PTRACE
        init_module finit_module delete_module                                              | CAP_SYS_MODULE
        settimeofday clock_settime                                                          | CAP_SYS_TIME
        mbind get_mempolicy set_mempolicy set_mempolicy_home_node                           | CAP_SYS_NICE
        acct                                                                                | CAP_SYS_PACCT
        bpf                                                                                 | CAP_BPF
        perf_event_open                                                                     | CAP_PERFMON
        syslog                                                                              | CAP_SYSLOG
        reboot                                                                              | CAP_SYS_BOOT
        chroot                                                                              | CAP_SYS_CHROOT
        vhangup                                                                             | CAP_SYS_TTY_CONFIG
        open_by_handle_at                                                                   | CAP_DAC_READ_SEARCH
        """)
    void gives_calls_back_with_their_capability_and_no_other(String calls, String capability) {
        Set<String> others = new TreeSet<>(Set.of("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SYS_PTRACE", "CAP_MKNOD"));
        others.remove(capability);
        for (String call : calls.split(" ", -1)) {
            for (Abi abi : Set.of(Abi.X86_64, Abi.AARCH64)) {
                assertThat(verdict(abi, "", call)).as(call).isEqualTo("errno EPERM");
                assertThat(verdict(abi, String.join(" ", others), call))
                        .as(call)
                        .isEqualTo("errno EPERM");
                assertThat(verdict(abi, capability, call)).as(call).isEqualTo("allow");
            }
        }
    }

    @Test
    void refuses_some_whatever_the_capabilities() {
        String all = "CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_SYS_BOOT CAP_SYS_RAWIO CAP_BPF CAP_PERFMON CAP_DAC_READ_SEARCH";
        for (String call : ("add_key keyctl request_key io_uring_setup io_uring_enter io_uring_register userfaultfd"
            + " kexec_load kexec_file_load pivot_root swapon swapoff migrate_pages move_pages lookup_dcookie"
            + " nfsservctl")
                .split(" ", -1)) {
            assertThat(verdict(Abi.AARCH64, all, call)).as(call).isEqualTo("errno EPERM");
        }
        for (String call : "uselib ustat sysfs _sysctl modify_ldt".split(" ", -1)) {
            assertThat(verdict(Abi.X86_64, all, call)).as(call).isEqualTo("errno EPERM");
        }
        assertThat(verdict(Abi.X86_64, "", "iopl")).isEqualTo("errno EPERM");
        assertThat(verdict(Abi.X86_64, "CAP_SYS_RAWIO", "ioperm")).isEqualTo("allow");
    }

    @ParameterizedTest
    @CsvSource({
        "clone, 0x3d0f00, 0, allow", // pthread_create
        "clone, 0x1200011, 0, allow", // fork
        "clone, 0xffffffff01200011, 0, allow", // the kernel takes no notice of the upper half
        "clone, 0x10000011, 0, errno EPERM", // CLONE_NEWUSER
        "clone, 0x00020011, 0, errno EPERM",
        "clone, 0x02000011, 0, errno EPERM",
        "clone, 0x04000011, 0, errno EPERM",
        "clone, 0x08000011, 0, errno EPERM",
        "clone, 0x20000011, 0, errno EPERM",
        "clone, 0x40000011, 0, errno EPERM",
        "clone, 0x00000080, 0, errno EPERM", // CLONE_NEWTIME
        "clone3, 0, 0, errno ENOSYS",
        "socket, 1, 1, allow",
        "socket, 2, 1, allow",
        "socket, 10, 1, allow",
        "socket, 16, 3, allow",
        "socket, 17, 3, allow",
        "socketpair, 1, 1, allow",
        "socket, 0x100000028, 1, errno EAFNOSUPPORT",
        "socket, 0, 1, errno EAFNOSUPPORT",
        "socket, 31, 1, errno EAFNOSUPPORT", // AF_BLUETOOTH
        "socket, 38, 1, errno EAFNOSUPPORT", // AF_ALG
        "socket, 40, 1, errno EAFNOSUPPORT", // AF_VSOCK
        "socketpair, 30, 1, errno EAFNOSUPPORT", // AF_TIPC
        "ioctl, 0, 0x5401, allow",
        "ioctl, 0, 0x5412, errno EPERM", // TIOCSTI
        "ioctl, 0, 0x7700005412, errno EPERM",
        "ioctl, 0, 0x541c, errno EPERM", // TIOCLINUX
        "personality, 0, 0, allow",
        "personality, 8, 0, allow",
        "personality, 0x20000, 0, allow",
        "personality, 0x20008, 0, allow",
        "personality, 0xffffffff, 0, allow",
        "personality, 0x40000, 0, errno EPERM", // ADDR_NO_RANDOMIZE
        "personality, 0x400000, 0, errno EPERM", // READ_IMPLIES_EXEC
        "mknodat, 0, 0, allow",
        "name_to_handle_at, 0, 0, allow",
        "seccomp, 1, 0, allow",
    })
    void decides_by_arguments(String call, String first, String second, String verdict) {
        for (Abi abi : Set.of(Abi.X86_64, Abi.AARCH64)) {
            assertThat(verdict(abi, "", call, Long.parseUnsignedLong(hex(first), 16), Long.parseLong(hex(second), 16)))
                    .isEqualTo(verdict);
        }
    }

    private static String hex(String number) {
        return number.startsWith("0x") ? number.substring(2) : Long.toHexString(Long.parseLong(number));
    }

    @Test
    void lets_who_has_cap_sys_admin_clone_anything() {
        assertThat(verdict(Abi.X86_64, "CAP_SYS_ADMIN", "clone", 0x7e020011)).isEqualTo("allow");
        assertThat(verdict(Abi.X86_64, "CAP_SYS_ADMIN", "clone3")).isEqualTo("allow");
    }

    @ParameterizedTest
    @EnumSource(names = "I386", mode = EnumSource.Mode.EXCLUDE)
    void names_every_call_and_none_that_there_is_not(Abi abi) {
        assertThat(PROFILE.ignored()).isEmpty();
        SeccompFilter filter = PROFILE.filter(abi, "6.18", Set.of());
        for (Map.Entry<Integer, String> call : SystemCalls.of(abi).entrySet()) {
            assertThat(filter.rules().of(call.getValue())).as(call.getValue()).isNotEmpty();
        }
        assertThat(filter.decide(abi, 470)).isEqualTo(SeccompAction.errno(Errno.ENOSYS));
        assertThat(filter.decide(abi, 400)).isEqualTo(SeccompAction.errno(Errno.ENOSYS));
        assertThat(filter.decide(abi, 0x40000000)).isEqualTo(SeccompAction.errno(Errno.ENOSYS));
        assertThat(filter.program(abi).length()).isLessThan(250);
    }

    @Test
    void kills_for_32_bit_calls() {
        assertThat(PROFILE.filter(Abi.X86_64, "6.18", Set.of()).decide(Abi.I386, 1))
                .isEqualTo(SeccompAction.killProcess());
    }

    @Test
    void is_for_this_machine_if_nothing_else_is_said() {
        SeccompFilter filter = PROFILE.filter(Set.of());
        assertThat(filter.program(Abi.current()).toBytes())
                .isEqualTo(PROFILE.filter(Abi.current(), "6.18", Set.of())
                        .program(Abi.current())
                        .toBytes());
        assertThat(Arrays.asList(Abi.X86_64, Abi.AARCH64)).contains(Abi.current());
    }
}
