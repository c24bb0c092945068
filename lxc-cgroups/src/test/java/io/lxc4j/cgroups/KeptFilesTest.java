package io.lxc4j.cgroups;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Files of a cgroup that is read again and again")
class KeptFilesTest {
    private static final List<String> NAMES = List.of("pids.current", "pids.max", "memory.current");

    @TempDir
    Path directory;

    private Fd opened;
    private StatsReader reader;

    @BeforeEach
    void make() throws IOException {
        Files.writeString(directory.resolve("cgroup.procs"), "");
        for (String name : NAMES) {
            Files.writeString(directory.resolve(name), "7\n");
        }
        opened = Kernel.open(directory.toString(), Constant.or(O_PATH, O_DIRECTORY), 0);
        reader = new StatsReader(Map.of(StatsReader.UNIFIED, new StatsSource(opened, CgroupVersion.V2)));
    }

    @AfterEach
    void close() {
        reader.close();
        opened.close();
    }

    private List<String> openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .map(KeptFilesTest::target)
                    .filter(target -> target.startsWith(directory + "/"))
                    .map(target -> target.substring(directory.toString().length() + 1))
                    .sorted()
                    .toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.exists(descriptor) ? Files.readSymbolicLink(descriptor).toString() : "";
        } catch (java.nio.file.NoSuchFileException _) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long pids() {
        return reader.read().pids().orElseThrow().current();
    }

    @Test
    @DisplayName("stay open from the second reading on, are read anew each time, and are closed with the reader")
    void kept() throws IOException {
        int before = KeptFiles.open();
        assertThat(pids()).isEqualTo(7);
        assertThat(openFiles()).isEmpty();
        assertThat(pids()).isEqualTo(7);
        assertThat(openFiles()).containsExactlyInAnyOrderElementsOf(NAMES);
        assertThat(KeptFiles.open()).isEqualTo(before + NAMES.size());
        Files.writeString(directory.resolve("pids.current"), "8\n");
        assertThat(pids()).isEqualTo(8);
        assertThat(openFiles()).hasSize(NAMES.size());
        reader.close();
        assertThat(openFiles()).isEmpty();
        assertThat(KeptFiles.open()).isEqualTo(before);
        assertThat(pids()).isEqualTo(8);
        assertThat(openFiles()).isEmpty();
    }

    @Test
    @DisplayName("are found when they have come meanwhile, or have become large")
    void changed() throws IOException {
        pids();
        pids();
        Files.writeString(directory.resolve("pids.peak"), "9\n");
        assertThat(reader.read().pids().orElseThrow().peak()).hasValue(9);
        Files.writeString(directory.resolve("io.stat"), "8:0 rbytes=1 wbytes=1 rios=1 wios=1\n".repeat(2000));
        for (int i = 0; i < 3; i++) {
            assertThat(reader.read().io().orElseThrow().devices()).hasSize(2000);
        }
    }

    @Test
    @DisplayName("serve one reading at a time, and others that come meanwhile open them for themselves")
    void together() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Long>> tasks = IntStream.range(0, 500)
                    .<Callable<Long>>mapToObj(_ -> this::pids)
                    .toList();
            for (var result : threads.invokeAll(tasks)) {
                assertThat(result.get()).isEqualTo(7);
            }
        }
        assertThat(openFiles()).containsExactlyInAnyOrderElementsOf(NAMES);
    }

    @Test
    @DisplayName("are closed when nobody has read them for a while")
    void idle() throws IOException {
        pids();
        pids();
        assertThat(openFiles()).isNotEmpty();
        await().atMost(KeptFiles.WATCHED.multipliedBy(4))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> openFiles().isEmpty());
        assertThat(pids()).isEqualTo(7);
    }

    @Test
    @DisplayName("take no more than half of the descriptors that this JVM may have")
    void bounded() {
        assertThat(KeptFiles.most()).isBetween(1, 1 << 15);
        assertThat(KeptFiles.open()).isLessThanOrEqualTo(KeptFiles.most());
    }
}
