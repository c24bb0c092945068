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
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statistics of a cgroup that is made for the test, in all hierarchies of this machine, with processes of its own. */
class CgroupStatsIT {
    private final Map<String, StatsSource> sources = new HashMap<>();
    private Cgroup cgroup;

    @BeforeEach
    void makeTheCgroup() {
        Requirement.CGROUPS.assume();
        cgroup = Cgroup.create(
                "statistics", Limits.builder().pidsMax(100).cpuWeight(100).build());
        for (CgroupHierarchy hierarchy : CgroupLayout.detect().hierarchies()) {
            cgroup.directories().stream()
                    .filter(directory -> directory.startsWith(hierarchy.mountPoint()))
                    .findFirst()
                    .ifPresent(directory -> open(hierarchy, directory));
        }
        assertThat(sources).isNotEmpty();
    }

    private void open(CgroupHierarchy hierarchy, Path directory) {
        Fd fd = Kernel.open(directory.toString(), Constant.or(O_PATH, O_DIRECTORY), 0);
        StatsSource source = new StatsSource(fd, hierarchy.version());
        if (hierarchy.version() == CgroupVersion.V2) {
            sources.put(StatsReader.UNIFIED, source);
        } else {
            hierarchy.controllers().forEach(name -> sources.put(name.equals("blkio") ? "io" : name, source));
        }
    }

    @AfterEach
    void removeTheCgroup() {
        sources.values().forEach(source -> source.directory().close());
        if (cgroup != null) {
            cgroup.close();
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
            assertThat(last[0].cpuUsage(first).orElseThrow())
                    .isBetween(0.01, Runtime.getRuntime().availableProcessors() + 0.1);
            MemoryStats memory = last[0].memory().orElseThrow();
            assertThat(memory.currentBytes()).isGreaterThan(3_900_000);
            assertThat(memory.pageFaults().orElseThrow()).isGreaterThan(900);
            assertThat(memory.peakBytes().orElse(Long.MAX_VALUE)).isGreaterThanOrEqualTo(memory.currentBytes());
            assertThat(memory.workingSetBytes().orElseThrow()).isBetween(0L, memory.currentBytes());
            assertThat(memory.maxBytes()).isEmpty();
            assertThat(memory.events().outOfMemoryKills().orElse(0)).isZero();
            if (Files.exists(Path.of("/proc/pressure/cpu")) && sources.containsKey(StatsReader.UNIFIED)) {
                assertThat(last[0].cpuPressure()).isPresent();
            }
        } finally {
            kill(busy);
        }
    }

    @Test
    void countsTasks() throws Exception {
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
        for (int i = 0; i < 3; i++) { // the third time from files that stay open
            assertThat(reader.read().cpu()).isPresent();
        }
        cgroup.close();
        assertThatThrownBy(reader::read)
                .isInstanceOf(ContainerException.class)
                .hasMessageContaining("has been removed")
                .hasMessageContaining("lxc4j-statistics");
    }

    private Process start(String script) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", script).start();
        cgroup.add(process.pid());
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
