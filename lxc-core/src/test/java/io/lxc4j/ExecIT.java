package io.lxc4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.namespaces.NamespaceHandle;
import io.lxc4j.namespaces.NamespaceKind;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.namespaces.Resource;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("One more process in a container")
class ExecIT {
    private static final Redirect NOTHING = Redirect.from(new File("/dev/null"));

    private Container container;

    @BeforeEach
    void start() {
        container = Container.builder()
                .hostName("box")
                .environment("COLOUR", "green")
                .environment("SHAPE", "round")
                .workingDirectory("/usr")
                .command("sleep", "1000")
                .start();
    }

    @AfterEach
    void end() {
        container.close();
    }

    private String output(String... command) throws InterruptedException {
        return container.exec(command).run().output();
    }

    private static String namespace(long pid, String kind) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + kind)).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time"})
    void is_in_each_namespace_of_the_container_seen_from_inside_and_outside(String kind) throws Exception {
        String containers = namespace(container.process().pid(), kind);
        assertThat(containers).isNotEqualTo(namespace(ProcessHandle.current().pid(), kind));
        assertThat(output("readlink", "/proc/self/ns/" + kind)).isEqualTo(containers + "\n");
        ContainerProcess process = container.exec("sleep", "1000").start();
        assertThat(namespace(process.pid(), kind)).isEqualTo(containers);
    }

    @Test
    void sees_the_containers_host_name_processes_and_files() throws Exception {
        assertThat(output("uname", "-n")).isEqualTo("box\n");
        assertThat(output("cat", "/proc/1/comm")).isEqualTo("sleep\n");
        container.exec("sh", "-c", "echo left > /tmp/note").run();
        assertThat(output("cat", "/tmp/note")).isEqualTo("left\n");
        assertThat(Path.of("/tmp/note")).doesNotExist();
    }

    @Test
    void has_the_environment_and_working_directory_of_the_container_unless_it_has_its_own() throws Exception {
        assertThat(output("sh", "-c", "echo $COLOUR $SHAPE $PWD; env | wc -l"))
                .isEqualTo(container
                        .exec("sh", "-c", "echo green round /usr; env | wc -l")
                        .run()
                        .output());
        ContainerResult own = container
                .exec("sh", "-c", "echo $COLOUR $SHAPE $SIZE $PWD")
                .environment("COLOUR", "red")
                .environment("SIZE", "big")
                .workingDirectory("/tmp")
                .run();
        assertThat(own.output()).isEqualTo("red round big /tmp\n");
    }

    @Test
    void has_streams_and_an_exit_code_of_its_own() throws Exception {
        ContainerProcess process =
                container.exec("sh", "-c", "cat; echo oops >&2; exit 7").start();
        process.getOutputStream().write("hello".getBytes(UTF_8));
        process.getOutputStream().close();
        assertThat(process.getInputStream().readAllBytes()).asString().isEqualTo("hello");
        assertThat(process.getErrorStream().readAllBytes()).asString().isEqualTo("oops\n");
        assertThat(process.waitFor()).isEqualTo(7);
        assertThat(container.process().isAlive()).isTrue();
    }

    @Test
    void can_be_ended_alone() throws Exception {
        ContainerProcess one = container.exec("sleep", "1000").start();
        ContainerProcess other = container.exec("sleep", "1000").start();
        one.destroy();
        assertThat(one.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(one.exitSignal()).contains(Signal.TERM);
        assertThat(other.isAlive()).isTrue();
        assertThat(container.process().isAlive()).isTrue();
    }

    @Test
    void ends_with_the_container() throws Exception {
        ContainerProcess process = container.exec("sleep", "1000").start();
        container.close();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitSignal()).contains(Signal.KILL);
    }

    @Test
    void is_stopped_by_its_timeout_while_the_container_goes_on() throws Exception {
        assertThatExceptionOfType(ContainerTimeoutException.class)
                .isThrownBy(() -> container
                        .exec("sh", "-c", "echo begun; sleep 1000")
                        .timeout(Duration.ofMillis(500))
                        .run())
                .satisfies(e -> assertThat(e.result().output()).isEqualTo("begun\n"))
                .withMessageContaining("sleep 1000");
        assertThat(container.process().isAlive()).isTrue();
    }

    @Test
    void in_a_container_that_has_ended_is_an_error_that_says_so() throws Exception {
        container.process().destroyForcibly().waitFor();
        assertThatExceptionOfType(ContainerException.class)
                .isThrownBy(() -> container.exec("true").start())
                .withMessageContaining("has ended");
    }

    @Test
    void whose_program_is_missing_is_an_error_that_names_it() {
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() -> container.exec("no-such-program").start())
                .withMessageContaining("no-such-program")
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
        assertThatExceptionOfType(LaunchException.class)
                .isThrownBy(() ->
                        container.exec("true").workingDirectory("/no/such").start())
                .withMessageContaining("/no/such");
    }

    @Test
    void needs_a_command() {
        assertThatThrownBy(() -> container.exec()).isInstanceOf(InvalidSpecificationException.class);
    }

    @Test
    @DisplayName("user-parsing: needs a user that is mapped; none is wrapped to another")
    void needs_a_user_that_is_mapped() {
        assertThatThrownBy(() -> container.exec("true").user((int) 4_294_967_296L - 1, 0))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("user(-1, 0): ids are from 0 to 2147483647");
        assertThatThrownBy(() -> container.exec("true").user(0, Integer.MIN_VALUE))
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("user(0, -2147483648)");
        assertThatThrownBy(() -> container.exec("true").user(1 << 30, 0).start())
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("user 1073741824");
    }

    @Test
    void in_a_pod_is_in_the_namespaces_that_its_container_has_joined_and_in_those_of_its_own() throws Exception {
        try (NamespaceHandle network = container.namespace(NamespaceKind.NETWORK);
                NamespaceHandle ipc = container.namespace(NamespaceKind.IPC);
                Container other = Container.builder()
                        .namespaces(Namespaces.builder().join(network).join(ipc).build())
                        .command("sleep", "1000")
                        .start()) {
            for (String kind : List.of("user", "mnt", "pid", "net", "ipc", "uts", "cgroup", "time")) {
                assertThat(other.exec("readlink", "/proc/self/ns/" + kind).run().output())
                        .as(kind)
                        .isEqualTo(namespace(other.process().pid(), kind) + "\n");
            }
            assertThat(namespace(other.process().pid(), "net"))
                    .isEqualTo(namespace(container.process().pid(), "net"));
            assertThat(namespace(other.process().pid(), "mnt"))
                    .isNotEqualTo(namespace(container.process().pid(), "mnt"));
        }
    }

    @Test
    void can_have_a_terminal_of_the_containers() throws Exception {
        ContainerResult result = container
                .exec("sh", "-c", "tty; stty size; echo $TERM")
                .terminal(new WindowSize(100, 30))
                .run();
        assertThat(result.output()).isEqualTo("/dev/pts/0\r\n30 100\r\nxterm\r\n");
        assertThatThrownBy(() -> container.exec("true").terminal().mergeError().start())
                .isInstanceOf(InvalidSpecificationException.class)
                .hasMessageContaining("terminal and mergeError");
    }

    @Test
    void has_the_limits_of_the_container() throws Exception {
        try (Container limited = Container.builder()
                .attributes(ProcessAttributes.builder()
                        .limit(Resource.NOFILE, 77)
                        .nice(5)
                        .umask(027)
                        .build())
                .command("sleep", "1000")
                .start()) {
            assertThat(limited.exec("sh", "-c", "ulimit -n; nice; umask").run().output())
                    .isEqualTo("77\n5\n0027\n");
        }
    }

    @Test
    void shows_what_it_would_do() {
        assertThat(container.exec("true").explain())
                .contains("hiding from tracers")
                .contains("joining the namespaces of process 1 of the container: user, mnt, pid")
                .contains("going on as another child of the parent")
                .contains("execve(\"/usr/bin/true\"");
    }

    @Test
    void failing_at_any_row_names_the_row_and_leaves_nothing() throws Exception {
        HostState.warm();
        container.exec("true").run();
        HostState state = HostState.now();
        ExecBuilder exec = container.exec("/usr/bin/true");
        LaunchProgram program = LaunchProgram.compile(container.plan(exec));
        int failed = 0;
        for (int row = 0; row < program.size(); row++) {
            LaunchProgram faulty = program.withFault(row);
            String call = program.call(row);
            if (call.startsWith("exit_group")) {
                continue; // jumped over, or after the meeting by the one that has been replaced
            }
            failed++;
            assertThatThrownBy(() -> container.start(exec, faulty, NOTHING))
                    .as("row %d: %s", row, call)
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining(call);
            state.assertUnchanged();
        }
        assertThat(failed).isGreaterThan(40);
        assertThat(container.exec("true").run().isSuccess()).isTrue();
    }

    @Test
    void is_what_it_is_asked_to_be_whatever_was_asked_before() throws Exception {
        String script = "echo $COLOUR $PWD $(id -u); test -t 0 && echo tty";
        boolean isRoot = ProcessStatus.ofThisProcess().uid() == 0;
        for (int i = 0; i < 2; i++) {
            assertThat(container.exec("sh", "-c", script).run().output()).isEqualTo("green /usr 0\n");
            assertThat(container
                            .exec("sh", "-c", script)
                            .environment("COLOUR", "red")
                            .run()
                            .output())
                    .isEqualTo("red /usr 0\n");
            assertThat(container
                            .exec("sh", "-c", script)
                            .workingDirectory("/tmp")
                            .run()
                            .output())
                    .isEqualTo("green /tmp 0\n");
            assertThat(container.exec("sh", "-c", script).terminal().run().output())
                    .isEqualTo("green /usr 0\r\ntty\r\n");
            if (isRoot) { // others have one id in a container
                assertThat(container.exec("sh", "-c", script).user(1, 1).run().output())
                        .isEqualTo("green /usr 1\n");
            }
            assertThat(container
                            .exec("stty", "size")
                            .terminal(new WindowSize(90, 20))
                            .run()
                            .output())
                    .isEqualTo("20 90\r\n");
            assertThat(container
                            .exec("stty", "size")
                            .terminal(new WindowSize(70, 30))
                            .run()
                            .output())
                    .isEqualTo("30 70\r\n");
            assertThat(container
                            .exec("env")
                            .environment("A", "")
                            .environment("B", "")
                            .run()
                            .output())
                    .contains("A=\nB=\n");
            assertThat(container
                            .exec("env")
                            .environment("B", "")
                            .environment("A", "")
                            .run()
                            .output())
                    .contains("B=\nA=\n");
            for (int j = 0; j < 10; j++) {
                assertThat(output("echo", Integer.toString(j))).isEqualTo(j + "\n");
            }
        }
    }

    @Test
    void can_be_one_of_many_started_at_once() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> outputs = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String number = Integer.toString(i);
                outputs.add(executor.submit(() -> output("echo", number)));
            }
            for (int i = 0; i < 200; i++) {
                assertThat(outputs.get(i).get(60, TimeUnit.SECONDS)).isEqualTo(i + "\n");
            }
        }
    }
}
