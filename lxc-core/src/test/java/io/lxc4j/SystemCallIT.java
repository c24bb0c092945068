package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Mount;
import io.lxc4j.security.Isolation;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A system call that this JVM decides on")
class SystemCallIT {
    @TempDir
    Path directory;

    /** A perl program that makes a call, with $a for a text, and prints what it returned, and the error's number. */
    private static String[] calling(String name, String arguments) {
        return new String[] {
            "perl",
            "-e",
            "$a = 'håll'; $! = 0; $r = syscall(" + Numbers.of(name) + ", " + arguments + "); print(\"$r \", $! + 0)"
        };
    }

    private static String call(String name, String arguments, SystemCallHandler handler) throws InterruptedException {
        ContainerResult result = Container.builder()
                .onSystemCall(name, handler)
                .command(calling(name, arguments))
                .run();
        return result.output() + result.error();
    }

    @Test
    @DisplayName("gives the value or the error that the handler says, or what the kernel says")
    void answers() throws Exception {
        assertThat(call("sethostname", "$a, 1", (_, _) -> SystemCallAnswer.value(4711)))
                .isEqualTo("4711 0");
        assertThat(call("sethostname", "$a, 1", (_, _) -> SystemCallAnswer.error(Errno.ENOSPC)))
                .isEqualTo("-1 " + Errno.ENOSPC.number());
        assertThat(call("sethostname", "$a, 1", (_, _) -> SystemCallAnswer.proceed()))
                .isEqualTo("-1 " + Errno.EPERM.number());
        assertThat(call("umask", "0", (_, _) -> SystemCallAnswer.proceed())).isEqualTo("18 0");
    }

    @Test
    @DisplayName("shows who makes it, its name and its arguments, and what they point to")
    void arguments() throws Exception {
        AtomicReference<List<Object>> seen = new AtomicReference<>();
        SystemCallHandler handler = (container, call) -> {
            seen.set(List.of(
                    call.name(),
                    call.argument(1),
                    call.string(0),
                    new String(call.bytes(0, 3), StandardCharsets.UTF_8),
                    call.pid() == container.process().pid()));
            return SystemCallAnswer.value(0);
        };
        assertThat(call("sethostname", "$a, 5", handler)).isEqualTo("0 0");
        assertThat(seen.get()).isEqualTo(List.of("sethostname", 5L, "håll", "hå", true));
    }

    @Test
    @DisplayName("can be answered in the memory of the process")
    void memory() throws Exception {
        ContainerResult result = Container.builder()
                .onSystemCall("sysinfo", (_, call) -> {
                    call.write(0, "written".getBytes(StandardCharsets.UTF_8));
                    return SystemCallAnswer.value(0);
                })
                .command("perl", "-e", "$b = 'x' x 9; syscall(" + Numbers.of("sysinfo") + ", $b); print $b")
                .run();
        assertThat(result.output()).isEqualTo("writtenxx");
    }

    @Test
    @DisplayName("can be answered with a file that this JVM opens")
    void descriptor() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "from the host\n");
        String[] read = {
            "perl",
            "-e",
            "$a = 'a'; $d = syscall(" + Numbers.of("memfd_create") + ", $a, 0); open(F, \"<&=$d\") or die $!; print <F>"
        };
        assertThat(Container.builder()
                        .onSystemCall("memfd_create", (_, _) -> SystemCallAnswer.readable(file))
                        .command(read)
                        .run()
                        .output())
                .isEqualTo("from the host\n");
        assertThat(Container.builder()
                        .onSystemCall("memfd_create", (_, _) -> SystemCallAnswer.writable(file))
                        .command(
                                "perl",
                                "-e",
                                "$a = 'a'; $d = syscall(" + Numbers.of("memfd_create")
                                        + ", $a, 0); open(F, \"+<&=$d\") or die $!; print F 'inside'")
                        .run()
                        .error())
                .isEmpty();
        assertThat(file).hasContent("insidehe host\n");
        assertThat(call("memfd_create", "$a, 0", (_, _) -> SystemCallAnswer.readable(directory.resolve("absent"))))
                .isEqualTo("-1 " + Errno.ENOENT.number());
    }

    @Test
    @DisplayName("makes device nodes where nobody has the right to")
    void mknod() throws Exception {
        try (Container container = Container.builder()
                .onSystemCall("mknodat", (caller, call) -> {
                    caller.mount(Mount.device(Path.of("/dev/null")).at(call.string(1)));
                    return SystemCallAnswer.value(0);
                })
                .command("sleep", "100")
                .start()) {
            ContainerResult result = container
                    .exec(
                            "sh",
                            "-c",
                            "mknod /root/null c 1 3 && echo lost > /root/null && stat -c '%F %t,%T' /root/null")
                    .run();
            assertThat(result.output() + result.error()).isEqualTo("character special file 1,3\n");
        }
    }

    @Test
    @DisplayName("fails with EFAULT if its addresses are bad, and with EIO if the handler fails")
    void failures() throws Exception {
        assertThat(call(
                        "sethostname",
                        "1, 5",
                        (_, call) -> SystemCallAnswer.value(call.string(0).length())))
                .isEqualTo("-1 " + Errno.EFAULT.number());
        assertThat(call("sethostname", "1, 5", (_, call) -> {
                    call.write(0, new byte[1]);
                    return SystemCallAnswer.value(0);
                }))
                .isEqualTo("-1 " + Errno.EFAULT.number());
        assertThat(call("sethostname", "$a, 1", (_, _) -> {
                    throw new IllegalStateException("on purpose");
                }))
                .isEqualTo("-1 " + Errno.EIO.number());
    }

    /** The memory could be reached: only the kernel's cookie tells that it is no longer that of a process that waits. */
    @Test
    @DisplayName("that a signal has ended shows and takes nothing more of a process that goes on")
    void interrupted() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        CompletableFuture<List<String>> refused = new CompletableFuture<>();
        try (Container container = Container.builder()
                .onSystemCall("sethostname", (_, call) -> {
                    assertThat(call.string(0)).isEqualTo("memory");
                    entered.countDown();
                    over.await();
                    refused.complete(List.of(
                            message(() -> call.string(0)),
                            message(() -> call.bytes(0, 1)),
                            message(() -> call.write(0, "MEMORY".getBytes(StandardCharsets.UTF_8)))));
                    return SystemCallAnswer.value(0);
                })
                .command(
                        "perl",
                        "-e",
                        "$| = 1; $SIG{USR1} = sub {}; $a = 'memory'; $r = syscall(" + Numbers.of("sethostname")
                                + ", $a, 6); print(\"$r \", $! + 0, \"\\n\"); <STDIN>; print \"$a\\n\"")
                .start()) {
            assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
            container.process().signal(Signal.USR1);
            BufferedReader output = container.process().inputReader();
            assertThat(output.readLine()).isEqualTo("-1 " + Errno.EINTR.number());
            over.countDown();
            assertThat(refused.get(20, TimeUnit.SECONDS))
                    .hasSize(3)
                    .allMatch(text -> text.endsWith("it waits no more"));
            container.process().getOutputStream().close();
            assertThat(output.readLine()).isEqualTo("memory");
        }
    }

    private static String message(Runnable use) {
        try {
            use.run();
            return "";
        } catch (SystemCall.BadAddressException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    @DisplayName("is decided on for all processes at the same time")
    void many() throws Exception {
        int processes = 20;
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(processes);
        String one = String.join(" ", "perl", "-e", "'syscall(" + Numbers.of("sethostname") + ", 1, 1)'");
        try (Container container = Container.builder()
                .onSystemCall("sethostname", (_, _) -> {
                    calls.incrementAndGet();
                    all.countDown();
                    return SystemCallAnswer.value(all.await(20, TimeUnit.SECONDS) ? 0 : -1);
                })
                .command("sh", "-c", "for i in $(seq " + processes + "); do " + one + " & done; wait")
                .start()) {
            assertThat(Status.of(container)).isZero();
            assertThat(calls).hasValue(processes);
        }
    }

    @Test
    @DisplayName("is given up when the container is closed, and nothing is left of it")
    void closed() throws Exception {
        HostState before = HostState.warm();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        try (Container container = Container.builder()
                .onSystemCall("sethostname", (_, call) -> {
                    entered.countDown();
                    leave.await();
                    left.countDown();
                    return SystemCallAnswer.value(call.argument(0));
                })
                .command(calling("sethostname", "1, 1"))
                .start()) {
            assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(container.process().isAlive()).isTrue();
        }
        leave.countDown();
        assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
        before.assertUnchanged();
    }

    @Test
    @DisplayName("is decided on also where new privileges are allowed, or nothing else is filtered")
    void other_isolations() throws Exception {
        for (Isolation isolation : List.of(
                Isolation.standard().allowNewPrivileges(), Isolation.standard().withoutSeccomp())) {
            assertThat(Container.builder()
                            .isolation(isolation)
                            .onSystemCall("sethostname", (_, _) -> SystemCallAnswer.value(7))
                            .command(calling("sethostname", "1, 1"))
                            .run()
                            .output())
                    .isEqualTo("7 0");
        }
    }

    @Test
    @DisplayName("is none that the launch makes, that does not exist, or that has a handler already")
    void rejected() {
        SystemCallHandler handler = (_, _) -> SystemCallAnswer.proceed();
        ContainerBuilder builder = Container.builder();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.onSystemCall("execve", handler))
                .withMessageContaining("the seccomp filter answers execve with ");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.onSystemCall("mkmod", handler))
                .withMessageContaining("mkmod")
                .withMessageContaining("mknod");
        for (Function<Path, SystemCallAnswer> answer :
                List.<Function<Path, SystemCallAnswer>>of(SystemCallAnswer::readable, SystemCallAnswer::writable)) {
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> answer.apply(Path.of("etc/passwd")))
                    .withMessageStartingWith("answer with the file etc/passwd: it must be an absolute path");
        }
        builder.onSystemCall("mkdir", handler);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> builder.onSystemCall("mkdir", handler))
                .withMessageContaining("onSystemCall of mkdir was set before");
    }
}
