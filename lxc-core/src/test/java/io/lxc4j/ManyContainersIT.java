package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Many containers at once")
class ManyContainersIT {
    private static final int COUNT = 1000;
    private static final int LIMIT_SECONDS = 30;

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Queue<Container> containers = new ConcurrentLinkedQueue<>();

    @AfterEach
    void end() {
        executor.shutdownNow();
        containers.forEach(Container::close);
    }

    @Test
    @DisplayName("need no platform thread each, and leave nothing")
    void a_thousand_run_at_once_from_virtual_threads(@TempDir Path directory) throws Exception {
        ContainerSpec spec = TestRoot.in(directory)
                .readOnly()
                .command("sh", "-c", "echo up; read code; exit $code")
                .build();
        HostState.warm();
        HostState state = HostState.now();
        int threads = platformThreads();

        CompletionService<ContainerProcess> starts = new ExecutorCompletionService<>(executor);
        for (int i = 0; i < COUNT; i++) {
            starts.submit(() -> {
                Container container = spec.start();
                containers.add(container);
                assertThat(container.process().inputReader().readLine()).isEqualTo("up");
                return container.process();
            });
        }
        List<ContainerProcess> running = all(starts);
        assertThat(ProcessHandle.current().children()).hasSizeGreaterThanOrEqualTo(COUNT);

        CompletionService<Boolean> ends = new ExecutorCompletionService<>(executor);
        for (int i = 0; i < COUNT; i++) {
            ContainerProcess process = running.get(i);
            int code = i % 256;
            ends.submit(() -> process.waitFor() == code);
        }
        // Launches have threads of their own for a moment longer.
        Awaitility.await()
                .untilAsserted(() -> assertThat(platformThreads())
                        .as("platform threads with %d containers", COUNT)
                        .isLessThan(threads + 40));
        for (int i = 0; i < COUNT; i++) {
            running.get(i).outputWriter().append(i % 256 + "\n").close();
        }
        assertThat(all(ends)).containsOnly(true);
        end();
        state.assertUnchanged();
    }

    /** What all tasks give, in the order of their ends; so the first that fails is seen at once. */
    private static <T> List<T> all(CompletionService<T> tasks) throws Exception {
        List<T> results = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            Future<T> next = tasks.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
            assertThat(next)
                    .as("%d of %d have ended; one more within %d s", i, COUNT, LIMIT_SECONDS)
                    .isNotNull();
            results.add(next.get());
        }
        return results;
    }

    private static int platformThreads() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToInt(line -> Integer.parseInt(line.substring(8).strip()))
                .sum();
    }
}
