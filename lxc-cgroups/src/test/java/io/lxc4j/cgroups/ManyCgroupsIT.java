package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Many cgroups")
@Timeout(600)
class ManyCgroupsIT {
    private static final int MANY = 2000;

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static List<Path> left(List<Path> parents) throws IOException {
        List<Path> left = new ArrayList<>();
        for (Path parent : parents) {
            try (Stream<Path> children = Files.list(parent)) {
                children.filter(child -> child.getFileName().toString().startsWith("lxc4j-many-"))
                        .forEach(left::add);
            }
        }
        return left;
    }

    @Test
    @DisplayName("are made, limited, filled, read and removed, and nothing is left")
    void nothing_is_left() throws Exception {
        Requirement.ROOT.assume();
        List<Path> parents;
        try (Cgroup first = Cgroup.create("many-first", Limits.none())) {
            parents = first.directories().stream().map(Path::getParent).toList();
        }
        long before = descriptors();
        List<Cgroup> cgroups = new ArrayList<>();
        Process crowd = new ProcessBuilder(
                        "perl",
                        "-e",
                        "$| = 1; for (1 .. " + MANY
                                + ") { my $pid = fork; if (!$pid) { close STDOUT; sleep 1000; exit }"
                                + " print \"$pid\\n\" } sleep 1000")
                .start();
        try (BufferedReader pids = crowd.inputReader()) {
            for (int i = 0; i < MANY; i++) {
                Cgroup cgroup = Cgroup.create(
                        "many-" + i,
                        Limits.builder()
                                .pidsMax(10 + i)
                                .memoryMax(ByteSize.mebibytes(100))
                                .build());
                cgroups.add(cgroup);
                cgroup.add(Long.parseLong(pids.readLine()));
            }
            for (int i = 0; i < MANY; i++) {
                PidsStats stats = cgroups.get(i).stats().pids().orElseThrow();
                assertThat(stats.current()).isEqualTo(1);
                assertThat(stats.max()).hasValue(10 + i);
            }
            assertThat(left(parents)).hasSizeGreaterThanOrEqualTo(MANY);
        } finally {
            crowd.destroyForcibly();
            cgroups.forEach(Cgroup::close);
        }
        assertThat(left(parents)).isEmpty();
        Awaitility.await().until(() -> descriptors() <= before + 3);
    }
}
