package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Sys;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HintsTest {
    private static MountOperation.Mount mount(String type) {
        return new MountOperation.Mount(MountOperation.FileSystem.of(type, Constant.or()), "/x");
    }

    @ParameterizedTest
    @CsvSource({"ENOENT, interpreter", "EACCES, noexec", "ENOEXEC, #!", "E2BIG, too long"})
    void an_exec_that_fails_has_a_reason(Errno errno, String word) {
        assertThat(Hints.of(Plans.exec("/a"), Sys.EXECVE, errno)).contains(word);
    }

    @Test
    void a_search_that_fails_speaks_of_directories() {
        Operation exec = new Operation.Exec("a", List.of("a"), List.of(), List.of("/bin"));
        assertThat(Hints.of(exec, Sys.EXECVE, Errno.ENOENT)).contains("these directories");
    }

    @Test
    void an_error_that_says_it_all_has_no_hint() {
        assertThat(Hints.of(Plans.exec("/a"), Sys.EXECVE, Errno.EIO)).isEmpty();
        assertThat(Hints.of(new Operation.NewSession(), Sys.SETSID, Errno.EPERM))
                .isEmpty();
        assertThat(Hints.of(new Operation.ChangeDirectory("/"), Sys.CHDIR, Errno.EIO))
                .isEmpty();
    }

    @Test
    void a_call_that_the_kernel_lacks_names_the_kernel_that_has_it() {
        assertThat(Hints.of(new MountOperation.IsolateMounts(), Sys.MOUNT_SETATTR, Errno.ENOSYS))
                .isEqualTo("mount_setattr needs Linux 5.12");
        assertThat(Hints.of(mount("proc"), Sys.FSOPEN, Errno.ENOSYS)).isEqualTo("fsopen needs Linux 5.2");
    }

    @Test
    void a_file_system_that_is_missing_or_forbidden_is_named() {
        assertThat(Hints.of(mount("overlay"), Sys.FSOPEN, Errno.ENODEV)).isEqualTo("this kernel has no overlay");
        assertThat(Hints.of(mount("proc"), Sys.FSCONFIG, Errno.EPERM)).contains("host's own proc");
        assertThat(Hints.of(mount("overlay"), Sys.FSCONFIG, Errno.EPERM)).contains("5.11");
        assertThat(Hints.of(mount("overlay"), Sys.FSCONFIG, Errno.EINVAL)).contains("lower directory");
        assertThat(Hints.of(mount("tmpfs"), Sys.FSCONFIG, Errno.EPERM)).isEmpty();
    }

    @Test
    void a_target_that_is_missing_or_a_link_is_explained() {
        assertThat(Hints.of(mount("proc"), Sys.OPENAT2, Errno.ENOENT)).contains("must have it");
        assertThat(Hints.of(mount("proc"), Sys.OPENAT2, Errno.ELOOP)).contains("symbolic link");
        assertThat(Hints.of(new MountOperation.MountDev(List.of(), true), Sys.OPENAT2, Errno.ENOTDIR))
                .contains("as a directory");
    }

    @Test
    void a_terminal_that_can_not_be_made_has_a_reason() {
        Operation terminal = new TerminalOperation.MakeTerminal(80, 24);
        assertThat(Hints.of(terminal, Sys.OPENAT2, Errno.ENOENT)).contains("a devpts of its own");
        assertThat(Hints.of(terminal, Sys.IOCTL, Errno.ENOTTY)).contains("a devpts of its own");
        assertThat(Hints.of(terminal, Sys.OPENAT2, Errno.ENOSPC)).contains("/proc/sys/kernel/pty/max");
        assertThat(Hints.of(terminal, Sys.IOCTL, Errno.EINVAL)).contains("4.13");
        assertThat(Hints.of(terminal, Sys.OPENAT2, Errno.ENOSYS)).isEqualTo("openat2 needs Linux 5.6");
    }

    @ParameterizedTest
    @EnumSource
    void no_error_of_any_operation_makes_the_hints_fail(Errno errno) {
        for (Operation operation : Plans.everything().operations()) {
            for (Sys sys : List.of(Sys.OPENAT2, Sys.FSCONFIG, Sys.EXECVE)) {
                assertThat(Hints.of(operation, sys, errno)).doesNotContain("\n").doesNotEndWith(".");
            }
        }
    }
}
