package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A lease")
@Timeout(60)
class LeaseTest {
    @TempDir
    Path place;

    private StoreDirectory directory;

    @BeforeEach
    void open() {
        directory = new StoreDirectory(place.resolve("store"));
    }

    private String[] files() {
        return place.resolve("store/leases").toFile().list();
    }

    @Test
    @DisplayName("holds what was said, once, until it is closed")
    void holds() throws IOException {
        try (Lease lease = Lease.open(directory);
                Lease other = Lease.open(directory)) {
            lease.hold(Set.of("sha256:aa", "01ab"));
            lease.hold(Set.of("01ab"));
            other.hold(Set.of("zzzz"));
            assertThat(Lease.all(directory)).contains("sha256:aa", "01ab", "zzzz");
            assertThat(files()).hasSize(2);
            try (var lines = Files.walk(place.resolve("store/leases"))) {
                for (Path file : lines.filter(Files::isRegularFile).toList()) {
                    assertThat(Files.readAllLines(file))
                            .filteredOn("01ab"::equals)
                            .hasSizeLessThan(2);
                }
            }
        }
        assertThat(Lease.all(directory)).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    @DisplayName("is taken by many threads at once, and holds what each has said")
    void many() throws Exception {
        int threads = 16;
        CountDownLatch begin = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads);
                Lease shared = Lease.open(directory)) {
            List<Future<Lease>> leases = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                String name = "own" + i;
                leases.add(executor.submit(() -> {
                    begin.await();
                    Lease own = Lease.open(directory);
                    own.hold(Set.of(name));
                    shared.hold(Set.of("shared" + name));
                    return own;
                }));
            }
            begin.countDown();
            List<Lease> open = new ArrayList<>();
            for (Future<Lease> lease : leases) {
                open.add(lease.get());
            }
            Set<String> all = Lease.all(directory);
            for (int i = 0; i < threads; i++) {
                assertThat(all).contains("own" + i, "sharedown" + i);
            }
            open.forEach(Lease::close);
            assertThat(Lease.all(directory)).contains("sharedown0").doesNotContain("own0");
        }
    }

    @Test
    @DisplayName("does not hold what it could not note, and tries again")
    void failing() throws IOException {
        try (Lease lease = Lease.open(directory)) {
            Path file = place.resolve("store/leases").resolve(files()[0]);
            Path away = place.resolve("away");
            Files.move(file, away);
            assertThatExceptionOfType(ContainerException.class)
                    .isThrownBy(() -> lease.hold(Set.of("a")))
                    .withMessageContaining("leases/");
            Files.move(away, file);
            Files.writeString(file, "part of a li"); // a disk that was full
            lease.hold(Set.of("a"));
            assertThat(Lease.all(directory)).contains("a");
        }
    }

    /** Holds something until it is killed. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws Exception {
            Lease lease = Lease.open(new StoreDirectory(Path.of(arguments[0])));
            lease.hold(Set.of("mine"));
            System.out.println("held");
            Thread.sleep(Duration.ofDays(1));
            lease.close();
        }
    }

    @Test
    @DisplayName("ends with its JVM, however that ends")
    void killed() throws Exception {
        Process process = new ProcessBuilder(
                        ChildJvm.command(Worker.class, place.resolve("store").toString()))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = process.inputReader()) {
            assertThat(output.readLine()).isEqualTo("held");
            assertThat(Lease.all(directory)).contains("mine");
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(Lease.all(directory)).isEmpty();
        assertThat(files()).isEmpty();
    }
}
