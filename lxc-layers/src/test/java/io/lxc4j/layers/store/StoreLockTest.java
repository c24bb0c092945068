package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A lock on a file")
@Timeout(60)
class StoreLockTest {
    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("lock");
    }

    private static long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @Test
    @DisplayName("is had by one alone, or by several together, threads of one JVM included")
    void excludes() {
        try (StoreLock _ = StoreLock.shared(file());
                StoreLock _ = StoreLock.shared(file())) {
            assertThat(StoreLock.tryExclusive(file())).isEmpty();
        }
        try (StoreLock _ = StoreLock.exclusive(file())) {
            assertThat(StoreLock.tryExclusive(file())).isEmpty();
        }
        StoreLock.tryExclusive(file()).orElseThrow().close();
    }

    @Test
    @DisplayName("lets no two in, however many threads of both kinds want it")
    void many() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(executor.submit(() -> {
                    try (StoreLock _ = StoreLock.exclusive(file())) {
                        assertThat(inside.incrementAndGet()).isEqualTo(1);
                        Thread.sleep(1);
                        inside.decrementAndGet();
                        turns.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
        assertThat(turns).hasValue(50);
    }

    @Test
    @DisplayName("is waited for by an interruptible thread, and nothing stays open then")
    void interrupted() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        List<Throwable> failures = new ArrayList<>();
        try (StoreLock _ = StoreLock.exclusive(file())) {
            long before = descriptors();
            Thread waiting = Thread.ofPlatform().start(() -> {
                try {
                    StoreLock.shared(file()).close();
                } catch (ContainerException e) {
                    failures.add(e);
                }
                done.countDown();
            });
            waiting.interrupt();
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(descriptors()).isEqualTo(before);
        }
        assertThat(failures).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("interrupted"));
    }

    @Test
    @DisplayName("follows no link")
    void link() throws IOException {
        Files.createSymbolicLink(file(), directory.resolve("elsewhere"));
        assertThatExceptionOfType(SystemCallException.class).isThrownBy(() -> StoreLock.exclusive(file()));
        assertThat(directory.resolve("elsewhere")).doesNotExist();
    }

    @Test
    @DisplayName("leaves no descriptor open when it can't be had")
    void leak() throws IOException {
        try (StoreLock _ = StoreLock.exclusive(file())) {
            assertThat(StoreLock.tryExclusive(file())).isEmpty();
            long before = descriptors();
            for (int i = 0; i < 20; i++) {
                assertThat(StoreLock.tryExclusive(file())).isEmpty();
            }
            assertThat(descriptors()).isEqualTo(before);
        }
    }
}
