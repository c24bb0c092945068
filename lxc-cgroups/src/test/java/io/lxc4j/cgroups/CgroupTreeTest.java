package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.SystemCallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories without a kernel behind them, so that what never fails there does. */
@DisplayName("A cgroup in a false tree")
class CgroupTreeTest {
    private static final List<String> CONTROLLERS = List.of("pids", "memory", "cpu");
    private static final Limits LIMITS = Limits.builder()
            .set("pids.max", "1")
            .set("memory.swappiness", "2")
            .set("cpu.shares", "3")
            .build();

    private final List<CgroupDirectory> opened = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        opened.forEach(CgroupDirectory::close);
    }

    /** A hierarchy of version 1 a controller. */
    private CgroupPlaces places(List<String> controllers) throws IOException {
        List<CgroupPlaces.Place> places = new ArrayList<>();
        for (String controller : controllers) {
            CgroupDirectory place =
                    CgroupDirectory.open(Files.createDirectory(directory.resolve(controller)), CgroupVersion.V1);
            opened.add(place);
            places.add(new CgroupPlaces.Place(Set.of(controller), place));
        }
        return new CgroupPlaces(places);
    }

    private List<String> tree() throws IOException {
        try (Stream<Path> tree = Files.walk(directory, 2)) {
            return tree.map(path -> directory.relativize(path).toString())
                    .filter(path -> path.contains("/"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @DisplayName("is in no hierarchy where one refuses it, whichever that is")
    void none_in_part(int refusing) throws Exception {
        CgroupPlaces places = places(CONTROLLERS);
        Files.delete(directory.resolve(CONTROLLERS.get(refusing)));
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> Cgroup.make(places, "made", LIMITS, Limits.none()))
                .withMessageContaining("making the cgroup made in " + directory.resolve(CONTROLLERS.get(refusing)))
                .withMessageContaining("ENOENT");
        assertThat(tree()).isEmpty();
    }

    @Test
    @DisplayName("is in no hierarchy where one lacks the file of a limit")
    void no_file() throws Exception {
        CgroupPlaces places = places(CONTROLLERS);
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> Cgroup.make(places, "made", LIMITS, Limits.none()))
                .withMessageContaining("limit pids.max: pids.max = 1 in " + directory.resolve("pids/lxc4j-made"))
                .withMessageContaining("ENOENT (No such file or directory); this kernel has no such file");
        assertThat(tree()).isEmpty();
    }

    @Test
    @DisplayName("is in no hierarchy where its CPUs can't be told")
    void no_cpus() throws Exception {
        CgroupPlaces places = places(List.of("pids", "memory", "cpuset"));
        assertThatExceptionOfType(SystemCallException.class)
                .isThrownBy(() ->
                        Cgroup.make(places, "made", Limits.builder().cpuset(0).build(), Limits.none()))
                .withMessageContaining("cpuset.cpus");
        assertThat(tree()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @DisplayName("has the limits before the one that fails, and none after it; the error names that one")
    void update(int failing) throws Exception {
        List<String> files = List.of("pids.max", "memory.swappiness", "cpu.shares");
        List<Path> paths = new ArrayList<>();
        try (Cgroup cgroup = Cgroup.make(
                places(CONTROLLERS),
                "made",
                Limits.none(),
                Limits.builder().cpuWeight(5).build())) {
            assertThat(cgroup.directories()).hasSize(3);
            for (int i = 0; i < files.size(); i++) {
                Path path = cgroup.directories().get(i).resolve(files.get(i));
                paths.add(i == failing ? Files.createDirectory(path) : Files.createFile(path));
            }
            assertThatExceptionOfType(ContainerException.class)
                    .isThrownBy(() -> cgroup.update(LIMITS))
                    .withMessageContaining("limit " + files.get(failing) + ": " + files.get(failing) + " = "
                            + (failing + 1) + " in " + paths.get(failing).getParent())
                    .withMessageContaining("EISDIR");
            for (int i = 0; i < files.size(); i++) {
                if (i != failing) {
                    assertThat(paths.get(i)).hasContent(i < failing ? Integer.toString(i + 1) : "");
                }
            }
            for (Path path : paths) {
                Files.delete(path);
            }
        }
        assertThat(tree()).isEmpty();
    }

    @Test
    @DisplayName("shows its processes the hierarchies that it is in, and no other")
    void view() throws Exception {
        CgroupPlaces places = places(List.of("pids", "cpu", "io"));
        assertThat(CgroupView.of(places, Set.of("pids")).orElseThrow())
                .hasToString(CgroupView.of(places, Set.of()).orElseThrow().toString())
                .asString()
                .contains("directory=pids", "directory=blkio", "type=cgroup", "MOUNT_ATTR_RDONLY")
                .doesNotContain("directory=cpu");
        assertThat(CgroupView.of(places, Set.of("cpu")).orElseThrow())
                .asString()
                .contains("directory=cpu");
        assertThat(CgroupView.of(new CgroupPlaces(List.of()), Set.of("cpu"))).isEmpty();
        CgroupDirectory unified = CgroupDirectory.open(directory, CgroupVersion.V2);
        opened.add(unified);
        assertThat(CgroupView.of(new CgroupPlaces(List.of(new CgroupPlaces.Place(Set.of(), unified))), Set.of())
                        .orElseThrow()
                        .summary())
                .isEqualTo("mounting cgroup2 on /sys/fs/cgroup");
    }

    @Test
    @DisplayName("shows controllers that share a hierarchy under each of their names")
    void shared_hierarchy() {
        CgroupDirectory both = CgroupDirectory.open(directory, CgroupVersion.V1);
        opened.add(both);
        CgroupPlaces places =
                new CgroupPlaces(List.of(new CgroupPlaces.Place(new LinkedHashSet<>(List.of("cpu", "cpuacct")), both)));
        assertThat(CgroupView.of(places, Set.of()).orElseThrow())
                .asString()
                .contains("directory=cpu,cpuacct, links=[cpu, cpuacct]", "options={cpu=, cpuacct=}");
    }
}
