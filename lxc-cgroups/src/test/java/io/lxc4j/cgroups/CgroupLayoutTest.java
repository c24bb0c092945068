package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lxc4j.cgroups.CgroupLayout.Kind;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.MountInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CgroupLayoutTest {
    private static final String V2 =
            "32 24 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate";

    private static final String PROC = "21 27 0:20 / /proc rw,relatime - proc proc rw\n";

    @Test
    void aSystemdHostHasOneHierarchyForAll() {
        CgroupLayout layout = layout(
                PROC + V2,
                "0::/user.slice/user-1000.slice/session-2.scope",
                Map.of(
                        "/sys/fs/cgroup", "cpuset cpu io memory hugetlb pids rdma misc",
                        "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope", "memory pids"));
        assertThat(layout.kind()).isEqualTo(Kind.V2);
        CgroupHierarchy unified = layout.unified().orElseThrow();
        assertThat(unified.directory()).contains(Path.of("/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope"));
        assertThat(unified.delegated()).containsExactly("memory", "pids");
        assertThat(layout.controller("io")).contains(unified);
        assertThat(layout.controller("freezer")).isEmpty();
        assertThat(layout.controllers())
                .containsOnlyKeys("cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc");
        assertThat(layout)
                .hasToString("cgroup version 2\n  v2 cpuset,cpu,io,memory,hugetlb,pids,rdma,misc"
                        + " /sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope");
    }

    @Test
    void anOldHostHasCoMountedControllersAndNamedHierarchies() {
        CgroupLayout layout = layout("""
            25 17 0:20 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs ro,mode=755
            26 25 0:21 / /sys/fs/cgroup/systemd rw shared:9 - cgroup cgroup rw,xattr,release_agent=/lib/x,name=systemd
            30 25 0:25 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:13 - cgroup cgroup rw,cpuacct,cpu
            31 25 0:26 / /sys/fs/cgroup/memory rw,relatime shared:14 - cgroup cgroup rw,memory
            """, """
            11:pids:/user.slice
            4:memory:/
            3:cpuacct,cpu:/user.slice
            1:name=systemd:/user.slice/user-0.slice/session-1.scope
            """);
        assertThat(layout.kind()).isEqualTo(Kind.V1);
        assertThat(layout.hierarchies()).hasSize(3);
        assertThat(layout.unified()).isEmpty();
        assertThat(layout.controller("cpu")).isPresent().isEqualTo(layout.controller("cpuacct"));
        assertThat(layout.controller("cpu").orElseThrow().directory())
                .contains(Path.of("/sys/fs/cgroup/cpu,cpuacct/user.slice"));
        assertThat(layout.controller("memory").orElseThrow().directory()).contains(Path.of("/sys/fs/cgroup/memory"));
        assertThat(layout.controller("pids")).as("not mounted").isEmpty();
        CgroupHierarchy systemd = layout.named("systemd").orElseThrow();
        assertThat(systemd.controllers()).isEmpty();
        assertThat(systemd.directory())
                .contains(Path.of("/sys/fs/cgroup/systemd/user.slice/user-0.slice/session-1.scope"));
        assertThat(layout.named("")).isEmpty();
        assertThat(layout).hasToString("""
            cgroup version 1
              v1 name=systemd /sys/fs/cgroup/systemd/user.slice/user-0.slice/session-1.scope
              v1 cpuacct,cpu /sys/fs/cgroup/cpu,cpuacct/user.slice
              v1 memory /sys/fs/cgroup/memory\
            """.stripIndent());
    }

    @Test
    void aHybridHostHasBoth() {
        CgroupLayout layout = layout("""
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
            33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
            35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """, """
            9:name=systemd:/
            4:memory:/process_api/cd3e3937b6ef60710e73a16efaa5b51d
            2:cpuacct:/
            1:cpu:/
            0::/
            """);
        assertThat(layout.kind()).isEqualTo(Kind.HYBRID);
        assertThat(layout.hierarchies())
                .extracting(hierarchy -> hierarchy.mountPoint().getFileName().toString())
                .containsExactly("cpu", "cpuacct", "memory", "systemd", "unified");
        assertThat(layout.controller("memory").orElseThrow().directory())
                .contains(Path.of("/sys/fs/cgroup/memory/process_api/cd3e3937b6ef60710e73a16efaa5b51d"));
        CgroupHierarchy unified = layout.unified().orElseThrow();
        assertThat(unified.controllers()).isEmpty();
        assertThat(unified).hasToString("v2 without controllers /sys/fs/cgroup/unified");
    }

    @Test
    void nothingMountedIsNone() {
        CgroupLayout layout = layout(PROC, "1:cpu:/\n0::/");
        assertThat(layout.kind()).isEqualTo(Kind.NONE);
        assertThat(layout.hierarchies()).isEmpty();
        assertThat(layout).hasToString("no cgroups mounted");
        assertThat(layout(PROC, "").kind()).isEqualTo(Kind.NONE);
    }

    @Test
    void inDockerOnVersion1TheMountBeginsAtTheOwnCgroup() {
        CgroupLayout layout = layout(
                "600 599 0:30 /docker/4fe1 /sys/fs/cgroup/memory ro,nosuid master:14 - cgroup cgroup rw,memory",
                "5:memory:/docker/4fe1");
        assertThat(layout.controller("memory").orElseThrow().directory()).contains(Path.of("/sys/fs/cgroup/memory"));
        layout = layout(
                "600 599 0:30 /docker/4fe1 /sys/fs/cgroup/memory ro,nosuid master:14 - cgroup cgroup rw,memory",
                "5:memory:/docker/4fe1/child");
        assertThat(layout.controller("memory").orElseThrow().directory())
                .contains(Path.of("/sys/fs/cgroup/memory/child"));
    }

    @Test
    void inDockerOnVersion2TheNamespaceBeginsAtTheOwnCgroup() {
        CgroupLayout layout = layout(
                "700 699 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate",
                "0::/",
                Map.of("/sys/fs/cgroup", "cpu memory pids"));
        assertThat(layout.kind()).isEqualTo(Kind.V2);
        assertThat(layout.unified().orElseThrow().directory()).contains(Path.of("/sys/fs/cgroup"));
        assertThat(layout.unified().orElseThrow().delegated()).containsExactly("cpu", "memory", "pids");
    }

    @Test
    void aCgroupOutsideOfTheMountHasNoDirectory() {
        // The mount is older than the cgroup namespace: the name of the namespace's root in it can't be known.
        assertThat(own("/..", "/")).isNull();
        assertThat(own("/../..", "/..")).isNull();
        // Moved out of its namespace's root after that was made.
        assertThat(own("/", "/../sibling")).isNull();
        assertThat(own("/..", "/../sibling")).isEqualTo("/m/sibling");
        assertThat(own("/../sibling", "/../sibling/child")).isEqualTo("/m/child");
        assertThat(own("/a", "/ab")).as("no prefix by letters").isNull();
        assertThat(own("/", "/gone (deleted)")).isNull();
        assertThat(layout("1 2 0:28 /.. /m rw - cgroup2 none rw", "0::/"))
                .hasToString("cgroup version 2\n  v2 without controllers /m (which does not show this process's cgroup,"
                        + " / seen from /..)");
    }

    private static String own(String mountRoot, String processPath) {
        return CgroupHierarchy.directory(Path.of("/m"), mountRoot, processPath)
                .map(Path::toString)
                .orElse(null);
    }

    @Test
    void ofSeveralMountsTheOneThatShowsTheOwnCgroupIsTaken() {
        CgroupLayout layout = layout("""
            1 2 0:28 /other /a rw - cgroup2 none rw
            3 2 0:28 /own /b rw - cgroup2 none rw
            4 2 0:28 / /c rw - cgroup2 none rw
            5 2 0:28 / /d rw - cgroup2 none rw
            """, "0::/own");
        assertThat(layout.hierarchies()).hasSize(1);
        assertThat(layout.unified().orElseThrow().directory()).contains(Path.of("/c/own"));
    }

    @Test
    void aMountBelowAnotherMountIsNotSeen() {
        CgroupLayout layout = layout("""
            1 2 0:28 / /sys/fs/cgroup rw - cgroup2 none rw
            3 1 0:40 / /sys/fs/cgroup ro - tmpfs none ro
            """, "0::/");
        assertThat(layout.kind()).isEqualTo(Kind.NONE);
    }

    @Test
    void pathsMayHoldColonsAndBlanks() {
        CgroupLayout layout = layout("1 2 0:28 / /my\\040cgroups rw - cgroup2 none rw", "0::/a:b c/d");
        assertThat(layout.unified().orElseThrow().directory()).contains(Path.of("/my cgroups/a:b c/d"));
    }

    @Test
    void aStrangeLineIsAnError() {
        assertThatThrownBy(() -> layout(V2, "0:"))
                .isInstanceOf(HostUnsupportedException.class)
                .hasMessageContaining("0:");
    }

    @Test
    void whatThisMachineHasIsThere() throws Exception {
        CgroupLayout layout = CgroupLayout.detect();
        String pid = Long.toString(ProcessHandle.current().pid());
        for (CgroupHierarchy hierarchy : layout.hierarchies()) {
            if (hierarchy.directory().isPresent()) {
                assertThat(Files.readAllLines(hierarchy.directory().get().resolve("cgroup.procs")))
                        .as("processes of %s", hierarchy)
                        .contains(pid);
            }
        }
    }

    private static CgroupLayout layout(String mounts, String cgroups) {
        return layout(mounts, cgroups, Map.of());
    }

    private static CgroupLayout layout(String mounts, String cgroups, Map<String, String> controllers) {
        return CgroupLayout.of(
                MountInfo.parse(lines(mounts)),
                lines(cgroups),
                directory -> CgroupLayout.words(controllers.getOrDefault(directory.toString(), ""), " "));
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }
}
