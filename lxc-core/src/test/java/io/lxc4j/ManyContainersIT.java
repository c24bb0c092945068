package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many containers at once need no thread each. */
class ManyContainersIT {
    private static final int COUNT = 1000;

    @Test
    void a_thousand_run_at_once_from_virtual_threads(@TempDir Path directory) throws Exception {
        ContainerSpec spec = TestRoot.in(directory)
                .readOnly()
                .command("sh", "-c", "echo up; read code; exit $code")
                .build();
        HostState.warm();
        HostState state = HostState.now();
        int threads = platformThreads();
        CountDownLatch running = new CountDownLatch(COUNT);
        CountDownLatch release = new CountDownLatch(1);
        List<Future<Integer>> codes = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < COUNT; i++) {
                int code = i % 256;
                codes.add(executor.submit(() -> {
                    try (Container container = spec.start()) {
                        ContainerProcess process = container.process();
                        assertThat(process.inputReader().readLine()).isEqualTo("up");
                        running.countDown();
                        release.await();
                        process.outputWriter().append(code + "\n").close();
                        return process.waitFor();
                    }
                }));
            }
            running.await();
            assertThat(ProcessHandle.current().children()).hasSizeGreaterThanOrEqualTo(COUNT);
            assertThat(platformThreads())
                    .as("platform threads with %d containers", COUNT)
                    .isLessThan(threads + 40);
            release.countDown();
            for (int i = 0; i < COUNT; i++) {
                assertThat(codes.get(i).get()).isEqualTo(i % 256);
            }
        }
        state.assertUnchanged();
    }

    private static int platformThreads() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("Threads:"))
                .mapToInt(line -> Integer.parseInt(line.substring(8).strip()))
                .sum();
    }
}
