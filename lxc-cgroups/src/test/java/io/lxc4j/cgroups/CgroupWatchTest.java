package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.cgroups.CgroupEvent.Emptied;
import io.lxc4j.cgroups.CgroupEvent.MemoryHigh;
import io.lxc4j.cgroups.CgroupEvent.MemoryMax;
import io.lxc4j.cgroups.CgroupEvent.OomKill;
import io.lxc4j.cgroups.CgroupEvent.Origin;
import io.lxc4j.cgroups.CgroupEvent.OutOfMemory;
import io.lxc4j.cgroups.CgroupEvent.PidsMax;
import io.lxc4j.cgroups.CgroupEvent.Populated;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A cgroup that is watched, here made of plain files,")
class CgroupWatchTest {
    private static final int SOON_SECONDS = 20;

    @TempDir
    Path tree;

    private final BlockingQueue<CgroupEvent> events = new LinkedBlockingQueue<>();
    private CgroupDirectory directory;

    @BeforeEach
    void fill() throws IOException {
        write("cgroup.events", "populated 0\nfrozen 0\n");
        memory("memory.events", 0, 0, 0, 0);
        memory("memory.events.local", 0, 0, 0, 0);
        write("pids.events", "max 0\n");
        write("pids.events.local", "max 0\n");
        directory = CgroupDirectory.open(tree, CgroupVersion.V2);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(tree.resolve(file), text);
    }

    private void memory(String file, long high, long max, long oom, long kills) throws IOException {
        write(file, "low 0\nhigh " + high + "\nmax " + max + "\noom " + oom + "\noom_kill " + kills + "\n");
    }

    private CgroupCounters counters() {
        return new CgroupCounters(Optional.of(directory), Optional.of(directory), Optional.of(directory));
    }

    private CgroupWatch watch() {
        return new CgroupWatch(counters(), events::add);
    }

    private List<CgroupEvent> seen() {
        List<CgroupEvent> seen = new ArrayList<>();
        events.drainTo(seen);
        return seen;
    }

    @Test
    @DisplayName("tells what hit its own limit from what hit one below")
    void origins() throws IOException {
        try (CgroupWatch watch = watch()) {
            memory("memory.events", 7, 5, 1, 0);
            memory("memory.events.local", 3, 5, 0, 0);
            write("pids.events", "max 4\n");
            write("pids.events.local", "max 1\n");
            write("cgroup.events", "populated 1\nfrozen 0\n");
            watch.look();
            List<CgroupEvent> seen = seen();
            Instant at = seen.getFirst().at();
            assertThat(seen)
                    .containsExactly(
                            new Populated(at),
                            new MemoryHigh(at, 3, Origin.SELF),
                            new MemoryHigh(at, 4, Origin.BELOW),
                            new MemoryMax(at, 5, Origin.SELF),
                            new OutOfMemory(at, 1, Origin.BELOW),
                            new PidsMax(at, 1, Origin.SELF),
                            new PidsMax(at, 3, Origin.BELOW));
            watch.look();
            assertThat(seen()).isEmpty();
            write("cgroup.events", "populated 0\nfrozen 0\n");
            watch.look();
            assertThat(seen()).singleElement().isInstanceOf(Emptied.class);
        }
    }

    @Test
    @DisplayName("is not taken in by an own count that is ahead of the whole for a moment")
    void own_count_ahead() throws IOException {
        try (CgroupWatch watch = watch()) {
            memory("memory.events.local", 0, 2, 0, 0);
            watch.look();
            memory("memory.events", 0, 2, 0, 0);
            watch.look();
            List<CgroupEvent> seen = seen();
            assertThat(seen).containsExactly(new MemoryMax(seen.getFirst().at(), 2, Origin.SELF));
        }
    }

    @Test
    @DisplayName("is looked at when the kernel says that a file has changed")
    void notices() throws Exception {
        try (CgroupWatch watch = watch()) {
            watch.start();
            write("cgroup.events", "populated 1\nfrozen 0\n");
            assertThat(events.poll(SOON_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Populated.class);
            memory("memory.events.local", 0, 0, 1, 0);
            memory("memory.events", 0, 0, 1, 0);
            assertThat(events.poll(SOON_SECONDS, TimeUnit.SECONDS)).isInstanceOf(OutOfMemory.class);
            write("pids.events.local", "max 1\n");
            write("pids.events", "max 1\n");
            assertThat(events.poll(SOON_SECONDS, TimeUnit.SECONDS)).isInstanceOf(PidsMax.class);
        }
    }

    @Test
    @DisplayName("may lack files, and then tells no such events")
    void missing() throws IOException {
        Files.delete(tree.resolve("memory.events"));
        Files.delete(tree.resolve("pids.events.local"));
        write("pids.max", "5");
        write("pids.current", "5");
        try (CgroupWatch watch = watch()) {
            assertThat(watch.kinds()).isEqualTo(Set.of(Populated.class, Emptied.class, PidsMax.class));
            write("pids.events", "max 1\n");
            watch.look();
            write("pids.events", "max 2\n");
            write("pids.current", "4");
            watch.look();
            write("pids.events", "max 3\n");
            write("pids.max", "max");
            watch.look();
            assertThat(seen())
                    .extracting(event -> ((PidsMax) event).origin())
                    .containsExactly(Origin.SELF, Origin.UNKNOWN, Origin.ABOVE);
        }
        CgroupListeners listeners = new CgroupListeners("x", counters(), new KernelLog("/dev/no-kmsg"));
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> listeners.add(OomKill.class, events::add))
                .withMessageContaining("listening to the cgroup x: this host tells no OomKill, but [Populated, Emptied,"
                        + " PidsMax]");
    }

    @Test
    @DisplayName("is looked at a last time when it is closed, and told to be empty when it is gone")
    void last_look() throws Exception {
        String control = "oom_kill_disable 0\nunder_oom 0\noom_kill ";
        write("memory.oom_control", control + "0\n");
        write("cgroup.events", "populated 1\nfrozen 0\n");
        try (CgroupDirectory memory = CgroupDirectory.open(tree, CgroupVersion.V1)) {
            CgroupListeners listeners = new CgroupListeners(
                    "x",
                    new CgroupCounters(Optional.of(memory), Optional.empty(), Optional.of(directory)),
                    new KernelLog("/dev/no-kmsg"));
            listeners.add(CgroupEvent.class, events::add);
            write("memory.oom_control", control + "2\n"); // of which the kernel says nothing
            listeners.end();
            assertThat(events.poll(SOON_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            OomKill.class, kill -> assertThat(kill.processes()).isEqualTo(2));
            assertThat(events).isEmpty();
            listeners.ended();
            assertThat(events.poll(SOON_SECONDS, TimeUnit.SECONDS)).isInstanceOf(Emptied.class);
        }
    }

    @Test
    @DisplayName("without a hierarchy of version 2 tells neither that it is empty nor pressure")
    void pure_version_1() {
        CgroupCounters counters = new CgroupCounters(Optional.of(directory), Optional.empty(), Optional.empty());
        CgroupListeners listeners = new CgroupListeners("x", counters, new KernelLog("/dev/no-kmsg"));
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> listeners.add(Emptied.class, events::add))
                .withMessageContaining("this host tells no Emptied");
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> listeners.add(
                        PressureTrigger.some(PressureTrigger.Resource.CPU, Duration.ofMillis(1), Duration.ofSeconds(2)),
                        events::add))
                .withMessageContaining("only cgroup version 2 tells it");
    }

    @Test
    @DisplayName("on a kernel without pressure gives an error that says what it needs")
    void no_pressure() {
        CgroupListeners listeners = new CgroupListeners("x", counters(), new KernelLog("/dev/no-kmsg"));
        assertThatExceptionOfType(HostUnsupportedException.class)
                .isThrownBy(() -> listeners.add(
                        PressureTrigger.some(PressureTrigger.Resource.CPU, Duration.ofMillis(1), Duration.ofSeconds(2)),
                        events::add))
                .withMessageContaining(
                        "cpu.pressure some 1000 2000000: this kernel counts no pressure; it needs" + " CONFIG_PSI");
    }

    private OomKills kills(Path log, String path) {
        return new OomKills(new KernelLog(log.toString()), Optional.of(path), true, true);
    }

    private static void log(Path log, String cgroup, long pid) throws IOException {
        Files.writeString(
                log,
                "6,1,1,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg="
                        + cgroup + ",task_memcg=" + cgroup + ",task=sh,pid=" + pid + ",uid=0\n",
                StandardOpenOption.APPEND);
    }

    @Test
    @DisplayName("finds its own processes in the kernel's log, and of one record for several says how many")
    void kernel_log() throws IOException {
        Path log = Files.createFile(tree.resolve("kmsg"));
        log(log, "/a", 1);
        Instant at = Instant.EPOCH;
        try (OomKills kills = kills(log, "/a")) {
            assertThat(kills.events(at, 1))
                    .as("what was there before is not read")
                    .singleElement()
                    .satisfies(kill -> assertThat(kill.victim()).isEmpty());
            log(log, "/b", 2);
            assertThat(kills.events(at, 1).getFirst().victim()).isEmpty();
            log(log, "/a", 3);
            OomKill group = kills.events(at, 5).getFirst();
            assertThat(group.processes()).isEqualTo(5);
            assertThat(group.victim().orElseThrow().pid()).hasValue(3);
            assertThat(group.origin()).isEqualTo(Origin.SELF);
            assertThat(kills.events(at, 1).getFirst().unknown()).startsWith("the kernel's log has no such record");
        }
    }

    @Test
    @DisplayName("takes no more records than processes, and the rest with the next count")
    void kernel_log_ahead() throws IOException {
        Path log = Files.createFile(tree.resolve("kmsg"));
        KernelLog kernel = new KernelLog(log.toString());
        try (OomKills kills = new OomKills(kernel, Optional.of("/a"), true, true)) {
            log(log, "/a", 3);
            kernel.position();
            log(log, "/a", 4);
            assertThat(kills.events(Instant.EPOCH, 1))
                    .extracting(kill -> kill.victim().orElseThrow().pid().orElseThrow())
                    .containsExactly(3L);
            kernel.position();
            log(log, "/a", 5);
            assertThat(kills.events(Instant.EPOCH, 3))
                    .extracting(kill -> kill.victim().orElseThrow().pid().orElseThrow() + ": " + kill.processes())
                    .containsExactly("4: 1", "5: 2");
        }
    }

    @Test
    @DisplayName("without a record says whose limit it was by the counts of the last seconds")
    void without_record() {
        KernelLog log = new KernelLog("/dev/no-kmsg");
        try (OomKills kills = new OomKills(log, Optional.empty(), true, true)) {
            assertThat(kills.events(Instant.EPOCH, 1).getFirst().origin()).isEqualTo(Origin.ABOVE);
            kills.outOfMemory(Origin.BELOW);
            assertThat(kills.events(Instant.EPOCH, 1).getFirst().origin()).isEqualTo(Origin.BELOW);
            kills.outOfMemory(Origin.SELF);
            assertThat(kills.events(Instant.EPOCH, 1).getFirst().origin()).isEqualTo(Origin.SELF);
        }
        try (OomKills kills = new OomKills(log, Optional.empty(), true, false)) {
            assertThat(kills.events(Instant.EPOCH, 1).getFirst().origin()).isEqualTo(Origin.UNKNOWN);
        }
    }

    @Test
    @DisplayName("has a path in the kernel's log that begins at the root of the hierarchy")
    void paths() {
        String mount = "32 24 0:28 %s %s rw - cgroup2 cgroup2 rw";
        assertThat(path(mount.formatted("/", tree.getParent()))).contains("/" + tree.getFileName());
        assertThat(path(mount.formatted("/docker/x", tree.getParent()))).contains("/docker/x/" + tree.getFileName());
        assertThat(path(mount.formatted("/../x", tree.getParent()))).isEmpty();
        assertThat(path(mount.formatted("/", "/elsewhere"))).isEmpty();
    }

    private Optional<String> path(String mount) {
        return CgroupPath.of(CgroupLayout.of(MountInfo.parse(mount), List.of("0::/"), _ -> Set.of()), directory);
    }
}
