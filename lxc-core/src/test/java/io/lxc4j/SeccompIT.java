package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.seccomp.Abi;
import io.lxc4j.seccomp.ArgumentTest;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import io.lxc4j.security.Capabilities;
import io.lxc4j.security.Capability;
import io.lxc4j.security.Isolation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The filter of system calls")
class SeccompIT {
    private static final int NEWEST = 480;

    private static ContainerBuilder with(Isolation isolation) {
        return Container.builder().isolation(isolation);
    }

    private static String status(ContainerBuilder builder) throws InterruptedException {
        return builder.command("grep", "^Seccomp:\\|^NoNewPrivs:", "/proc/self/status")
                .run()
                .output();
    }

    /** Makes a call; gives 0 for success, or the error's number. */
    private static String call(ContainerBuilder builder, String call, String arguments) throws InterruptedException {
        int number = Numbers.of(call);
        String script = "$! = 0; $r = syscall(" + number + ", " + arguments + "); print($r == -1 ? $! + 0 : 0)";
        ContainerResult result = builder.command("perl", "-e", script).run();
        return result.output() + result.error();
    }

    @Test
    @DisplayName("is on every process by default, those that are executed later as well")
    void by_default() throws Exception {
        assertThat(status(Container.builder())).isEqualTo("NoNewPrivs:\t1\nSeccomp:\t2\n");
        try (Container container = Container.builder().command("sleep", "100").start()) {
            assertThat(container
                            .exec("grep", "^Seccomp:", "/proc/self/status")
                            .run()
                            .output())
                    .isEqualTo("Seccomp:\t2\n");
            assertThat(Files.readAllLines(Path.of("/proc/" + container.process().pid() + "/status")))
                    .contains("Seccomp:\t2");
        }
    }

    @Test
    @DisplayName("is there with new privileges as well, where only CAP_SYS_ADMIN may install it")
    void with_new_privileges() throws Exception {
        assertThat(status(with(Isolation.standard().allowNewPrivileges()))).isEqualTo("NoNewPrivs:\t0\nSeccomp:\t2\n");
    }

    @Test
    @DisplayName("can be left out by name")
    void left_out() throws Exception {
        assertThat(status(with(Isolation.standard().withoutSeccomp()))).isEqualTo("NoNewPrivs:\t1\nSeccomp:\t0\n");
    }

    @Test
    @DisplayName("lets a capability bring back the calls that it is for")
    void by_capabilities() throws Exception {
        assertThat(call(Container.builder(), "ptrace", "0, 0, 0, 0")).isEqualTo(number(Errno.EPERM));
        assertThat(call(
                        with(Isolation.standard()
                                .capabilities(Capabilities.defaults().add(Capability.SYS_PTRACE))),
                        "ptrace",
                        "0, 0, 0, 0"))
                .isEqualTo("0");
    }

    @Test
    @DisplayName("of a process with fewer capabilities than its container allows less")
    void of_one_process() throws Exception {
        Isolation isolation =
                Isolation.standard().capabilities(Capabilities.defaults().add(Capability.SYS_PTRACE));
        String script = "$r = syscall(" + Numbers.of("ptrace") + ", 0, 0, 0, 0); print($r)";
        try (Container container = with(isolation).command("sleep", "100").start()) {
            assertThat(container.exec("perl", "-e", script).run().output()).isEqualTo("0");
            assertThat(container
                            .exec("perl", "-e", script)
                            .capabilities(Capabilities.defaults())
                            .run()
                            .output())
                    .isEqualTo("-1");
        }
    }

    @Test
    @DisplayName("can be the caller's own")
    void of_the_caller() throws Exception {
        SeccompFilter filter = SeccompFilter.builder(SeccompAction.allow())
                .rule(SeccompAction.errno(Errno.ENOSPC), "mkdir")
                .rule(SeccompAction.errno(Errno.ENOSPC), "mkdirat")
                .rule(SeccompAction.killProcess(), "sethostname")
                .build();
        ContainerResult result = with(Isolation.standard().seccomp(filter))
                .command(
                        "sh", "-c", "mkdir /tmp/a; perl -e 'syscall(" + Numbers.of("sethostname") + ", 0, 0)'; echo $?")
                .run();
        assertThat(result.error()).contains("No space left on device");
        assertThat(result.output()).isEqualTo("159\n"); // 128 + SIGSYS
    }

    @Test
    @DisplayName("that keeps a process from its program is rejected when the container is specified")
    void against_the_launch() {
        SeccompFilter filter = SeccompFilter.builder(SeccompAction.killProcess())
                .allow("execve", "exit_group")
                .build();
        ContainerBuilder builder = with(Isolation.standard().seccomp(filter)).command("true");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(builder::build)
                .withMessageStartingWith("the seccomp filter answers write with ")
                .withMessageContaining("execve, write, exit_group");
    }

    @Test
    @DisplayName("may be so strict that nothing but the launch itself is allowed, and failures are still told")
    void the_strictest() {
        SeccompFilter filter = SeccompFilter.builder(SeccompAction.killProcess())
                .allow("execve", "write", "exit_group")
                .build();
        ContainerBuilder builder = with(Isolation.standard().seccomp(filter)).command("/absent");
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(builder::start)
                .withMessageContaining("executing /absent: execve(\"/absent\"")
                .withMessageContaining("ENOENT");
    }

    @Test
    @DisplayName("does in the kernel what it is said to do, for each call and for numbers that are none")
    void in_the_kernel() throws Exception {
        long magic = 0x1234_5678_9abcL;
        SeccompFilter.Builder builder = SeccompFilter.builder(SeccompAction.allow());
        for (int number = 0; number < NEWEST; number++) {
            String name = Numbers.name(number);
            if (name != null) {
                builder.rule(SeccompAction.errno(200 + number), name, ArgumentTest.equal(5, magic));
            }
        }
        SeccompFilter filter = builder.build();
        // Since Linux 6.12 those that uprobes have a program make are not filtered, and others who make them get a
        // SIGILL.
        List<Integer> numbers = IntStream.range(0, NEWEST)
                .filter(number -> !String.valueOf(Numbers.name(number)).matches("u(ret)?probe"))
                .boxed()
                .toList();
        // What was an argument stays in its register for what perl calls next, until another call clears it.
        String script = "for $n (" + numbers.stream().map(String::valueOf).collect(Collectors.joining(", "))
                + ") { $! = 0; syscall($n, 0, 0, 0, 0, 0, " + magic + "); $e = $! + 0; syscall(" + Numbers.of("getpid")
                + ", 0, 0, 0, 0, 0, 0); print(\"$e \") }";
        ContainerResult result = with(Isolation.standard().seccomp(filter))
                .command("perl", "-e", script)
                .run();
        List<String> expected = new ArrayList<>();
        for (int number : numbers) {
            SeccompAction action = filter.decide(Abi.current(), number, 0, 0, 0, 0, 0, magic);
            expected.add(action.ociName() + " " + (action.value() & 0xffff));
        }
        assertThat(result.output().strip().split(" ", -1))
                .as("%s", result)
                .hasSize(numbers.size())
                .containsExactly(expected.stream()
                        .map(text -> text.substring(text.indexOf(' ') + 1))
                        .toArray(String[]::new));
        assertThat(expected).allMatch(text -> text.startsWith("SCMP_ACT_ERRNO "));
    }

    private static String number(Errno errno) {
        return Integer.toString(errno.number());
    }
}
