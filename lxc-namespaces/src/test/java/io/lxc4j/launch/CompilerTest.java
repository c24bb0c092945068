package io.lxc4j.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Rlimit;
import io.lxc4j.kernel.Sys;
import io.lxc4j.seccomp.Abi;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("The compiler")
class CompilerTest {
    static Stream<LaunchPlan> plans() {
        return Stream.of(
                Plans.everything(),
                Plans.plain(Plans.exec("/bin/true")),
                Plans.plain(new Operation.Exec("a", List.of("a"), List.of(), List.of("/one"))),
                Plans.plain(new Operation.Exec("a", List.of("a"), List.of(), List.of("/1", "/2", "/3"))));
    }

    @ParameterizedTest
    @MethodSource("plans")
    void jumps_only_to_rows_that_are_there_and_never_to_the_first(LaunchPlan plan) {
        List<Row> rows = Compiler.compile(plan).child();
        boolean[] isTarget = new boolean[rows.size()];
        for (Row row : rows) {
            // A target of 0 is no jump, and a label that was not placed throws.
            isTarget[row.errorTarget()] = true;
            isTarget[row.valueTarget()] = true;
            if (row.errorTarget() != 0) {
                assertThat(row.tolerated()).as("%s", row.call()).isNotZero();
            }
        }
        isTarget[0] = false;
        assertThat(isTarget).as("every plan waits for its parent, which jumps").contains(true);
    }

    @ParameterizedTest
    @MethodSource("plans")
    void uses_only_results_of_earlier_rows(LaunchPlan plan) {
        Set<Argument.Register> set = new HashSet<>();
        for (Row row : Compiler.compile(plan).child()) {
            for (Argument argument : row.madeArguments()) {
                if (argument instanceof Argument.Result(Argument.Register register)) {
                    assertThat(set)
                            .as("%s uses %s", row.call(), register.name())
                            .contains(register);
                }
            }
            if (row.result() != null) {
                set.add(row.result());
            }
        }
    }

    /** Between a jump and its target no register may be set that is used behind the target, unless the jump itself sets it. */
    @ParameterizedTest
    @MethodSource("plans")
    void jumps_over_no_row_whose_result_is_needed_later(LaunchPlan plan) {
        List<Row> rows = Compiler.compile(plan).child();
        for (int i = 0; i < rows.size(); i++) {
            for (int target : new int[] {rows.get(i).errorTarget(), rows.get(i).valueTarget()}) {
                List<Argument.Register> skipped = new ArrayList<>();
                boolean hasResult = target != 0 && target == rows.get(i).valueTarget();
                for (int row = i + 1; row < target; row++) {
                    if (rows.get(row).result() != null
                            && !(hasResult
                                    && rows.get(row).result() == rows.get(i).result())) {
                        skipped.add(rows.get(row).result());
                    }
                }
                for (int row = target; target > 0 && row < rows.size(); row++) {
                    rows.get(row).madeArguments().forEach(argument -> {
                        if (argument instanceof Argument.Result(Argument.Register register)) {
                            assertThat(skipped).doesNotContain(register);
                        }
                    });
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plans")
    void gives_every_row_an_operation_of_the_plan_and_ends_with_an_exec_that_may_not_fail(LaunchPlan plan) {
        LaunchProgram program = LaunchProgram.compile(plan);
        Compiler.Compiled compiled = Compiler.compile(plan);
        List<Row> rows = Stream.concat(compiled.parent().stream(), compiled.child().stream())
                .toList();
        assertThat(program.size()).isEqualTo(rows.size());
        for (int i = 0; i < program.size(); i++) {
            assertThat(plan.operations()).contains(program.operation(i));
            Row row = rows.get(i);
            assertThat(program.call(i))
                    .startsWith((row.isInit() ? "init" : row.sys().callName()) + "(");
        }
        Row last = rows.getLast();
        assertThat(last.sys()).isEqualTo(Sys.EXECVE);
        assertThat(last.tolerated()).isZero();
    }

    @Test
    void is_a_pure_function() {
        assertThat(texts(Compiler.compile(Plans.everything()).child()))
                .isEqualTo(texts(Compiler.compile(Plans.everything()).child()));
    }

    private static List<String> texts(List<Row> rows) {
        return rows.stream().map(row -> row.text(0)).toList();
    }

    @Test
    void tries_each_directory_of_a_path_and_then_stops_at_the_first_that_has_the_file() {
        Operation.Exec exec = new Operation.Exec("a", List.of("a", "é\n"), List.of("X=y"), List.of("/1", "/2"));
        List<String> rows =
                texts(Compiler.compile(LaunchPlan.builder().add(exec).build()).child());
        assertThat(rows.subList(3, rows.size()))
                .containsExactly(
                        "execve(\"/1/a\", [\"a\", \"é\\n\"], [/* 1 vars */])  [goes on after ENOENT, EACCES, ENOTDIR]",
                        "execve(\"/2/a\", [\"a\", \"é\\n\"], [/* 1 vars */])  [goes on after ENOENT, EACCES, ENOTDIR]",
                        "execve(\"/1/a\", [\"a\", \"é\\n\"], [/* 1 vars */])  [goes on after ENOENT, ENOTDIR]",
                        "execve(\"/2/a\", [\"a\", \"é\\n\"], [/* 1 vars */])");
    }

    @Test
    void drops_every_capability_of_this_kernel_that_is_not_kept() {
        int[] kept = {0, 7, CapabilitySets.LAST};
        long mask = IntStream.of(kept).mapToLong(bit -> 1L << bit).sum();
        List<String> rows = texts(Compiler.compile(LaunchPlan.builder()
                        .add(new RightsOperation.LimitCapabilities(CapabilitySets.of(mask)))
                        .add(Plans.exec("/bin/true"))
                        .build())
                .child());
        assertThat(rows.stream().filter(row -> row.contains("PR_CAPBSET_DROP")))
                .hasSize(CapabilitySets.LAST + 1 - kept.length)
                .noneMatch(row -> row.contains("PR_CAPBSET_DROP, 7,"))
                .anyMatch(row -> row.equals("prctl(PR_CAPBSET_DROP, 21, 0, 0, 0)"));
    }

    @Test
    void has_the_parent_set_limits_and_attributes_of_the_child_by_its_pid() {
        LaunchPlan.Builder plan = LaunchPlan.builder()
                .add(new ParentOperation.SetLimit(Constants.RLIMIT_AS, 5, Rlimit.INFINITY))
                .add(new ParentOperation.SetScheduler(Constants.SCHED_OTHER, 0, 0, 0, 0))
                .add(new ParentOperation.SetScheduler(Constants.SCHED_RR, 7, 0, 0, 0))
                .add(new ParentOperation.SetScheduler(Constants.SCHED_DEADLINE, 0, 1, 2, 3))
                .add(new ParentOperation.SetNice(-3))
                .add(new ParentOperation.SetCpus(List.of(3)))
                .add(new ParentOperation.SetCpus(List.of(0, 64)))
                .add(new ParentOperation.SetIoPriority(Constants.IOPRIO_CLASS_BE, 4))
                .add(new ParentOperation.SetOomScoreAdjustment(-1))
                .add(new Operation.SetOwnLimit(Constants.RLIMIT_NOFILE, 1, 2))
                .add(Plans.exec("/bin/true"));
        Compiler.Compiled compiled = Compiler.compile(plan.build());
        assertThat(texts(compiled.parent()))
                .containsExactly(
                        "prlimit64(PID, RLIMIT_AS, {rlim_cur=5, rlim_max=RLIM64_INFINITY}, 0)",
                        "sched_setscheduler(PID, SCHED_OTHER, [0])",
                        "sched_setscheduler(PID, SCHED_RR, [7])",
                        "sched_setattr(PID, {size=48, sched_policy=SCHED_DEADLINE,"
                                + " sched_flags=SCHED_FLAG_RESET_ON_FORK, sched_runtime=1, sched_deadline=2,"
                                + " sched_period=3}, 0)",
                        "setpriority(PRIO_PROCESS, PID, -3)",
                        "sched_setaffinity(PID, 8, [3])",
                        "sched_setaffinity(PID, 8, [0])",
                        "sched_setaffinity(PID, 16, [64])",
                        "sched_setaffinity(PID, 16, [0, 64])",
                        "ioprio_set(IOPRIO_WHO_PROCESS, PID, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 4))",
                        "openat2(</proc>, \"PID/oom_score_adj\", {flags=O_WRONLY|O_CLOEXEC, resolve=RESOLVE_BENEATH"
                                + "|RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS|RESOLVE_NO_XDEV}, 24) = oom_score_adj1",
                        "write(oom_score_adj1, \"-1\", 2)");
        assertThat(texts(compiled.child())).startsWith("prlimit64(0, RLIMIT_NOFILE, {rlim_cur=1, rlim_max=2}, 0)");
        Argument.Bytes mask =
                (Argument.Bytes) compiled.parent().get(8).madeArguments().get(2);
        assertThat(mask.value()).containsExactly(1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void opens_what_landlock_is_to_allow_as_a_directory_and_then_as_a_file_and_closes_all_at_once() {
        List<String> rows = texts(Compiler.compile(LaunchPlan.builder()
                        .add(Plans.restriction())
                        .add(Plans.exec("/bin/true"))
                        .build())
                .child());
        String file = "LANDLOCK_ACCESS_FS_READ_FILE";
        String directory = "LANDLOCK_ACCESS_FS_READ_DIR";
        assertThat(rows.subList(0, 19))
                .containsExactly(
                        "landlock_create_ruleset({handled_access_fs=" + file + "|" + directory
                                + ", handled_access_net=LANDLOCK_ACCESS_NET_BIND_TCP, scoped=LANDLOCK_SCOPE_SIGNAL},"
                                + " 24, 0) = ruleset1",
                        "openat(AT_FDCWD, \"/usr\", O_PATH|O_DIRECTORY|O_CLOEXEC) = path2"
                                + "  [goes on at row 4 after ENOTDIR]",
                        rule(file + "|" + directory, 2),
                        "getpid()  [goes on at row 6 unless 0]",
                        "openat(AT_FDCWD, \"/usr\", O_PATH|O_CLOEXEC) = path3",
                        rule(file, 3),
                        "openat(AT_FDCWD, \"/opt\", O_PATH|O_DIRECTORY|O_CLOEXEC) = path4"
                                + "  [goes on at row 9 after ENOENT, EACCES, ENOTDIR]",
                        rule(file + "|" + directory, 4),
                        "getpid()  [goes on at row 11 unless 0]",
                        "openat(AT_FDCWD, \"/opt\", O_PATH|O_CLOEXEC) = path5"
                                + "  [goes on at row 11 after ENOENT, EACCES, ENOTDIR]",
                        rule(file, 5),
                        "openat(AT_FDCWD, \"/dev/null\", O_PATH|O_CLOEXEC) = path6",
                        rule(file, 6),
                        "openat(AT_FDCWD, \"/srv\", O_PATH|O_CLOEXEC) = path7",
                        rule(directory, 7),
                        "landlock_add_rule(ruleset1, LANDLOCK_RULE_NET_PORT,"
                                + " {allowed_access=LANDLOCK_ACCESS_NET_BIND_TCP, port=80}, 0)",
                        "landlock_restrict_self(ruleset1, 0)",
                        "close_range(4, 4294967295, 0)",
                        "sendto(3, \"ready\", 16, MSG_NOSIGNAL, 0, 0)");
    }

    private static String rule(String access, int number) {
        return "landlock_add_rule(ruleset1, LANDLOCK_RULE_PATH_BENEATH, {allowed_access=" + access + ", parent_fd=path"
                + number + "}, 0)";
    }

    @Test
    void has_the_child_tell_that_its_exec_is_done_if_the_parent_is_to_limit_it() {
        LaunchPlan.Builder plan = LaunchPlan.builder()
                .add(new Operation.AwaitParent())
                .add(new ParentOperation.SetLimit(Constants.RLIMIT_STACK, 1, 1))
                .add(Plans.exec("/bin/true"));
        assertThat(texts(Compiler.compile(plan.build()).child()))
                .startsWith(
                        "sendto(3, \"met\", 16, MSG_NOSIGNAL, 0, 0)",
                        "recvfrom(3, […], 1, 0, 0, 0)  [goes on at row 3" + " unless 0]");
        plan.add(new JoinOperation.MeetParent());
        assertThat(texts(Compiler.compile(plan.build()).child()).stream().filter(row -> row.contains("\"met\"")))
                .as("once, where it meets the parent anyway")
                .hasSize(1);
    }

    @Test
    void sets_sysctls_on_the_programs_own_mount_of_proc_only() {
        MountOperation.FileSystem proc = MountOperation.FileSystem.of("proc", Constant.or());
        Operation sysctl = new Operation.SetSysctl("kernel.sem", "kernel/sem", "1 2");
        List<String> rows = texts(Compiler.compile(LaunchPlan.builder()
                        .add(new MountOperation.Mount(proc, "/proc"))
                        .add(new MountOperation.OpenSysctls())
                        .add(sysctl)
                        .add(Plans.exec("/bin/true"))
                        .build())
                .child());
        String strict = "resolve=RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS|RESOLVE_NO_MAGICLINKS|RESOLVE_NO_XDEV}, 24)";
        assertThat(rows)
                .containsSubsequence(
                        "fsmount(fs2, FSMOUNT_CLOEXEC, 0) = proc1",
                        "openat2(proc1, \"sys\", {flags=O_PATH|O_DIRECTORY|O_CLOEXEC, " + strict + " = sysctls",
                        "openat2(sysctls, \"kernel/sem\", {flags=O_WRONLY|O_CLOEXEC, " + strict + " = sysctl4",
                        "write(sysctl4, \"1 2\", 3)");
        LaunchPlan without = LaunchPlan.builder()
                .add(new MountOperation.OpenSysctls())
                .add(Plans.exec("/bin/true"))
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Compiler.compile(without))
                .withMessageContaining("proc");
    }

    @Test
    void puts_a_fault_in_place_of_one_row_that_fails_with_EBADF_whatever_the_row_tolerates() {
        LaunchProgram program = LaunchProgram.compile(Plans.everything());
        List<Row> rows = Compiler.compile(Plans.everything()).child();
        int parents = program.size() - rows.size();
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            Row faulty = row.faulty();
            assertThat(faulty.call()).isEqualTo(row.call());
            assertThat(faulty.madeSys()).isEqualTo(Sys.CLOSE);
            assertThat(faulty.tolerated()).isZero();
            assertThat(faulty.result()).isSameAs(row.result());
            assertThat(row.madeSys()).isEqualTo(row.sys());
            LaunchProgram faultyProgram = program.withFault(parents + i);
            assertThat(faultyProgram.call(parents + i)).isEqualTo(program.call(parents + i));
            assertThat(faultyProgram.image()).isNotEqualTo(program.image());
        }
    }

    @Test
    void makes_an_init_that_has_no_descriptor_and_the_capabilities_that_it_is_to_keep() {
        Operation.StayAsInit operation = new Operation.StayAsInit(
                1L << 5, SeccompFilter.builder(SeccompAction.allow()).build().program(Abi.X86_64));
        List<Row> rows = Compiler.compile(LaunchPlan.builder()
                        .add(operation)
                        .add(Plans.exec("/bin/true"))
                        .build())
                .child();
        List<String> calls = texts(rows);
        int init = calls.indexOf("init(main1)");
        assertThat(calls.getFirst()).endsWith("= main1  [goes on at row 2 unless 0]");
        assertThat(calls.get(1)).isEqualTo("getpid()  [goes on at row " + (init + 1) + " unless 0]");
        assertThat(calls.subList(2, init))
                .startsWith("prctl(PR_SET_NAME, \"lxc4j-init\", 0, 0, 0)")
                .contains("capset({version=3}, {effective=0x20, permitted=0x20, inheritable=0})")
                .endsWith("close_range(0, 4294967295, 0)")
                .anyMatch(call -> call.startsWith("seccomp(SECCOMP_SET_MODE_FILTER, 0, {len="));
        assertThat(calls.get(init + 1)).isEqualTo("setsid()");
        assertThat(rows.subList(0, init + 2)).extracting(Row::operation).containsOnly(operation);
    }

    @Test
    void refuses_a_search_without_directories() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Operation.Exec("true", List.of("true"), List.of(), List.of()))
                .withMessageContaining("true");
    }

    @Test
    void refuses_text_that_the_kernel_would_cut_off() {
        assertThatIllegalArgumentException().isThrownBy(() -> Argument.text("a\0b"));
        assertThatIllegalArgumentException().isThrownBy(() -> Argument.texts(List.of("a", "b\0")));
    }

    @Test
    void refuses_a_label_that_is_not_placed_and_an_error_that_can_not_be_tolerated() {
        Row row = new Row(null, Sys.CLOSE, List.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> row.tolerate(Errno.ENOTSOCK))
                .withMessageContaining("ENOTSOCK");
        Row jump = row.onValue(new Row.Label());
        assertThatIllegalStateException().isThrownBy(jump::valueTarget);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Row(null, Sys.CLOSE, List.of(args(7))))
                .withMessage("CLOSE with 7 arguments");
    }

    private static Argument[] args(int count) {
        return Stream.generate(() -> Argument.number(0)).limit(count).toArray(Argument[]::new);
    }

    @Test
    void shows_arguments_as_strace_does() {
        assertThat(Argument.text("a\"b\\c\n\t\r\u0001é").text()).isEqualTo("\"a\\\"b\\\\c\\n\\t\\r\\x01é\"");
        assertThat(Argument.octal(0755).text()).isEqualTo("0755");
        assertThat(Argument.octal(0).text()).isEqualTo("0");
        assertThat(Argument.number(-1).text()).isEqualTo("-1");
        assertThat(Argument.texts(List.of("a", "b")).text()).isEqualTo("[\"a\", \"b\"]");
        assertThat(Argument.unshownTexts(List.of("a", "b")).text()).isEqualTo("[/* 2 vars */]");
    }
}
