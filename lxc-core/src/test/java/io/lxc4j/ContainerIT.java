package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a container is, seen from inside and from outside. */
class ContainerIT {
    @TempDir
    Path directory;

    @Nested
    class Isolation {
        @ParameterizedTest
        @ValueSource(strings = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"})
        void each_namespace_is_new_from_inside_and_from_outside(String kind) throws Exception {
            String host =
                    Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind)).toString();
            try (Container container = Container.builder()
                    .command("sh", "-c", "readlink /proc/self/ns/" + kind + "; read x")
                    .start()) {
                String inside = firstLine(container.process().getInputStream());
                String outside = Files.readSymbolicLink(
                                Path.of("/proc/" + container.process().pid() + "/ns/" + kind))
                        .toString();
                assertThat(inside).startsWith(kind + ":[").isEqualTo(outside).isNotEqualTo(host);
            }
        }

        @Test
        void the_command_is_process_1_and_sees_only_its_own() throws Exception {
            ContainerResult result = Container.run("sh", "-c", "echo $$; ls /proc | grep -c '^[0-9]'; true");
            assertThat(result.output().lines()).first().isEqualTo("1");
            assertThat(Integer.parseInt(
                            result.output().lines().skip(1).findFirst().orElseThrow()))
                    .isLessThan(5);
        }

        @Test
        void it_has_a_host_name_of_its_own() throws Exception {
            String before = Files.readString(Path.of("/proc/sys/kernel/hostname"));
            ContainerResult result = Container.builder()
                    .hostName("box.example")
                    .command("uname", "-n")
                    .run();
            assertThat(result.output()).isEqualTo("box.example\n");
            assertThat(Files.readString(Path.of("/proc/sys/kernel/hostname"))).isEqualTo(before);
        }

        @Test
        void its_network_is_a_loopback_device_that_is_up() throws Exception {
            ContainerResult result = Container.run("sh", "-c", "ls /sys/class/net; cat /sys/class/net/lo/flags");
            assertThat(result.output()).isEqualTo("lo\n0x9\n");
        }

        @Test
        void root_inside_is_not_root_outside() throws Exception {
            try (Container container =
                    Container.builder().command("sh", "-c", "id -u; read x").start()) {
                assertThat(firstLine(container.process().getInputStream())).isEqualTo("0");
                List<String> status = Files.readAllLines(
                        Path.of("/proc/" + container.process().pid() + "/status"));
                assertThat(status)
                        .anyMatch(line -> line.startsWith("Uid:") && !line.matches("Uid:\\s+0\\s.*"))
                        .anyMatch(line -> line.matches("NoNewPrivs:\\s+1"))
                        .anyMatch(line -> line.matches("CapInh:\\s+0+"))
                        .anyMatch(line -> line.matches("CapAmb:\\s+0+"));
            }
        }

        @Test
        void the_root_has_no_way_up() throws Exception {
            ContainerResult result = Container.run(
                    "sh", "-c", "stat -c %d:%i / /.. /proc/1/root/. /proc/1/root/.. | sort -u | wc -l; cd /..; ls");
            assertThat(result.output().lines().findFirst()).contains("1");
            assertThat(result.output()).contains("usr").doesNotContain("lxc4j-private");
        }

        @Test
        void mounts_are_the_containers_own_and_nothing_of_the_hosts_shows() throws Exception {
            List<String> before = Files.readAllLines(Path.of("/proc/self/mountinfo"));
            ContainerResult result = Container.run("cat", "/proc/self/mountinfo");
            List<String> points =
                    result.output().lines().map(line -> line.split(" ", -1)[4]).toList();
            assertThat(points).contains("/", "/usr", "/proc", "/sys", "/dev", "/dev/pts", "/dev/null");
            assertThat(points).doesNotHaveDuplicates().noneMatch(point -> point.startsWith("/sys/"));
            assertThat(result.output()).contains(" /sys ro,");
            assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo"))).isEqualTo(before);
        }
    }

    @Nested
    class FileTree {
        @Test
        void the_hosts_files_are_there_and_what_is_written_vanishes() throws Exception {
            String script = "test -x /usr/bin/env && cat /etc/os-release >/dev/null && echo found;"
                    + " for d in / /etc /usr/bin /usr/local/lib /var/lib /opt /tmp /var/tmp /root /home /run; do"
                    + " echo mine > $d/lxc4j-probe && cat $d/lxc4j-probe || echo no $d; done";
            ContainerResult result = Container.run("sh", "-c", script);
            assertThat(result.error()).isEmpty();
            assertThat(result.output().lines()).first().isEqualTo("found");
            assertThat(result.output().lines().skip(1)).containsOnly("mine").hasSize(11);
            for (String place : List.of("/", "/etc", "/usr/bin", "/var/lib", "/tmp", "/var/tmp", "/root", "/run")) {
                assertThat(Files.exists(Path.of(place, "lxc4j-probe")))
                        .as(place)
                        .isFalse();
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"/root", "/home", "/run", "/tmp", "/var/tmp"})
        void private_directories_are_empty(String place) throws Exception {
            assertThat(Container.run("ls", "-A", place).output()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"/root", "/home/user", "/tmp", "/var/tmp/deep/er", "/srv/data"})
        void a_directory_of_the_host_is_bound_by_name(String place) throws Exception {
            Files.writeString(directory.resolve("greeting"), "hello");
            open(directory);
            ContainerResult result = Container.builder()
                    .bind(directory, place)
                    .command("sh", "-c", "cat " + place + "/greeting; echo x > " + place + "/new || echo refused")
                    .run();
            assertThat(result.output()).isEqualTo("hellorefused\n");
            assertThat(directory.resolve("new")).doesNotExist();
        }

        @Test
        void a_writable_bind_reaches_the_host() throws Exception {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
            Container.builder()
                    .bindWritable(directory, "/data")
                    .command("sh", "-c", "echo from inside > /data/new")
                    .run();
            assertThat(directory.resolve("new")).hasContent("from inside");
        }

        @Test
        void a_single_file_is_bound_by_name() throws Exception {
            Path file = Files.writeString(directory.resolve("file"), "content");
            open(directory);
            ContainerResult result = Container.builder()
                    .bind(file, "/run/secret/file")
                    .command("cat", "/run/secret/file")
                    .run();
            assertThat(result.output()).isEqualTo("content");
        }

        @Test
        void a_read_only_directory_serves_as_root() throws Exception {
            ContainerResult result = TestRoot.in(directory)
                    .readOnly()
                    .command("sh", "-c", "ls /; echo x > /tmp/x || echo refused")
                    .run();
            assertThat(result.output()).contains("proc", "usr", "refused").doesNotContain("home");
        }

        @Test
        void a_copy_on_write_directory_keeps_nothing() throws Exception {
            TestRoot root = TestRoot.in(directory);
            ContainerResult result = root.copyOnWrite()
                    .command("sh", "-c", "mkdir -p /srv/new && echo x > /srv/new/x && cat /srv/new/x")
                    .run();
            assertThat(result.output()).isEqualTo("x\n");
            assertThat(root.directory().resolve("srv")).doesNotExist();
        }

        @Test
        void writes_are_limited() throws Exception {
            ContainerResult result = Container.builder()
                    .root(RootFileSystem.host(1 << 20))
                    .command("dd", "if=/dev/zero", "of=/tmp/large", "bs=64k", "count=64")
                    .run();
            assertThat(result.isSuccess()).isFalse();
            assertThat(result.error()).contains("No space left");
        }

        @Test
        void devices_are_the_standard_ones_and_real() throws Exception {
            ContainerResult result = Container.run(
                    "sh",
                    "-c",
                    "ls /dev | tr '\\n' ' '; stat -L -c '%n %t:%T' /dev/null /dev/zero /dev/urandom /dev/tty;"
                            + " head -c 4 /dev/zero | wc -c; echo x > /dev/null; ls /dev/pts; echo s > /dev/shm/s");
            assertThat(result.error()).isEmpty();
            assertThat(result.output())
                    .startsWith("fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero ")
                    .contains("/dev/null 1:3", "/dev/zero 1:5", "/dev/urandom 1:9", "/dev/tty 5:0", "4\n", "ptmx\n");
        }
    }

    @Nested
    class Environment {
        @Test
        void nothing_of_this_jvms_environment_is_passed_on() throws Exception {
            ContainerResult result = Container.builder()
                    .environment("GREETING", "hello, wörld\n2")
                    .command("/usr/bin/env", "-0")
                    .run();
            assertThat(result.output().split("\0", -1))
                    .containsExactlyInAnyOrder(
                            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                            "HOME=/root",
                            "container=lxc4j",
                            "GREETING=hello, wörld\n2",
                            "");
        }

        @Test
        void the_working_directory_is_set() throws Exception {
            assertThat(Container.builder()
                            .workingDirectory("/usr/./bin/")
                            .command("pwd")
                            .run()
                            .output())
                    .isEqualTo("/usr/bin\n");
        }

        @Test
        void arguments_arrive_as_given() throws Exception {
            ContainerResult result = Container.run("printf", "%s|", "", "a b", "ü", "-", "\n");
            assertThat(result.output()).isEqualTo("|a b|ü|-|\n|");
        }

        @Test
        void new_files_are_not_writable_by_others() throws Exception {
            assertThat(Container.run("sh", "-c", "umask").output().strip()).endsWith("22");
        }
    }

    @Nested
    class Streams {
        @Test
        void pipes_carry_both_ways() throws Exception {
            try (Container container = Container.builder().command("cat").start()) {
                ContainerProcess process = container.process();
                try (OutputStream input = process.getOutputStream()) {
                    input.write("to and fro".getBytes(StandardCharsets.UTF_8));
                }
                assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("to and fro");
                assertThat(process.waitFor()).isZero();
            }
        }

        @Test
        void output_goes_to_files_and_is_appended() throws Exception {
            Path out = directory.resolve("out");
            Path in = Files.writeString(directory.resolve("in"), "line\n");
            for (Redirect redirect : List.of(Redirect.to(out.toFile()), Redirect.appendTo(out.toFile()))) {
                Container.builder()
                        .command("sh", "-c", "cat; echo err >&2")
                        .redirectInput(Redirect.from(in.toFile()))
                        .redirectOutput(redirect)
                        .mergeError()
                        .run();
            }
            assertThat(out).hasContent("line\nerr\nline\nerr\n");
        }

        @Test
        void discarded_output_is_gone() throws Exception {
            ContainerResult result = Container.builder()
                    .command("sh", "-c", "echo out; echo err >&2")
                    .redirectOutput(Redirect.DISCARD)
                    .run();
            assertThat(result.output()).isEmpty();
            assertThat(result.error()).isEqualTo("err\n");
        }

        @Test
        void what_is_left_in_the_pipe_can_be_read_after_the_end() throws Exception {
            try (Container container =
                    Container.builder().command("sh", "-c", "echo late; exit 3").start()) {
                assertThat(container.process().waitFor()).isEqualTo(3);
                assertThat(container.process().getInputStream().available()).isEqualTo(5);
                assertThat(container.process().inputReader().readLine()).isEqualTo("late");
                assertThat(container.process().getInputStream().read()).isEqualTo(-1);
            }
        }

        @Test
        void the_standard_streams_can_be_opened_by_name() throws Exception {
            ContainerResult result = Container.run("sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr");
            assertThat(result.output()).isEqualTo("out\n");
            assertThat(result.error()).isEqualTo("err\n");
        }

        @Test
        void what_is_not_a_pipe_cannot_be_written_to() throws Exception {
            try (Container container = Container.builder()
                    .command("cat")
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .start()) {
                OutputStream input = container.process().getOutputStream();
                assertThatThrownBy(() -> input.write(1)).isInstanceOf(IOException.class);
            }
        }

        @Test
        void closing_wakes_a_reader() throws Exception {
            Container container = Container.builder().command("sleep", "1000").start();
            CompletableFuture<Integer> read = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return container.process().getInputStream().read();
                        } catch (IOException _) {
                            return -2;
                        }
                    },
                    Thread::startVirtualThread);
            container.close();
            assertThat(read.get(10, TimeUnit.SECONDS)).isNegative();
        }

        @Test
        void output_is_captured_up_to_a_limit() throws Exception {
            ContainerResult result = Container.builder()
                    .command("sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x; echo e >&2")
                    .outputLimitBytes(1000)
                    .run();
            assertThat(result.output()).hasSize(1000);
            assertThat(result.truncated()).isTrue();
            assertThat(result.error()).isEqualTo("e\n");
            assertThat(result.isSuccess()).isTrue();
        }

        @Test
        void a_container_that_floods_unread_output_blocks_only_itself() throws Exception {
            try (Container flood = Container.builder().command("yes").start()) {
                assertThat(Container.run("echo", "alive").output()).isEqualTo("alive\n");
                assertThat(flood.process().isAlive()).isTrue();
                assertThat(flood.process().inputReader().readLine()).isEqualTo("y");
            }
        }

        @Test
        void a_container_that_never_reads_blocks_only_its_writer() throws Exception {
            try (Container deaf = Container.builder().command("sleep", "1000").start()) {
                Thread writer = Thread.startVirtualThread(() -> {
                    try {
                        deaf.process().getOutputStream().write(new byte[1 << 20]);
                    } catch (IOException _) {
                        Thread.currentThread().interrupt();
                    }
                });
                assertThat(Container.run("echo", "alive").output()).isEqualTo("alive\n");
                assertThat(writer.isAlive()).isTrue();
                deaf.process().destroyForcibly();
                assertThat(writer.join(Duration.ofSeconds(10))).isTrue();
            }
        }
    }

    @Nested
    class Ends {
        @ParameterizedTest
        @ValueSource(ints = {0, 1, 77, 255})
        void the_exit_code_arrives(int code) throws Exception {
            ContainerResult result = Container.run("sh", "-c", "exit " + code);
            assertThat(result.exitValue()).isEqualTo(code);
            assertThat(result.exitSignal()).isEmpty();
        }

        @Test
        void an_end_by_signal_can_be_told_from_an_exit_code() throws Exception {
            try (Container container =
                    Container.builder().command("sleep", "1000").start()) {
                ContainerProcess process = container.process();
                assertThatThrownBy(process::exitValue).isInstanceOf(IllegalThreadStateException.class);
                assertThat(process.destroyForcibly().waitFor()).isEqualTo(128 + 9);
                assertThat(process.exitSignal()).isEqualTo(Optional.of(Signal.KILL));
            }
        }

        @Test
        void destroy_ends_a_process_that_does_not_handle_the_signal() throws Exception {
            try (Container container =
                    Container.builder().command("sleep", "1000").start()) {
                container.process().destroy();
                assertThat(container.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
        }

        @Test
        void signals_reach_a_process_that_handles_them() throws Exception {
            try (Container container = Container.builder()
                    .command(
                            "sh",
                            "-c",
                            "trap 'echo got; exit 5' USR1; trap '' HUP; echo ready; while :; do read x; done")
                    .start()) {
                ContainerProcess process = container.process();
                assertThat(process.inputReader().readLine()).isEqualTo("ready");
                process.signal(Signal.HUP);
                process.signal(Signal.WINCH);
                process.signal(Signal.USR1);
                assertThat(process.inputReader().readLine()).isEqualTo("got");
                assertThat(process.waitFor()).isEqualTo(5);
                assertThat(process.signal(Signal.TERM)).isFalse();
            }
        }

        @Test
        void a_timeout_ends_the_container_and_keeps_what_it_wrote() {
            ContainerSpec spec = Container.builder()
                    .command("sh", "-c", "echo begun; sleep 1000")
                    .timeout(Duration.ofMillis(500))
                    .build();
            assertThatThrownBy(spec::run)
                    .isInstanceOfSatisfying(
                            ContainerTimeoutException.class,
                            e -> assertThat(e.result().output()).isEqualTo("begun\n"))
                    .hasMessageContaining("not ended after PT0.5S");
        }

        @Test
        void a_timed_wait_returns_and_on_exit_completes() throws Exception {
            try (Container container = Container.builder().command("cat").start()) {
                ContainerProcess process = container.process();
                assertThat(process.waitFor(10, TimeUnit.MILLISECONDS)).isFalse();
                CompletableFuture<Process> exit = process.onExit();
                assertThat(process.toHandle().pid()).isEqualTo(process.pid());
                assertThat(process.info().command().orElseThrow()).endsWith("cat");
                process.getOutputStream().close();
                assertThat(exit.get(10, TimeUnit.SECONDS)).isSameAs(process);
                assertThat(process.isAlive()).isFalse();
            }
        }

        @Test
        void of_an_ended_process_nothing_is_told() throws Exception {
            try (Container container = Container.builder().command("true").start()) {
                ContainerProcess process = container.process();
                process.waitFor();
                assertThat(process.info().command()).isEmpty();
                assertThat(process.children()).isEmpty();
                assertThat(process.descendants()).isEmpty();
                assertThatThrownBy(process::toHandle).isInstanceOf(IllegalStateException.class);
            }
        }

        @Test
        void closing_ends_all_processes_of_the_container() throws Exception {
            ProcessHandle inner;
            try (Container container = Container.builder()
                    .command("sh", "-c", "setsid sleep 1000 & echo ready; read x")
                    .start()) {
                assertThat(container.process().inputReader().readLine()).isEqualTo("ready");
                inner = container.process().children().findFirst().orElseThrow();
                assertThat(inner.isAlive()).isTrue();
            }
            assertThat(inner.isAlive()).isFalse();
        }

        @Test
        void closing_twice_is_the_same_as_once() {
            Container container = Container.builder().command("cat").start();
            container.close();
            container.close();
            assertThat(container.process().isAlive()).isFalse();
        }

        @Test
        void an_interrupted_run_ends_its_container() throws Exception {
            Thread thread = new Thread(() -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> Container.run("sleep", "1000")).isInstanceOf(InterruptedException.class);
            });
            thread.start();
            assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void what_is_shared_with_the_host_is_asked_for_by_name() throws Exception {
        ContainerResult result = Container.builder()
                .namespaces(Namespaces.builder()
                        .shareNetwork()
                        .shareHostName()
                        .shareIpc()
                        .shareCgroups()
                        .build())
                .command(
                        "sh",
                        "-c",
                        "readlink /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/ipc /proc/self/ns/cgroup")
                .run();
        StringBuilder expected = new StringBuilder();
        for (String kind : List.of("net", "uts", "ipc", "cgroup")) {
            expected.append(Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind)))
                    .append('\n');
        }
        assertThat(result.output()).isEqualTo(expected.toString());
    }

    private static String firstLine(InputStream stream) throws IOException {
        StringBuilder line = new StringBuilder();
        int c;
        while ((c = stream.read()) >= 0 && c != '\n') {
            line.append((char) c);
        }
        return line.toString();
    }

    private static void open(Path path) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
