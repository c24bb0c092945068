package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.namespaces.IdMapping;
import io.lxc4j.namespaces.IoPriority;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.Personality;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.namespaces.Resource;
import io.lxc4j.namespaces.Scheduler;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Attributes of a container's process")
class ProcessAttributesIT {
    private static final int CAP_SYS_NICE = 23;
    private static final int CAP_SYS_RESOURCE = 24;
    private static final ProcessStatus CALLER = ProcessStatus.ofThisProcess();
    private static final long UNLIMITED = ProcessAttributes.UNLIMITED;

    /** Fields of {@code /proc/PID/stat}, counted from the third, which follows the program's name. */
    private static final int NICE = 16;

    private static final int REAL_TIME_PRIORITY = 37;
    private static final int POLICY = 38;

    /** The lines of {@code /proc/PID/limits}. */
    private static final Map<Resource, String> LIMIT_LINES = new EnumMap<>(Map.ofEntries(
            Map.entry(Resource.CPU, "Max cpu time"),
            Map.entry(Resource.FSIZE, "Max file size"),
            Map.entry(Resource.DATA, "Max data size"),
            Map.entry(Resource.STACK, "Max stack size"),
            Map.entry(Resource.CORE, "Max core file size"),
            Map.entry(Resource.RSS, "Max resident set"),
            Map.entry(Resource.NPROC, "Max processes"),
            Map.entry(Resource.NOFILE, "Max open files"),
            Map.entry(Resource.MEMLOCK, "Max locked memory"),
            Map.entry(Resource.AS, "Max address space"),
            Map.entry(Resource.LOCKS, "Max file locks"),
            Map.entry(Resource.SIGPENDING, "Max pending signals"),
            Map.entry(Resource.MSGQUEUE, "Max msgqueue size"),
            Map.entry(Resource.NICE, "Max nice priority"),
            Map.entry(Resource.RTPRIO, "Max realtime priority"),
            Map.entry(Resource.RTTIME, "Max realtime timeout")));

    @TempDir
    Path directory;

    private static ProcessAttributes.Builder attributes() {
        return ProcessAttributes.builder();
    }

    private static ContainerBuilder container(ProcessAttributes.Builder attributes, String script) {
        return Container.builder().attributes(attributes.build()).command("sh", "-c", script);
    }

    private static String inside(ProcessAttributes.Builder attributes, String script) throws InterruptedException {
        ContainerResult result = container(attributes, script).run();
        assertThat(result.exitValue()).as(result.error()).isZero();
        return result.output();
    }

    /** Starts a container that waits, and looks at its process. */
    private static void outside(ProcessAttributes.Builder attributes, Look look) throws Exception {
        try (Container container =
                container(attributes, "echo; read line; true").start()) {
            container.process().getInputStream().read();
            look.at(Path.of("/proc/" + container.process().pid()));
        }
    }

    @FunctionalInterface
    private interface Look {
        void at(Path process) throws Exception;
    }

    private static String stat(Path process, int field) throws IOException {
        return stat(Files.readString(process.resolve("stat")), field);
    }

    private static String stat(String line, int field) {
        return line.substring(line.lastIndexOf(')') + 2).split(" ", -1)[field];
    }

    private static String status(Path process, String name) throws IOException {
        return Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    private static String limit(String limits, Resource resource) {
        String[] words = limits.lines()
                .filter(line -> line.startsWith(LIMIT_LINES.get(resource) + " "))
                .findFirst()
                .orElseThrow()
                .substring(LIMIT_LINES.get(resource).length())
                .strip()
                .split(" +", -1);
        return words[0] + " " + words[1];
    }

    private static void assertRefused(ThrowingCallable call, Errno errno, String... parts) throws Exception {
        HostState before = HostState.warm();
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(call)
                .withMessageContainingAll(parts)
                .extracting(LaunchException::errno)
                .isEqualTo(errno);
        before.assertUnchanged();
    }

    @Test
    @DisplayName("are inherited by builders, and shown by a plan without being set")
    void explained() {
        ContainerSpec spec = container(attributes().nice(7).limit(Resource.CORE, 0), "true").build().toBuilder()
                .hostName("other")
                .build();
        assertThat(spec.explain())
                .containsSubsequence(
                        "PARENT\n",
                        "  setting the nice value 7\n",
                        "setpriority(PRIO_PROCESS, PID, 7)\n",
                        "  limiting RLIMIT_CORE to 0\n",
                        "prlimit64(PID, RLIMIT_CORE, {rlim_cur=0, rlim_max=0}, 0)\n",
                        "SYNCHRONISE\n");
    }

    // ---- resource limits

    @Test
    @DisplayName("limit each resource, soft and hard, as seen from inside and outside")
    void limits() throws Exception {
        String own = Files.readString(Path.of("/proc/self/limits"));
        ProcessAttributes.Builder attributes = attributes();
        Map<Resource, String> expected = new EnumMap<>(Resource.class);
        for (Resource resource : Resource.values()) {
            // Enough for a shell, and within what this JVM may give.
            String hard = limit(own, resource).split(" ", -1)[1];
            long most = hard.equals("unlimited") ? 1L << 40 : Long.parseLong(hard);
            long chosen = most == 0 ? 0 : most - 1;
            attributes.limit(resource, chosen == 0 ? 0 : chosen - 1, chosen);
            expected.put(resource, (chosen == 0 ? 0 : chosen - 1) + " " + chosen);
        }
        outside(attributes, process -> {
            String limits = Files.readString(process.resolve("limits"));
            expected.forEach((resource, value) ->
                    assertThat(limit(limits, resource)).as("%s", resource).isEqualTo(value));
        });
        String limits = inside(attributes, "cat /proc/self/limits");
        expected.forEach((resource, value) ->
                assertThat(limit(limits, resource)).as("%s", resource).isEqualTo(value));
    }

    @Test
    @DisplayName("limit the stack each time, although the kernel restores that limit at the end of an exec")
    void stack() throws Exception {
        ContainerSpec spec = container(attributes().limit(Resource.STACK, 1 << 21, 1 << 22), "ulimit -s; ulimit -Hs")
                .build();
        for (int i = 0; i < 200; i++) {
            assertThat(spec.run().output()).isEqualTo("2048\n4096\n");
        }
    }

    @Test
    @DisplayName("keep the process from what is limited")
    void limits_work() throws Exception {
        assertThat(inside(attributes().limit(Resource.NOFILE, 4, 5), "ulimit -Sn; ulimit -Hn; ulimit -Sn 6 || echo no"))
                .startsWith("4\n5\n");
        assertThat(container(
                                attributes().limit(Resource.FSIZE, 10),
                                "trap '' XFSZ; printf 12345678901 > /tmp/f; wc -c < /tmp/f")
                        .run()
                        .output()
                        .strip())
                .isEqualTo("10");
        assertThat(container(attributes().limit(Resource.NOFILE, 3), "exec 3< /dev/null")
                        .run()
                        .exitValue())
                .isNotZero();
        assertThat(inside(
                        attributes().limit(Resource.NPROC, 2), "(echo one); (echo two; (:); :) 2>/dev/null || echo no"))
                .as("processes of the container's user, not those that it has outside")
                .isEqualTo("one\ntwo\nno\n");
        assertThat(container(attributes().limit(Resource.CPU, 1), "while :; do :; done")
                        .timeout(Duration.ofSeconds(30))
                        .run()
                        .exitValue())
                .as("ended by a signal")
                .isGreaterThan(128);
    }

    @Test
    @DisplayName("don't break the launch however low they are")
    void lowest_limits() throws Exception {
        for (Resource resource : Resource.values()) {
            ContainerSpec spec = Container.builder()
                    .attributes(attributes()
                            .limit(resource, resource == Resource.CPU ? 1 : 0)
                            .build())
                    .command("true")
                    .build();
            for (int i = 0; i < 20; i++) {
                startWithLittle(resource, spec);
            }
        }
    }

    private static void startWithLittle(Resource resource, ContainerSpec spec) throws InterruptedException {
        try (Container container = spec.start()) {
            // Without memory or descriptors a program can't go far, but that is its own end.
            int status = container.process().waitFor();
            switch (resource) {
                case AS, DATA, STACK, NOFILE -> assertThat(status).isBetween(1, 255);
                default -> assertThat(status).as("%s", resource).isZero();
            }
        } catch (LaunchException e) {
            assertThat(e.call()).as("%s", resource).startsWith("execve(");
            assertThat(e).hasMessageContaining("; ");
        }
    }

    @Test
    @DisplayName("can't raise a hard limit without CAP_SYS_RESOURCE, and say so")
    void raised_hard_limit() throws Exception {
        String own = limit(Files.readString(Path.of("/proc/self/limits")), Resource.NOFILE);
        long higher = Long.parseLong(own.split(" ", -1)[1]) + 1;
        ProcessAttributes.Builder attributes = attributes().limit(Resource.NOFILE, 100, higher);
        if (CALLER.has(CAP_SYS_RESOURCE)) {
            assertThat(inside(attributes, "ulimit -Hn")).isEqualTo(higher + "\n");
            return;
        }
        assertRefused(
                () -> container(attributes, "true").start(),
                Errno.EPERM,
                "limiting RLIMIT_NOFILE to " + higher + ": prlimit64(PID, RLIMIT_NOFILE, {rlim_cur=" + higher,
                "EPERM",
                "CAP_SYS_RESOURCE",
                "fs.nr_open");
        assertRefused(
                () -> container(attributes().limit(Resource.NOFILE, UNLIMITED), "true")
                        .start(),
                Errno.EPERM,
                "RLIM64_INFINITY");
    }

    // ---- scheduling

    @Test
    @DisplayName("give it a nice value")
    void nice() throws Exception {
        assertThat(inside(attributes().nice(11), "nice")).isEqualTo("11\n");
        outside(
                attributes().nice(11),
                process -> assertThat(stat(process, NICE)).isEqualTo("11"));
    }

    @Test
    @DisplayName("give it a nice value below this JVM's if that is allowed, and else say what is needed")
    void negative_nice() throws Exception {
        ProcessAttributes.Builder attributes = attributes().nice(-7);
        if (CALLER.has(CAP_SYS_NICE)) {
            assertThat(inside(attributes, "nice")).isEqualTo("-7\n");
            assertThat(inside(attributes().nice(-7).limit(Resource.NICE, 0).limit(Resource.RTPRIO, 0), "nice"))
                    .isEqualTo("-7\n");
            return;
        }
        assertRefused(
                () -> container(attributes, "true").start(),
                Errno.EACCES,
                "setting the nice value -7: setpriority(PRIO_PROCESS, PID, -7)",
                "CAP_SYS_NICE",
                "NICE of at least 27");
    }

    @Test
    @DisplayName("give it a scheduling policy, and leave its nice value")
    void shared_policies() throws Exception {
        Map<String, Scheduler> policies = Map.of("0", Scheduler.other(), "3", Scheduler.batch(), "5", Scheduler.idle());
        for (Map.Entry<String, Scheduler> policy : policies.entrySet()) {
            outside(attributes().scheduler(policy.getValue()).nice(4), process -> {
                assertThat(stat(process, POLICY)).isEqualTo(policy.getKey());
                assertThat(stat(process, NICE)).isEqualTo("4");
            });
            assertThat(stat(
                            inside(
                                    attributes().scheduler(policy.getValue()),
                                    "read line < /proc/self/stat; echo \"$line\""),
                            POLICY))
                    .isEqualTo(policy.getKey());
        }
    }

    @Test
    @DisplayName("give it a real-time policy if that is allowed, and else say what is needed")
    void real_time_policies() throws Exception {
        Map<String, Scheduler> policies = Map.of("1", Scheduler.fifo(7), "2", Scheduler.roundRobin(8));
        for (Map.Entry<String, Scheduler> policy : policies.entrySet()) {
            ProcessAttributes.Builder attributes = attributes().scheduler(policy.getValue());
            if (CALLER.has(CAP_SYS_NICE)) {
                outside(attributes, process -> {
                    assertThat(stat(process, POLICY)).isEqualTo(policy.getKey());
                    assertThat(stat(process, REAL_TIME_PRIORITY))
                            .isEqualTo(policy.getKey().equals("1") ? "7" : "8");
                });
                assertThat(stat(inside(attributes, "read line < /proc/self/stat; echo \"$line\""), POLICY))
                        .isEqualTo(policy.getKey());
            } else {
                assertRefused(
                        () -> container(attributes, "true").start(), Errno.EPERM, "CAP_SYS_NICE", "RTPRIO of at least");
            }
        }
    }

    @Test
    @DisplayName("give it a deadline policy if that is allowed, and else say what is needed")
    void deadline_policy() throws Exception {
        ProcessAttributes.Builder attributes = attributes()
                .scheduler(Scheduler.deadline(Duration.ofMillis(20), Duration.ofMillis(50), Duration.ofMillis(100)));
        if (CALLER.has(CAP_SYS_NICE)) {
            outside(attributes, process -> assertThat(stat(process, POLICY)).isEqualTo("6"));
            assertThat(inside(attributes, "read line < /proc/self/stat; echo \"$line\"; ls /"))
                    .contains("usr");
        } else {
            assertRefused(() -> container(attributes, "true").start(), Errno.EPERM, "SCHED_DEADLINE", "CAP_SYS_NICE");
        }
    }

    @Test
    @DisplayName("keep it to CPUs, all of which must be there")
    void cpus() throws Exception {
        outside(
                attributes().cpus(0),
                process -> assertThat(status(process, "Cpus_allowed_list")).isEqualTo("0"));
        assertThat(inside(attributes().cpus(0), "grep Cpus_allowed_list /proc/self/status"))
                .isEqualTo("Cpus_allowed_list:\t0\n");
        assertRefused(
                () -> container(attributes().cpus(0, 8191), "true").start(),
                Errno.EINVAL,
                "keeping it to the CPUs 0, 8191: sched_setaffinity(PID, 1024, [8191])",
                "cpuset");
    }

    @Test
    @DisplayName("give it an I/O priority")
    void io_priority() throws Exception {
        outside(
                attributes().ioPriority(IoPriority.bestEffort(6)),
                process -> assertThat(ionice(process)).isEqualTo("best-effort: prio 6"));
        outside(
                attributes().ioPriority(IoPriority.idle()),
                process -> assertThat(ionice(process)).isEqualTo("idle"));
        assertThat(inside(attributes().ioPriority(IoPriority.bestEffort(6)), "ionice -p $$"))
                .isEqualTo("best-effort: prio 6\n");
        if (CALLER.has(CAP_SYS_NICE)) {
            outside(
                    attributes().ioPriority(IoPriority.realTime(1)),
                    process -> assertThat(ionice(process)).isEqualTo("realtime: prio 1"));
        } else {
            assertRefused(
                    () -> container(attributes().ioPriority(IoPriority.realTime(1)), "true")
                            .start(),
                    Errno.EPERM,
                    "CAP_SYS_NICE");
        }
    }

    private static String ionice(Path process) {
        return Command.run("ionice", "-p", process.getFileName().toString())
                .orFail()
                .strip();
    }

    @Test
    @DisplayName("adjust its OOM score, downwards only if that is allowed")
    void oom_score_adjustment() throws Exception {
        ProcessAttributes.Builder attributes = attributes().oomScoreAdjustment(321);
        outside(
                attributes,
                process -> assertThat(Files.readString(process.resolve("oom_score_adj")))
                        .isEqualTo("321\n"));
        assertThat(inside(attributes, "cat /proc/self/oom_score_adj")).isEqualTo("321\n");
        ProcessAttributes.Builder lower = attributes().oomScoreAdjustment(-321);
        if (CALLER.has(CAP_SYS_RESOURCE)) {
            assertThat(inside(lower, "cat /proc/self/oom_score_adj")).isEqualTo("-321\n");
        } else {
            assertRefused(
                    () -> container(lower, "true").start(),
                    Errno.EACCES,
                    "setting the OOM score adjustment -321: write(oom_score_adj1, \"-321\", 4)",
                    "CAP_SYS_RESOURCE");
        }
    }

    // ---- umask, personality, groups

    @Test
    @DisplayName("set its umask, 022 by default")
    void umask() throws Exception {
        assertThat(inside(attributes(), "umask")).isEqualTo("0022\n");
        assertThat(inside(attributes().umask(0137), "umask; > /tmp/f; stat -c %a /tmp/f"))
                .isEqualTo("0137\n640\n");
        outside(
                attributes().umask(0),
                process -> assertThat(status(process, "Umask")).isEqualTo("0000"));
    }

    @Test
    @DisplayName("set its personality")
    void personality() throws Exception {
        ProcessAttributes.Builder attributes =
                attributes().personality(Personality.LINUX32, Personality.ADDR_NO_RANDOMIZE);
        outside(
                attributes,
                process -> assertThat(Files.readString(process.resolve("personality")))
                        .isEqualTo("00040008\n"));
        assertThat(inside(attributes, "cat /proc/self/personality")).isEqualTo("00040008\n");
        String twice = inside(
                attributes,
                "grep -h -m 1 stack /proc/self/maps; grep -h -m 1 stack /proc/self/maps; grep -h stack"
                        + " /proc/self/maps");
        assertThat(twice.lines()
                        .map(line -> line.split("-", -1)[1].split(" ", -1)[0])
                        .distinct())
                .as("where the stack ends, each time")
                .hasSize(1);
    }

    @Test
    @DisplayName("put it into additional groups that are mapped, and no others")
    void additional_groups() throws Exception {
        Requirement.ROOT.assume();
        ProcessAttributes.Builder attributes = attributes().additionalGroups(44, 5);
        assertThat(inside(attributes, "id -G")).isEqualTo("0 5 44\n");
        assertThat(inside(attributes(), "id -G")).isEqualTo("0\n");
        outside(attributes, process -> {
            long first = Long.parseLong(
                    Files.readString(process.resolve("gid_map")).strip().split(" +", -1)[1]);
            assertThat(status(process, "Groups")).isEqualTo((first + 5) + " " + (first + 44));
        });
        HostState before = HostState.warm();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> container(attributes().additionalGroups(44, 70_000), "true")
                        .start())
                .withMessageContaining("70000 is not mapped in the container");
        before.assertUnchanged();
    }

    @Test
    @DisplayName("put it into additional groups beside a user that is not root")
    void additional_groups_of_another_user() throws Exception {
        Requirement.ROOT.assume();
        assertThat(container(attributes().additionalGroups(3), "id -u; id -G")
                        .namespaces(Namespaces.builder()
                                .users(IdMapping.ranges()
                                        .users(0, 700_000, 10)
                                        .groups(0, 700_000, 10)
                                        .runAs(6, 7)
                                        .build())
                                .build())
                        .run()
                        .output())
                .isEqualTo("6\n7 3\n");
    }

    @Test
    @DisplayName("can't put it into groups where the kernel denies that, and say what is needed")
    void denied_groups() throws Exception {
        Requirement.USER_NAMESPACES.assume();
        ContainerBuilder builder = container(attributes().additionalGroups(0), "id -G")
                .namespaces(Namespaces.builder().users(IdMapping.self()).build());
        if (CALLER.has(ProcessStatus.CAP_SETGID)) {
            assertThat(builder.run().output()).isEqualTo("0\n");
            return;
        }
        HostState before = HostState.warm();
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(builder::start)
                .withMessageContainingAll("additional groups [0]", "/etc/subgid");
        before.assertUnchanged();
    }

    // ---- sysctls

    private static final String SHOW_SYSCTLS = "cat /proc/sys/net/core/somaxconn /proc/sys/kernel/msgmax"
            + " /proc/sys/kernel/sem /proc/sys/fs/mqueue/msg_max";

    private static Namespaces.Builder sysctls() {
        return Namespaces.builder()
                .sysctl("net.core.somaxconn", "77")
                .sysctl("kernel.msgmax", "5000")
                .sysctl("kernel.sem", "100 200 30 40")
                .sysctl("fs.mqueue.msg_max", "12");
    }

    private static String host(String sysctl) throws IOException {
        return Files.readString(Path.of("/proc/sys/" + sysctl)).strip();
    }

    @Test
    @DisplayName("come with sysctls of its namespaces, which leave the host's as they are")
    void sysctl_values() throws Exception {
        List<String> names = List.of("net/core/somaxconn", "kernel/msgmax", "kernel/sem", "fs/mqueue/msg_max");
        StringBuilder before = new StringBuilder();
        for (String name : names) {
            before.append(host(name)).append('\n');
        }
        assertThat(Container.builder()
                        .namespaces(sysctls().build())
                        .command("sh", "-c", SHOW_SYSCTLS)
                        .run()
                        .output())
                .isEqualTo("77\n5000\n100\t200\t30\t40\n12\n");
        StringBuilder after = new StringBuilder();
        for (String name : names) {
            after.append(host(name)).append('\n');
        }
        assertThat(after.toString()).isEqualTo(before.toString()).doesNotContain("77\n");
    }

    @Test
    @DisplayName("come with sysctls also where /proc/sys is read-only, which it stays")
    void sysctl_values_with_the_hosts_users() throws Exception {
        Requirement.ROOT.assume();
        ContainerResult result = TestRoot.in(directory)
                .readOnly()
                .namespaces(sysctls().shareUsers().build())
                .command("sh", "-c", SHOW_SYSCTLS + "; echo 78 > /proc/sys/net/core/somaxconn; echo $?")
                .run();
        assertThat(result.output())
                .startsWith("77\n5000\n100\t200\t30\t40\n12\n")
                .doesNotEndWith("\n0\n");
        assertThat(result.error()).contains("Read-only file system");
    }

    @Test
    @DisplayName("are refused where the kernel has no such sysctl for a namespace, or refuses the value")
    void refused_sysctls() throws Exception {
        assertRefused(
                () -> sysctl("net.no.such.thing", "1"),
                Errno.ENOENT,
                "setting the sysctl net.no.such.thing: openat2(sysctls, \"net/no/such/thing\"",
                "only one for the whole host");
        assertRefused(
                () -> sysctl("net.core.somaxconn", "many"),
                Errno.EINVAL,
                "write(",
                "\"many\"",
                "the kernel does not take this value");
        assertRefused(() -> sysctl("net.core", "1"), Errno.EISDIR, "setting the sysctl net.core");
    }

    @Test
    @DisplayName("come with sysctls of the network also for a user that is not root, but of IPC for root only")
    void sysctls_of_another_user() throws Exception {
        Requirement.ROOT.assume();
        IdMapping mapping = IdMapping.ranges()
                .users(0, 700_000, 10)
                .groups(0, 700_000, 10)
                .runAs(6, 7)
                .build();
        assertThat(Container.builder()
                        .namespaces(Namespaces.builder()
                                .users(mapping)
                                .sysctl("net.core.somaxconn", "77")
                                .build())
                        .command("sh", "-c", "id -u; cat /proc/sys/net/core/somaxconn")
                        .run()
                        .output())
                .isEqualTo("6\n77\n");
        ContainerSpec ipc = Container.builder()
                .namespaces(Namespaces.builder()
                        .users(mapping)
                        .sysctl("kernel.msgmax", "5000")
                        .build())
                .command("true")
                .build();
        assertRefused(ipc::start, Errno.EACCES, "setting the sysctl kernel.msgmax", "must be the container's root");
    }

    private static void sysctl(String name, String value) {
        Container.builder()
                .namespaces(Namespaces.builder().sysctl(name, value).build())
                .command("true")
                .start()
                .close();
    }

    @Test
    @DisplayName("accept every sysctl that a network and an IPC namespace of its own have")
    void known_sysctls() throws Exception {
        ContainerResult result = Container.run(
                "sh",
                "-c",
                "cd /proc/sys; ls -d kernel/msg* kernel/auto_msg* kernel/sem* kernel/shm*; find net fs/mqueue -type f");
        Namespaces.Builder builder = Namespaces.builder();
        List<String> files = result.output().lines().toList();
        assertThat(files).contains("kernel/sem", "net/core/somaxconn", "fs/mqueue/msg_max");
        for (String file : files) {
            builder.sysctl(swapped(file), "1");
        }
        assertThat(builder.build().sysctls()).hasSize(files.size());
    }

    /** A path as sysctl(8) names it: with slashes for dots, and dots for slashes. */
    private static String swapped(String path) {
        return Arrays.stream(path.split("/", -1))
                .map(name -> name.replace('.', '/'))
                .collect(Collectors.joining("."));
    }

    @Test
    @DisplayName("come with no sysctl of the host through a hostile root; attack: redirected-proc-write")
    void hostile_root() throws Exception {
        ContainerBuilder builder = TestRoot.in(directory).readOnly();
        Path target = Files.createDirectory(directory.resolve("host"));
        Path file = Files.writeString(target.resolve("somaxconn"), "untouched");
        Files.delete(directory.resolve("proc"));
        Files.createSymbolicLink(directory.resolve("proc"), Path.of("host"));
        ContainerSpec spec = builder.namespaces(
                        Namespaces.builder().sysctl("net.core.somaxconn", "77").build())
                .command("true")
                .build();
        assertThatExceptionOfType(LaunchException.class).isThrownBy(spec::start);
        assertThat(file).hasContent("untouched");
    }
}
