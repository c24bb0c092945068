package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Architecture;
import io.lxc4j.kernel.Sys;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

@DisplayName("The devices of a cgroup")
@Timeout(120)
class DeviceAccessIT {
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Opens and makes nodes, and prints the error of each, or 0. Its flags are those of open(2). */
    private static final String AGENT = "$| = 1; while (<STDIN>) { chomp; my ($what, $path, $n) = split / /; $! = 0;"
            + " my $done = $what eq 'open' ? sysopen(my $f, $path, $n | 04400)"
            + " : syscall("
            + Sys.MKNODAT.number(Architecture.current())
            + ", -100, \"$path\", $what eq 'b' ? 0060600 : 0020600, $n + 0) == 0;"
            + " unlink $path if $done && $what ne 'open'; print(($done ? 0 : $! + 0) . \"\\n\"); }";

    /** What a test wants to have it by. */
    enum Way {
        FILES,
        PROGRAM
    }

    private record Node(DeviceKind kind, int major, int minor) {
        String name() {
            return kind.letter() + "-" + major + "-" + minor;
        }
    }

    private static final List<Node> NODES = List.of(
            new Node(DeviceKind.CHARACTER, 1, 3),
            new Node(DeviceKind.CHARACTER, 1, 5),
            new Node(DeviceKind.CHARACTER, 5, 0),
            new Node(DeviceKind.CHARACTER, 5, 2),
            new Node(DeviceKind.BLOCK, 1, 3));

    @TempDir
    Path directory;

    private static Optional<CgroupPlaces.Place> place(CgroupPlaces places, Way way) {
        return way == Way.PROGRAM
                ? places.unified()
                : places.of(Programmed.DEVICES).filter(place -> place.version() == CgroupVersion.V1);
    }

    /** Only the hierarchy that this is about. */
    private static CgroupPlaces places(Way way) {
        CgroupPlaces places = CgroupPlaces.find(CgroupLayout.detect());
        return place(places, way)
                .map(place -> new CgroupPlaces(List.of(place)))
                .orElseThrow(() -> new TestAbortedException("needs a hierarchy for devices by " + way));
    }

    @BeforeEach
    void makeNodes() throws Exception {
        Requirement.ROOT.assume();
        for (Node node : NODES) {
            Process made = new ProcessBuilder(
                            "mknod",
                            directory.resolve(node.name()).toString(),
                            String.valueOf(node.kind().letter()),
                            Integer.toString(node.major()),
                            Integer.toString(node.minor()))
                    .inheritIO()
                    .start();
            assertThat(made.waitFor()).isZero();
        }
    }

    private static Cgroup make(CgroupPlaces places, DeviceAccess access) {
        return Cgroup.make(places, "devices", Limits.builder().devices(access).build(), Limits.none());
    }

    /** A process that opens what it is told to. */
    private final class Agent implements AutoCloseable {
        private final Process process = new ProcessBuilder("perl", "-e", AGENT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();

        Agent(Cgroup cgroup) throws IOException {
            cgroup.add(process.pid());
        }

        private boolean isAllowed(String command) throws IOException {
            process.outputWriter().append(command).append('\n').flush();
            String answer = process.inputReader().readLine();
            return Integer.parseInt(answer) != Errno.EPERM.number();
        }

        boolean opens(Node node, Set<DevicePermission> wanted) throws IOException {
            int mode = wanted.size() == 2 ? 2 : wanted.contains(DevicePermission.WRITE) ? 1 : 0;
            return isAllowed("open " + directory.resolve(node.name()) + " " + mode);
        }

        boolean makes(Node node) throws IOException {
            return isAllowed(
                    node.kind().letter() + " " + directory.resolve("made") + " " + (node.major() << 8 | node.minor()));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static List<Set<DevicePermission>> openings() {
        return List.of(
                Set.of(DevicePermission.READ),
                Set.of(DevicePermission.WRITE),
                EnumSet.of(DevicePermission.READ, DevicePermission.WRITE));
    }

    private static void check(Agent agent, DeviceAccess access) throws IOException {
        for (Node node : NODES) {
            for (Set<DevicePermission> wanted : openings()) {
                assertThat(agent.opens(node, wanted))
                        .as("%s: opening %s for %s", access, node, wanted)
                        .isEqualTo(DeviceRandom.isAllowed(access, node.kind(), node.major(), node.minor(), wanted));
            }
            assertThat(agent.makes(node))
                    .as("%s: making %s", access, node)
                    .isEqualTo(DeviceRandom.isAllowed(
                            access, node.kind(), node.major(), node.minor(), Set.of(DevicePermission.MKNOD)));
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "are for the kernel what random rules say, update after update, or the rules are refused and those before"
                    + " hold")
    void random_rules(Way way) throws Exception {
        DeviceRandom random = new DeviceRandom(3);
        DeviceAccess last = DeviceAccess.standard();
        int refused = 0;
        try (Cgroup cgroup = make(places(way), last);
                Agent agent = new Agent(cgroup)) {
            check(agent, last);
            for (int run = 0; run < 60; run++) {
                DeviceAccess next = random.access(6);
                try {
                    cgroup.update(Limits.builder().devices(next).build());
                    last = next;
                } catch (HostUnsupportedException e) {
                    assertThat(e).hasMessageStartingWith("limit devices: ");
                    refused++;
                }
                check(agent, last);
                assertThat(cgroup.devices()).hasValue(last);
            }
        }
        assertThat(refused).isEqualTo(way == Way.PROGRAM ? 0 : refused).isLessThan(30);
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("are its children's at the most, and of none of its siblings")
    void children(Way way) throws Exception {
        Node node = NODES.getFirst();
        Set<DevicePermission> read = Set.of(DevicePermission.READ);
        CgroupPlaces places = places(way);
        try (Cgroup cgroup = make(places, DeviceAccess.none().with(DeviceRule.allow("c 1:3 r")));
                Cgroup sibling = Cgroup.make(
                        places,
                        "sibling",
                        Limits.builder().devices(DeviceAccess.all()).build(),
                        Limits.none())) {
            try (Cgroup child = cgroup.createChild("child", Limits.none());
                    Agent agent = new Agent(child);
                    Agent other = new Agent(sibling)) {
                assertThat(agent.opens(node, read)).isTrue();
                assertThat(agent.opens(NODES.get(1), read)).isFalse();
                assertThat(other.opens(NODES.get(1), read)).isTrue();
                assertThat(child.devices()).isEmpty();
            }
            Limits more = Limits.builder().devices(DeviceAccess.standard()).build();
            if (way == Way.FILES) {
                assertThatExceptionOfType(HostUnsupportedException.class)
                        .isThrownBy(() -> cgroup.createChild("more", more))
                        .withMessageContaining("a cgroup above does not allow as much");
            } else {
                try (Cgroup child = cgroup.createChild("more", more);
                        Agent agent = new Agent(child)) {
                    assertThat(agent.opens(node, read)).isTrue();
                    assertThat(agent.opens(NODES.get(1), read)).isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("that stay allowed can be opened all the time while others change")
    void gapless(Way way) throws Exception {
        DeviceAccess one = DeviceAccess.standard();
        DeviceAccess other = DeviceAccess.standard().with(DeviceRule.allow("c 10:229 rw"), DeviceRule.deny("c 1:9 rw"));
        try (Cgroup cgroup = make(places(way), one);
                Agent agent = new Agent(cgroup)) {
            Thread changing = Thread.ofPlatform().daemon().start(() -> {
                for (int run = 0; run < 200; run++) {
                    cgroup.update(
                            Limits.builder().devices(run % 2 == 0 ? other : one).build());
                }
            });
            int opened = 0;
            while (changing.isAlive()) {
                assertThat(agent.opens(NODES.getFirst(), Set.of(DevicePermission.READ)))
                        .isTrue();
                opened++;
            }
            assertThat(opened).isGreaterThan(20);
            assertThat(cgroup.devices()).hasValue(one);
        }
    }

    @Test
    @DisplayName("are changed in dependence on what they are, or not at all")
    void changed() {
        DeviceRule fuse = DeviceRule.allow("c 10:229 rw");
        try (Cgroup cgroup = make(places(Way.PROGRAM), DeviceAccess.standard())) {
            cgroup.updateDevices(before -> before.with(fuse));
            assertThat(cgroup.devices()).hasValue(DeviceAccess.standard().with(fuse));
            cgroup.updateDevices(before -> before.without(fuse));
            assertThat(cgroup.devices()).hasValue(DeviceAccess.standard());
        }
        try (Cgroup cgroup = Cgroup.create("unlimited", Limits.none())) {
            cgroup.updateDevices(before -> before.with(fuse));
            assertThat(cgroup.devices()).isEmpty();
        }
    }

    @Test
    @DisplayName("can be as many as rules may be, which the kernel verifies")
    void many() throws Exception {
        List<DeviceRule> rules = new ArrayList<>();
        for (int number = 0; number < 249; number++) {
            rules.add(DeviceRule.allow("c " + (number % 200 + 300) + ":" + number + (number % 3 == 0 ? " r" : " w")));
        }
        rules.addFirst(DeviceRule.allow("c 1:3 r"));
        try (Cgroup cgroup = make(places(Way.PROGRAM), new DeviceAccess(rules));
                Agent agent = new Agent(cgroup)) {
            assertThat(agent.opens(NODES.getFirst(), Set.of(DevicePermission.READ)))
                    .isTrue();
            assertThat(agent.opens(NODES.getFirst(), Set.of(DevicePermission.WRITE)))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("leave no descriptor and no program when the cgroup is closed, or could not be made")
    void nothing_is_left(Way way) throws Exception {
        CgroupPlaces places = places(way);
        make(places, DeviceAccess.standard()).close();
        Programs.awaitRest();
        int programs = Programs.count();
        int descriptors = Programs.descriptors();
        for (int run = 0; run < 200; run++) {
            try (Cgroup cgroup = make(places, DeviceAccess.standard())) {
                cgroup.update(Limits.builder().devices(DeviceAccess.all()).build());
                assertThatExceptionOfType(ContainerException.class)
                        .isThrownBy(() -> Cgroup.make(
                                places,
                                "failing",
                                Limits.builder()
                                        .devices(DeviceAccess.standard())
                                        .cpuset("8000")
                                        .build(),
                                Limits.none()));
            }
        }
        assertThat(Programs.descriptors()).isEqualTo(descriptors);
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(Programs.count()).isLessThanOrEqualTo(programs));
        assertThat(places.places().getFirst().directory().children()).doesNotContain("lxc4j-devices", "lxc4j-failing");
    }
}
