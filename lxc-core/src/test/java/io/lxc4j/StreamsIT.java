package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A container's streams")
class StreamsIT {
    @TempDir
    Path directory;

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
    void captured_output_is_whole_also_if_no_virtual_thread_runs_for_a_while() throws Exception {
        Instant end = Instant.now().plusSeconds(2);
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Thread.startVirtualThread(() -> {
                while (Instant.now().isBefore(end)) {
                    Thread.onSpinWait();
                }
            });
        }
        assertThat(Container.run("echo", "whole").output()).isEqualTo("whole\n");
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
