package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A container's end")
class EndsIT {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 77, 255})
    void the_exit_code_arrives(int code) throws Exception {
        ContainerResult result = Container.run("sh", "-c", "exit " + code);
        assertThat(result.exitValue()).isEqualTo(code);
        assertThat(result.exitSignal()).isEmpty();
    }

    @Test
    void an_end_by_signal_can_be_told_from_an_exit_code() throws Exception {
        try (Container container = Container.builder().command("sleep", "1000").start()) {
            ContainerProcess process = container.process();
            assertThatThrownBy(process::exitValue).isInstanceOf(IllegalThreadStateException.class);
            assertThat(process.destroyForcibly().waitFor()).isEqualTo(128 + 9);
            assertThat(process.exitSignal()).isEqualTo(Optional.of(Signal.KILL));
        }
    }

    @Test
    void destroy_ends_a_process_that_does_not_handle_the_signal() throws Exception {
        try (Container container = Container.builder().command("sleep", "1000").start()) {
            container.process().destroy();
            assertThat(container.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void signals_reach_a_process_that_handles_them() throws Exception {
        try (Container container = Container.builder()
                .command("sh", "-c", "trap 'echo got; exit 5' USR1; trap '' HUP; echo ready; while :; do read x; done")
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
    @DisplayName("by timeout doesn't wait for an outsider who holds its output")
    void a_timeout_does_not_wait_for_an_outsider_who_holds_the_output() throws Exception {
        Duration timeout = Duration.ofMillis(500);
        ContainerSpec spec = Container.builder()
                .command("sh", "-c", "echo begun; exec sleep 1000.0815")
                .timeout(timeout)
                .build();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<ContainerResult> run = executor.submit(spec::run);
            ProcessHandle sleeper = Awaitility.await()
                    .until(() -> sleeping("1000.0815"), Optional::isPresent)
                    .orElseThrow();
            try (OutputStream outsider = Files.newOutputStream(Path.of("/proc/" + sleeper.pid() + "/fd/1"))) {
                assertThatThrownBy(() -> run.get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(ContainerTimeoutException.class)
                        .cause()
                        .isInstanceOfSatisfying(
                                ContainerTimeoutException.class,
                                e -> assertThat(e.result().output()).isEqualTo("begun\n"));
                assertThatThrownBy(() -> outsider.write(1)).isInstanceOf(IOException.class);
            }
        }
    }

    private static Optional<ProcessHandle> sleeping(String duration) {
        return ProcessHandle.current()
                .children()
                .filter(child ->
                        child.info().arguments().stream().flatMap(Stream::of).anyMatch(duration::equals))
                .findFirst();
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
