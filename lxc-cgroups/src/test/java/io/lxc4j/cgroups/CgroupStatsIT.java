package io.lxc4j.cgroups;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Statistics of a cgroup that is made for the test, in all hierarchies of this machine, with processes of its own. */
class CgroupStatsIT {
    private static final String NAME =
            "statistics-test-" + ProcessHandle.current().pid();

    private final Set<Path> made = new LinkedHashSet<>();
    private final Map<String, StatsSource> sources = new HashMap<>();
    private CgroupLayout layout;

    @BeforeEach
    void makeTheCgroup() throws IOException {
        layout = CgroupLayout.detect();
        for (String controller : new String[] {"cpu", "cpuacct", "memory", "pids", "blkio", "hugetlb"}) {
            var hierarchy = layout.controller(controller);
            if (hierarchy.isPresent() && hierarchy.get().version() == CgroupVersion.V1) {
                make(controller.equals("blkio") ? "io" : controller, hierarchy.get());
            }
        }
        if (layout.unified().isPresent()) {
            make(StatsReader.UNIFIED, layout.unified().get());
        }
        if (sources.isEmpty()) {
            throw new TestAbortedException("no cgroups are mounted");
        }
    }

    private void make(String key, CgroupHierarchy hierarchy) throws IOException {
        Path parent = hierarchy.directory().orElse(null);
        if (parent == null || !Files.isWritable(parent)) {
            throw new TestAbortedException("may not make a cgroup in " + hierarchy);
        }
        Path cgroup = parent.resolve(NAME);
        if (made.add(cgroup)) {
            Files.createDirectory(cgroup);
        }
        Fd fd = Kernel.open(cgroup.toString(), Constant.or(O_PATH, O_DIRECTORY), 0);
        sources.put(key, new StatsSource(fd, hierarchy.version()));
    }

    @AfterEach
    void removeTheCgroup() {
        sources.values().forEach(source -> source.directory().close());
        for (Path cgroup : made) {
            await().ignoreException(IOException.class).until(() -> {
                Files.deleteIfExists(cgroup);
                return true;
            });
        }
    }

    @Test
    void showsWhatABusyProcessUses() throws Exception {
        StatsReader reader = new StatsReader(sources);
        Process busy = start("read go; x=$(head -c 4000000 /dev/zero | tr '\\0' x); while :; do :; done");
        try {
            CgroupStats first = reader.read();
            release(busy);
            CgroupStats[] last = {first};
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                last[0] = reader.read();
                return usage(last[0]).minus(usage(first)).toMillis() >= 300
                        && last[0].memory().stream()
                                .allMatch(memory -> memory.anonymousBytes().orElseThrow() > 3_900_000);
            });
            CpuStats used = last[0].cpu().orElseThrow().since(first.cpu().orElseThrow());
            assertThat(used.user()).isPositive();
            assertThat(last[0].cpuUsage(first).orElseThrow()).isBetween(0.01, 1.1);
            if (has("memory")) {
                MemoryStats memory = last[0].memory().orElseThrow();
                assertThat(memory.currentBytes()).isGreaterThan(3_900_000);
                assertThat(memory.pageFaults().orElseThrow()).isGreaterThan(900);
                assertThat(memory.peakBytes().orElse(Long.MAX_VALUE)).isGreaterThanOrEqualTo(memory.currentBytes());
                assertThat(memory.workingSetBytes().orElseThrow()).isBetween(0L, memory.currentBytes());
                assertThat(memory.maxBytes()).isEmpty();
                assertThat(memory.events().outOfMemoryKills().orElse(0)).isZero();
            }
            if (Files.exists(Path.of("/proc/pressure/cpu")) && layout.unified().isPresent()) {
                assertThat(last[0].cpuPressure()).isPresent();
            }
        } finally {
            kill(busy);
        }
    }

    @Test
    void countsTasks() throws Exception {
        if (!has("pids")) {
            throw new TestAbortedException("no pids controller");
        }
        StatsReader reader = new StatsReader(sources);
        Process parent = start("read go; sleep 300 & sleep 300 & wait");
        try {
            assertThat(reader.read().pids().orElseThrow().current()).isEqualTo(1);
            release(parent);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> reader.read().pids().orElseThrow().current() == 3);
        } finally {
            kill(parent);
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> reader.read().pids().orElseThrow().current() == 0);
    }

    @Test
    void saysThatTheCgroupIsGone() throws Exception {
        StatsReader reader = new StatsReader(sources);
        assertThat(reader.read().cpu()).isPresent();
        for (Path cgroup : made) {
            Files.delete(cgroup);
        }
        assertThatThrownBy(reader::read)
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("has been removed")
                .hasMessageContaining(NAME);
    }

    /** Whether the cgroup has a controller, which a cgroup of version 2 has only if its parent passes it on. */
    private boolean has(String controller) {
        return sources.containsKey(controller)
                || layout.unified()
                        .flatMap(CgroupHierarchy::directory)
                        .map(parent -> Files.exists(parent.resolve(NAME).resolve(controller + ".current")))
                        .orElse(false);
    }

    private Process start(String script) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", script).start();
        for (Path cgroup : made) {
            Files.writeString(cgroup.resolve("cgroup.procs"), String.valueOf(process.pid()));
        }
        return process;
    }

    private static void release(Process process) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    private static void kill(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private static Duration usage(CgroupStats stats) {
        return stats.cpu().orElseThrow().usage();
    }
}
