package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
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
    void limits_and_attributes_that_are_refused_name_the_privilege_that_they_take() {
        Operation limit = new ParentOperation.SetLimit(Constants.RLIMIT_CORE, 0, 1);
        assertThat(Hints.of(limit, Sys.PRLIMIT64, Errno.EPERM)).endsWith("needs CAP_SYS_RESOURCE on the host");
        assertThat(Hints.of(limit, Sys.PRLIMIT64, Errno.EINVAL)).isEmpty();
        assertThat(Hints.of(new Operation.SetOwnLimit(Constants.RLIMIT_NOFILE, 0, 1), Sys.PRLIMIT64, Errno.EPERM))
                .contains("fs.nr_open");
        assertThat(Hints.of(new ParentOperation.SetNice(-5), Sys.SETPRIORITY, Errno.EACCES))
                .contains("CAP_SYS_NICE", "NICE of at least 25");
        assertThat(Hints.of(
                        new ParentOperation.SetIoPriority(Constants.IOPRIO_CLASS_RT, 0), Sys.IOPRIO_SET, Errno.EPERM))
                .contains("CAP_SYS_NICE");
        assertThat(Hints.of(new ParentOperation.SetOomScoreAdjustment(-1), Sys.WRITE, Errno.EACCES))
                .contains("CAP_SYS_RESOURCE");
        assertThat(Hints.of(new ParentOperation.SetCpus(List.of(9)), Sys.SCHED_SETAFFINITY, Errno.EINVAL))
                .contains("cpuset");
    }

    @Test
    void scheduling_policies_that_are_refused_are_explained_by_their_kind() {
        Operation fifo = new ParentOperation.SetScheduler(Constants.SCHED_FIFO, 7, 0, 0, 0);
        assertThat(Hints.of(fifo, Sys.SCHED_SETSCHEDULER, Errno.EPERM)).contains("RTPRIO of at least 7");
        Operation deadline = new ParentOperation.SetScheduler(Constants.SCHED_DEADLINE, 0, 1, 2, 3);
        assertThat(Hints.of(deadline, Sys.SCHED_SETATTR, Errno.EPERM)).contains("all CPUs");
        assertThat(Hints.of(deadline, Sys.SCHED_SETATTR, Errno.EBUSY)).contains("time left");
        assertThat(Hints.of(deadline, Sys.SCHED_SETATTR, Errno.EINVAL)).contains("sched_deadline_period_min_us");
        Operation batch = new ParentOperation.SetScheduler(Constants.SCHED_BATCH, 0, 0, 0, 0);
        assertThat(Hints.of(batch, Sys.SCHED_SETSCHEDULER, Errno.EINVAL)).isEmpty();
        assertThat(Hints.of(batch, Sys.SCHED_SETSCHEDULER, Errno.EPERM)).contains("SCHED_IDLE");
    }

    @Test
    void sysctls_and_groups_that_are_refused_are_explained() {
        Operation sysctl = new Operation.SetSysctl("net.a", "net/a", "1");
        assertThat(Hints.of(sysctl, Sys.OPENAT2, Errno.ENOENT)).contains("no such sysctl");
        assertThat(Hints.of(sysctl, Sys.OPENAT2, Errno.EACCES)).contains("container's root");
        assertThat(Hints.of(sysctl, Sys.WRITE, Errno.EPERM)).contains("this value");
        assertThat(Hints.of(sysctl, Sys.WRITE, Errno.EINVAL)).contains("does not take");
        Operation ids = new Operation.SetIds(0, 0, List.of(1));
        assertThat(Hints.of(ids, Sys.SETGROUPS, Errno.EINVAL)).contains("not mapped");
        assertThat(Hints.of(ids, Sys.SETGROUPS, Errno.EPERM)).contains("denied");
        assertThat(Hints.of(ids, Sys.SETRESUID, Errno.EPERM)).isEmpty();
    }

    @Test
    void descriptors_and_processes_that_a_limit_forbids_are_explained() {
        assertThat(Hints.of(mount("proc"), Sys.OPENAT2, Errno.EMFILE)).contains("NOFILE");
        assertThat(Hints.of(Plans.exec("/a"), Sys.EXECVE, Errno.EAGAIN)).contains("NPROC");
        assertThat(Hints.of(Plans.exec("/a"), Sys.EXECVE, Errno.E2BIG)).contains("STACK");
    }

    @Test
    void a_restriction_that_fails_names_the_rule_that_would_not() {
        RestrictAccess restriction = Plans.restriction();
        assertThat(Hints.of(restriction, Sys.OPENAT, Errno.ENOENT)).contains("root file system", "readIfThere");
        assertThat(Hints.of(restriction, Sys.OPENAT, Errno.EACCES)).contains("can't reach it", "readIfThere");
        assertThat(Hints.of(restriction, Sys.LANDLOCK_ADD_RULE, Errno.EINVAL)).contains("it is no directory");
        assertThat(Hints.of(restriction, Sys.LANDLOCK_ADD_RULE, Errno.EBADFD)).contains("pipe");
        assertThat(Hints.of(restriction, Sys.LANDLOCK_ADD_RULE, Errno.EAFNOSUPPORT))
                .contains("no TCP");
        assertThat(Hints.of(restriction, Sys.LANDLOCK_RESTRICT_SELF, Errno.EPERM))
                .contains("CAP_SYS_ADMIN");
        assertThat(Hints.of(restriction, Sys.LANDLOCK_RESTRICT_SELF, Errno.E2BIG))
                .contains("16 restrictions");
        assertThat(Hints.of(restriction, Sys.LANDLOCK_CREATE_RULESET, Errno.EINVAL))
                .isEmpty();
        assertThat(Hints.of(restriction, Sys.LANDLOCK_CREATE_RULESET, Errno.ENOSYS))
                .isEqualTo("landlock_create_ruleset needs Linux 5.13");
    }

    @Test
    void an_exec_that_is_denied_names_landlock_where_the_plan_has_it() {
        Operation.Exec exec = Plans.exec("/a");
        LaunchPlan free = Plans.plain(exec);
        LaunchPlan restricted =
                LaunchPlan.builder().add(Plans.restriction()).add(exec).build();
        assertThat(Hints.of(free, exec, Sys.EXECVE, Errno.EACCES)).doesNotContain("Landlock");
        assertThat(Hints.of(restricted, exec, Sys.EXECVE, Errno.EACCES)).contains("noexec", "Landlock");
        assertThat(Hints.of(restricted, exec, Sys.EXECVE, Errno.ENOENT)).doesNotContain("Landlock");
        assertThat(Hints.of(restricted, new Operation.ChangeDirectory("/"), Sys.CHDIR, Errno.EACCES))
                .isEmpty();
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
            for (Sys sys : List.of(Sys.OPENAT2, Sys.FSCONFIG, Sys.EXECVE, Sys.WRITE, Sys.SETGROUPS)) {
                assertThat(Hints.of(operation, sys, errno)).doesNotContain("\n").doesNotEndWith(".");
            }
        }
    }
}
