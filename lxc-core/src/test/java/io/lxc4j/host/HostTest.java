package io.lxc4j.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.cgroups.CgroupHierarchy;
import io.lxc4j.cgroups.CgroupLayout;
import io.lxc4j.cgroups.CgroupVersion;
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.host.Ability.Status;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.kernel.Sys;
import io.lxc4j.namespaces.SubordinateIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of what the kernel says. */
class HostTest {
    private static final int LAST_CAPABILITY = 40;
    private static final HostUser ROOT = user(0, 0, "root", (1L << 41) - 1);
    private static final HostUser ALICE = user(1234, 100, "alice", 0);

    private static HostUser user(long uid, long gid, String name, long capabilities) {
        return new HostUser(
                new ProcessStatus("java", uid, gid, CapabilitySets.of(capabilities), false, false), name, false);
    }

    @Test
    void the_user_is_told_with_its_ids_and_capabilities() {
        HostUser user = HostUser.of(
                new ProcessStatus("java", 1234, 100, CapabilitySets.of(0x200081), true, false),
                "alice",
                List.of("         0          0 4294967295"));
        assertThat(user.nested()).isFalse();
        assertThat(user.capabilities()).containsExactly("chown", "setuid", "sys_admin");
        assertThat(user.describe(LAST_CAPABILITY))
                .isEqualTo("alice (uid 1234, gid 100), capabilities chown, setuid, sys_admin");
    }

    @Test
    void few_ids_are_a_user_namespace() {
        assertThat(HostUser.of(ROOT.status(), "0", List.of("         0       1000          1"))
                        .describe(LAST_CAPABILITY))
                .isEqualTo("0 (uid 0, gid 0) of a user namespace, all 41 capabilities");
    }

    @Test
    void capabilities_are_told_in_the_shorter_way() {
        assertThat(ALICE.describe(LAST_CAPABILITY)).endsWith("no capabilities");
        assertThat(user(0, 0, "root", ((1L << 41) - 1) & ~(1L << 24)).describe(LAST_CAPABILITY))
                .endsWith("all capabilities but sys_resource");
        assertThat(user(0, 0, "root", 1L << 41).capabilities()).containsExactly("cap_41");
    }

    @Test
    void a_failure_tells_call_error_and_advice() {
        LaunchException refused = new LaunchException(
                "making a process in new namespaces [net]", "clone3(…)", Errno.ENOSPC, "a limit is reached");
        HostFailure failure = HostFailure.of(new HostUnsupportedException(refused.getMessage(), refused));
        assertThat(failure.isOfClone()).isTrue();
        assertThat(failure.ability("net", List.of()))
                .isEqualTo(new Ability(
                        "net",
                        Status.UNAVAILABLE,
                        "clone3 failed: ENOSPC (No space left on device); a limit is reached"));
        assertThat(failure.ability("net", List.of("do this")).detail())
                .isEqualTo("clone3 failed: ENOSPC (No space left on device); do this");
    }

    @Test
    void a_failure_later_on_tells_what_was_being_done() {
        assertThat(HostFailure.of(new LaunchException("making /dev", "mknodat(…)", Errno.EPERM, ""))
                        .ability("dev", List.of())
                        .detail())
                .isEqualTo("making /dev: mknodat failed: EPERM (Operation not permitted)");
        SystemCallException write = new SystemCallException("write(/proc/7/uid_map, \"0 1 2\")", Errno.EPERM);
        HostFailure maps = HostFailure.of(new ContainerException(
                "writing the id maps of the user namespace: " + write.getMessage() + "; the ids must be yours", write));
        assertThat(maps.isOfClone()).isFalse();
        assertThat(maps.ability("ids", List.of()).detail())
                .isEqualTo("writing the id maps of the user namespace: write failed: EPERM (Operation not permitted);"
                        + " the ids must be yours");
        assertThat(HostFailure.of(new SystemCallException("open_tree(AT_FDCWD, \"/\")", Errno.EPERM))
                        .ability("/", List.of("it needs root"))
                        .detail())
                .isEqualTo("open_tree failed: EPERM (Operation not permitted); it needs root");
    }

    @Test
    void what_may_work_the_next_time_is_unknown() {
        assertThat(HostFailure.of(new LaunchException("making a process", "clone3(…)", Errno.EAGAIN, ""))
                        .ability("x", List.of())
                        .status())
                .isEqualTo(Status.UNKNOWN);
        assertThat(HostFailure.of(new ContainerException("the process ended")).ability("x", List.of()))
                .isEqualTo(Ability.unknown("x", "the process ended"));
    }

    @Test
    void answers_of_the_kernel_are_understood() {
        assertThat(HostCalls.answer(Sys.CLONE3, Errno.EINVAL, -22).isAvailable())
                .isTrue();
        assertThat(HostCalls.answer(Sys.CLONE3, Errno.EINVAL, -38))
                .hasToString("clone3: no (needs Linux 5.3, and no seccomp filter that hides it)");
        assertThat(HostCalls.answer(Sys.CLONE3, Errno.EINVAL, -1).detail()).contains("seccomp");
        assertThat(HostCalls.answer(Sys.CLONE3, Errno.EINVAL, 0).status()).isEqualTo(Status.UNKNOWN);
        assertThat(HostSecurity.landlock(7)).hasToString("Landlock: yes (ABI version 7)");
        assertThat(HostSecurity.landlock(-95).detail()).contains("lsm=");
        assertThat(HostSecurity.landlock(-38).status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(HostSecurity.seccomp(-14, "errno allow")).hasToString("seccomp filters: yes (actions errno allow)");
        assertThat(HostSecurity.seccomp(-22, "").status()).isEqualTo(Status.UNAVAILABLE);
    }

    @Test
    void subordinate_ids_are_found_by_name_and_by_number() {
        Path file = Path.of("/etc/subuid");
        SubordinateIds ids = SubordinateIds.parse(
                List.of("# comment", "bob:1:2", "alice:100000:65536", "1234:300000:10", "alice:broken"));
        assertThat(HostSubordinateIds.answer("ids", file, ALICE, ids).detail())
                .isEqualTo("65536 ids, from 100000 on; 10 ids, from 300000 on; line 5 is ignored: alice:broken");
        assertThat(HostSubordinateIds.answer("ids", file, ALICE, SubordinateIds.parse(List.of()))
                        .detail())
                .isEqualTo("alice has none in /etc/subuid; add a line, for instance alice:100000:65536");
    }

    @Test
    void limits_need_a_controller_a_directory_and_the_right_to_write(@TempDir Path directory) throws Exception {
        Path own = Files.createDirectory(directory.resolve("own"));
        CgroupLayout layout = new CgroupLayout(List.of(
                new CgroupHierarchy(
                        CgroupVersion.V2, "", directory, "/", "/own", Set.of("cpu", "memory"), Set.of("memory")),
                new CgroupHierarchy(CgroupVersion.V1, "", directory, "/..", "/", Set.of("blkio"), Set.of("blkio"))));
        assertThat(HostCgroups.abilities(layout))
                .extracting(Ability::toString)
                .containsExactly(
                        "cgroups: yes (hybrid: versions 1 and 2)",
                        "cpu limits: no (not delegated to " + own + "; add it to cgroup.subtree_control of the parent)",
                        "cpuset limits: no (the controller is not in the kernel, or not mounted)",
                        "io limits: no (" + directory + " does not show the cgroup of this process; mount it anew)",
                        "memory limits: yes (v2, " + own + ")",
                        "pids limits: no (the controller is not in the kernel, or not mounted)");
        assertThat(HostCgroups.abilities(new CgroupLayout(List.of())).getFirst().isAvailable())
                .isFalse();
    }

    @Test
    void where_cgroups_are_made_is_told_and_how_to_get_one() {
        List<Path> two = List.of(Path.of("/cgroup/own"), Path.of("/other"));
        assertThat(HostCgroups.places(two, false))
                .hasToString("cgroups of containers: yes (made in /cgroup/own, /other)");
        assertThat(HostCgroups.places(two, true).detail())
                .contains("systemd, which manages the host, neither made them");
        assertThat(HostCgroups.places(List.of(), true))
                .hasToString("cgroups of containers: no (this user may write to none;"
                        + " systemd-run --user --scope --property=Delegate=yes COMMAND gives one)");
        assertThat(HostCgroups.places(List.of(), false).detail()).contains("chown");
    }

    @Test
    void the_report_is_in_columns_and_wraps() {
        Map<String, List<Ability>> groups = new LinkedHashMap<>();
        groups.put(
                "Fruit",
                List.of(
                        Ability.available("apple", ""),
                        Ability.unknown("pear", "word ".repeat(22).strip())));
        groups.put("Stone fruit", List.of(Ability.unavailable("nectarine", "season")));
        assertThat(HostReport.of(Map.of("User", "alice"), groups)).isEqualTo("""
            User         alice

            Fruit
              apple      yes
              pear       ?    word word word word word word word word word word word word word word word word
                              word word word word word word

            Stone fruit
              nectarine  no   season
            """);
        assertThat(HostReport.wrap("a verylongword b", 4)).containsExactly("a", "verylongword", "b");
    }
}
