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
import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.testing.Requirement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

@DisplayName("Who listens to a cgroup")
@Timeout(60)
class CgroupEventsIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** Uses 100 MB, if it may. */
    private static final String LARGE = "exec perl -e '$x = \"x\" x 100_000_000; sleep 100'";

    private static final String BUSY = "while :; do :; done";

    private final Inhabitants workload = new Inhabitants();
    private final BlockingQueue<CgroupEvent> events = new LinkedBlockingQueue<>();

    @BeforeAll
    static void probe() {
        Requirement.ROOT.assume();
    }

    @AfterEach
    void end() {
        workload.close();
    }

    private static Cgroup create(String name, Limits.Builder limits) {
        return Cgroup.create("events-" + name, limits.build());
    }

    private static Limits.Builder memory(long mebibytes) {
        return Limits.builder().memoryMax(ByteSize.mebibytes(mebibytes));
    }

    private static boolean hasMemoryV2() {
        return isV2("memory");
    }

    private static boolean isV2(String controller) {
        return CgroupLayout.detect()
                .controller(controller)
                .filter(hierarchy -> hierarchy.version() == CgroupVersion.V2)
                .isPresent();
    }

    private static void needsV2(String controller) {
        if (!isV2(controller)) {
            throw new TestAbortedException("the controller " + controller + " is in version 1 here");
        }
    }

    private <E extends CgroupEvent> E next(Class<E> kind) throws InterruptedException {
        return next(kind, _ -> true);
    }

    private <E extends CgroupEvent> E next(Class<E> kind, Predicate<E> wanted) throws InterruptedException {
        List<CgroupEvent> others = new ArrayList<>();
        CgroupEvent event;
        while ((event = events.poll(SOON.toMillis(), TimeUnit.MILLISECONDS)) != null) {
            if (kind.isInstance(event) && wanted.test(kind.cast(event))) {
                return kind.cast(event);
            }
            others.add(event);
        }
        return Assertions.fail("no " + kind.getSimpleName() + ", but " + others);
    }

    /** The cgroup's path in the hierarchy of a controller. */
    private static String path(Cgroup cgroup) {
        CgroupHierarchy hierarchy = CgroupLayout.detect().controller("memory").orElseThrow();
        Path directory = cgroup.directories().stream()
                .filter(path -> path.startsWith(hierarchy.mountPoint()))
                .findFirst()
                .orElseThrow();
        return "/" + hierarchy.mountPoint().relativize(directory);
    }

    /** Ends a process. */
    private interface Scenario {
        OomKill run() throws Exception;
    }

    /** The kernel logs ten such ends in five seconds, with those of others on this machine: if it has not, once more. */
    private static OomKill logged(Scenario scenario) throws Exception {
        OomKill kill = scenario.run();
        for (int tries = 0; tries < 5 && kill.unknown().contains("no such record"); tries++) {
            Thread.sleep(5000);
            kill = scenario.run();
        }
        return kill;
    }

    @Test
    @DisplayName("is told when it gets its first process and loses its last, in a virtual thread")
    void populated() throws Exception {
        BlockingQueue<Boolean> isVirtual = new LinkedBlockingQueue<>();
        try (Cgroup cgroup = create("populated", Limits.builder())) {
            cgroup.onEvent(event -> {
                isVirtual.add(Thread.currentThread().isVirtual());
                events.add(event);
            });
            for (int i = 0; i < 3; i++) {
                Process process = workload.start(cgroup, "read more");
                next(Populated.class);
                process.destroyForcibly().waitFor();
                next(Emptied.class);
            }
            assertThat(events).isEmpty();
            assertThat(isVirtual).containsOnly(true);
        }
    }

    @Test
    @DisplayName("is told which process was ended for want of memory, and that its own limit was hit")
    void oom_kill() throws Exception {
        try (Cgroup cgroup = create("oom", memory(20).swapMax(ByteSize.bytes(0)))) {
            cgroup.onEvent(events::add);
            for (int i = 0; i < 3; i++) {
                List<Process> processes = new ArrayList<>();
                OomKill kill = logged(() -> {
                    processes.add(workload.start(cgroup, LARGE));
                    OutOfMemory outOfMemory = next(OutOfMemory.class);
                    assertThat(outOfMemory.origin()).isEqualTo(hasMemoryV2() ? Origin.SELF : Origin.UNKNOWN);
                    assertThat(processes.getLast().waitFor()).isEqualTo(128 + 9);
                    return next(OomKill.class);
                });
                assertThat(kill.processes()).isOne();
                assertThat(kill.origin()).isEqualTo(Origin.SELF);
                assertThat(kill.limited()).contains(path(cgroup));
                assertThat(kill.unknown()).isEmpty();
                CgroupEvent.Victim victim = kill.victim().orElseThrow();
                assertThat(victim.pid()).hasValue(processes.getLast().pid());
                assertThat(victim.name()).isEqualTo("perl");
                assertThat(victim.cgroup()).isEqualTo(path(cgroup));
            }
        }
    }

    @Test
    @DisplayName("is told the right process whatever name that has chosen")
    void hostile_name(@TempDir Path directory) throws Exception {
        List<String> names =
                List.of(",pid=1,uid=0", "\n6,1,1,-;,pid=1", ",task=x,pid=1", "a,oom_memcg=", "oom-kill:pid=1");
        for (String name : names) {
            Path shell = Files.createSymbolicLink(directory.resolve(name), Path.of("/bin/sh"));
            List<Process> processes = new ArrayList<>();
            OomKill kill = logged(() -> {
                try (Cgroup cgroup = create("name", memory(20).swapMax(ByteSize.bytes(0)))) {
                    cgroup.onEvent(OomKill.class, events::add);
                    processes.add(workload.start(
                            cgroup, shell.toString(), "x=y; while :; do x=$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x$x; done"));
                    return next(OomKill.class);
                }
            });
            CgroupEvent.Victim victim = kill.victim().orElseThrow();
            assertThat(victim.pid()).hasValue(processes.getLast().pid());
            assertThat(victim.name()).isEqualTo(name.replace("\n", "\\x0a"));
            Files.delete(shell);
        }
    }

    @Test
    @DisplayName("is told that a limit above was hit, and by its path which")
    void limit_above() throws Exception {
        try (Cgroup parent = create("above", memory(20).swapMax(ByteSize.bytes(0)));
                Cgroup child = parent.createChild("child", Limits.none())) {
            child.onEvent(OomKill.class, events::add);
            OomKill kill = logged(() -> {
                workload.start(child, LARGE);
                return next(OomKill.class);
            });
            assertThat(kill.origin()).isEqualTo(Origin.ABOVE);
            assertThat(kill.limited()).contains(path(parent));
            assertThat(kill.victim().orElseThrow().cgroup()).isEqualTo(path(child));
            assertThat(kill.victim().orElseThrow().pid()).isPresent();
        }
    }

    @Test
    @DisplayName("is told what happened below, in version 2")
    void limit_below() throws Exception {
        needsV2("memory");
        try (Cgroup parent = create("below", Limits.builder());
                Cgroup child = parent.createChild(
                        "child", memory(20).swapMax(ByteSize.bytes(0)).build())) {
            parent.onEvent(events::add);
            OomKill kill = logged(() -> {
                workload.start(child, LARGE);
                assertThat(next(OutOfMemory.class).origin()).isEqualTo(Origin.BELOW);
                return next(OomKill.class);
            });
            assertThat(kill.origin()).isEqualTo(Origin.BELOW);
            assertThat(kill.limited()).contains(path(child));
        }
    }

    @Test
    @DisplayName("is told why the process is not known where the kernel's log can't be read")
    void without_log() throws Exception {
        try (Cgroup cgroup = create("blind", memory(20).swapMax(ByteSize.bytes(0)))) {
            CgroupHierarchy hierarchy =
                    CgroupLayout.detect().controller("memory").orElseThrow();
            Path path = cgroup.directories().stream()
                    .filter(each -> each.startsWith(hierarchy.mountPoint()))
                    .findFirst()
                    .orElseThrow();
            try (CgroupDirectory directory = CgroupDirectory.open(path, hierarchy.version())) {
                CgroupListeners listeners = new CgroupListeners(
                        "blind",
                        new CgroupCounters(Optional.of(directory), Optional.empty(), Optional.empty()),
                        new KernelLog("/dev/no-kmsg"));
                try (Subscription _ = listeners.add(OomKill.class, events::add)) {
                    workload.start(cgroup, LARGE);
                    OomKill kill = next(OomKill.class);
                    assertThat(kill.victim()).isEmpty();
                    assertThat(kill.origin()).isEqualTo(hasMemoryV2() ? Origin.SELF : Origin.UNKNOWN);
                    assertThat(kill.unknown())
                            .startsWith("the kernel's log can't be read; that takes CAP_SYSLOG")
                            .contains("ENOENT");
                }
            }
        }
    }

    @Test
    @DisplayName("is told of what has happened right before it is closed, and that it is empty then")
    void last_events() throws Exception {
        List<Process> processes = new ArrayList<>();
        OomKill kill = logged(() -> {
            Cgroup cgroup = create("last", memory(20).swapMax(ByteSize.bytes(0)));
            cgroup.onEvent(events::add);
            processes.add(workload.start(cgroup, LARGE));
            processes.getLast().waitFor();
            workload.start(cgroup, "sleep 100");
            cgroup.close();
            OomKill told = next(OomKill.class);
            next(Emptied.class);
            return told;
        });
        assertThat(kill.victim().orElseThrow().pid())
                .hasValue(processes.getLast().pid());
    }

    @Test
    @DisplayName("is told when a process is refused")
    void pids() throws Exception {
        try (Cgroup cgroup = create("pids", Limits.builder().pidsMax(1))) {
            cgroup.onEvent(PidsMax.class, events::add);
            workload.start(cgroup, "(sleep 0 & wait); read more");
            PidsMax refused = next(PidsMax.class);
            assertThat(refused.times()).isPositive();
            assertThat(refused.origin()).isIn(Origin.SELF, Origin.UNKNOWN);
        }
        if (isV2("pids")) {
            try (Cgroup parent = create("pids", Limits.builder().pidsMax(1));
                    Cgroup child = parent.createChild("child", Limits.none())) {
                parent.onEvent(PidsMax.class, events::add);
                workload.start(child, "(sleep 0 & wait); read more");
                assertThat(next(PidsMax.class).origin()).isEqualTo(Origin.SELF);
            }
        }
    }

    @Test
    @DisplayName("is told when memory is above what slows down, and at what may be had, in version 2")
    void high_and_max() throws Exception {
        needsV2("memory");
        try (Cgroup cgroup = create(
                "high",
                Limits.builder()
                        .memoryHigh(ByteSize.mebibytes(10))
                        .memoryMax(ByteSize.mebibytes(12))
                        .swapMax(ByteSize.bytes(0)))) {
            cgroup.onEvent(events::add);
            workload.start(cgroup, LARGE);
            assertThat(next(MemoryHigh.class).origin()).isEqualTo(Origin.SELF);
            assertThat(next(MemoryMax.class).origin()).isEqualTo(Origin.SELF);
        }
    }

    @Test
    @DisplayName("of one kind of events that this host does not tell gets an error that names those it does")
    void kinds() {
        try (Cgroup cgroup = create("kinds", Limits.builder())) {
            if (!hasMemoryV2()) {
                assertThatExceptionOfType(HostUnsupportedException.class)
                        .isThrownBy(() -> cgroup.onEvent(MemoryHigh.class, events::add))
                        .withMessageContaining(
                                "this host tells no MemoryHigh, but [Populated, Emptied, OomKill, PidsMax,"
                                        + " OutOfMemory]");
            }
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> cgroup.onEvent(CgroupEvent.Pressure.class, events::add))
                    .withMessageContaining("use onPressure");
            cgroup.onEvent(PidsMax.class, events::add).close();
        }
    }

    @Test
    @DisplayName("is told when processes wait too long for a CPU")
    void pressure() throws Exception {
        PressureTrigger trigger =
                PressureTrigger.some(PressureTrigger.Resource.CPU, Duration.ofMillis(100), Duration.ofSeconds(2));
        try (Cgroup cgroup = create("pressure", Limits.builder().cpuset(0))) {
            cgroup.onPressure(trigger, events::add);
            for (int i = 0; i < 3; i++) {
                workload.start(cgroup, BUSY);
            }
            for (int i = 0; i < 2; i++) {
                assertThat(next(CgroupEvent.Pressure.class).trigger()).isEqualTo(trigger);
            }
        }
    }

    @Test
    @DisplayName("gets an error for a window that this user may not have")
    void pressure_refused() throws Exception {
        PressureTrigger trigger =
                PressureTrigger.full(PressureTrigger.Resource.MEMORY, Duration.ofMillis(100), Duration.ofMillis(700));
        String capabilities = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .findFirst()
                .orElseThrow();
        boolean mayAll = (Long.parseLong(capabilities.substring(7).strip(), 16) & 1 << 24) != 0;
        try (Cgroup cgroup = create("window", Limits.builder())) {
            long before = descriptors();
            if (mayAll) {
                cgroup.onPressure(trigger, events::add).close();
            } else {
                assertThatExceptionOfType(HostUnsupportedException.class)
                        .isThrownBy(() -> cgroup.onPressure(trigger, events::add))
                        .withMessageContaining("memory.pressure full 100000 700000")
                        .withMessageContaining("without CAP_SYS_RESOURCE the window must be a whole number of 2 s");
            }
            assertThat(descriptors()).isEqualTo(before);
        }
    }

    @Test
    @DisplayName("is told statistics at once and then again and again, and what holds now if it is slow")
    void statistics() throws Exception {
        BlockingQueue<CgroupStats> told = new LinkedBlockingQueue<>();
        try (Cgroup cgroup = create("stats", Limits.builder())) {
            try (Subscription _ = cgroup.stats(Duration.ofMillis(20), told::add)) {
                CgroupStats last = told.poll(SOON.toMillis(), TimeUnit.MILLISECONDS);
                for (int i = 0; i < 10; i++) {
                    CgroupStats next = told.poll(SOON.toMillis(), TimeUnit.MILLISECONDS);
                    assertThat(next.elapsed(last)).isPositive();
                    last = next;
                }
            }
            BlockingQueue<Boolean> fresh = new LinkedBlockingQueue<>();
            AtomicReference<Duration> ready = new AtomicReference<>(Duration.ZERO);
            CountDownLatch done = new CountDownLatch(3);
            try (Subscription _ = cgroup.stats(Duration.ofMillis(1), stats -> {
                fresh.add(stats.monotonicTime().compareTo(ready.get()) >= 0);
                sleep(300);
                ready.set(Duration.ofNanos(System.nanoTime()));
                done.countDown();
            })) {
                assertThat(done.await(SOON.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            }
            assertThat(fresh)
                    .as("taken when the listener was ready, and not made up for")
                    .hasSizeBetween(3, 4)
                    .containsOnly(true);
            assertThatExceptionOfType(InvalidSpecificationException.class)
                    .isThrownBy(() -> cgroup.stats(Duration.ofNanos(999_999), told::add))
                    .withMessageContaining("each 999999 ns: the interval must be at least 1 ms");
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("goes on to be told after it has thrown")
    void failing_listener() throws Exception {
        try (Cgroup cgroup = create("failing", Limits.builder())) {
            cgroup.onEvent(event -> {
                events.add(event);
                throw new IllegalStateException("as the test wants it");
            });
            Process process = workload.start(cgroup, "read more");
            next(Populated.class);
            process.destroyForcibly();
            next(Emptied.class);
        }
    }

    @Test
    @DisplayName("may close its subscription and the cgroup while it is told")
    void closing_inside() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Cgroup cgroup = create("inside", Limits.builder());
        List<Subscription> own = new ArrayList<>();
        synchronized (own) {
            own.add(cgroup.onEvent(event -> {
                events.add(event);
                synchronized (own) {
                    own.getFirst().close();
                }
                cgroup.close();
                closed.countDown();
            }));
        }
        cgroup.onEvent(Emptied.class, events::add);
        workload.start(cgroup, "sleep 100");
        next(Populated.class);
        assertThat(closed.await(SOON.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        next(Emptied.class);
        assertThat(cgroup.directories()).allSatisfy(path -> assertThat(path).doesNotExist());
        for (var listening : List.<Runnable>of(
                () -> cgroup.onEvent(events::add),
                () -> cgroup.stats(Duration.ofSeconds(1), _ -> {}),
                () -> cgroup.onPressure(
                        PressureTrigger.some(PressureTrigger.Resource.IO, Duration.ofSeconds(1), Duration.ofSeconds(2)),
                        events::add))) {
            assertThatExceptionOfType(ContainerException.class)
                    .isThrownBy(listening::run)
                    .withMessage("the cgroup events-inside is closed");
        }
    }

    @Test
    @Timeout(240)
    @DisplayName("and does so a thousand times leaves no descriptor, and no thread each")
    void leaks() throws Exception {
        PressureTrigger trigger =
                PressureTrigger.some(PressureTrigger.Resource.MEMORY, Duration.ofSeconds(1), Duration.ofSeconds(2));
        try (Cgroup cgroup = create("leaks", Limits.builder())) {
            cgroup.onEvent(events::add).close();
            cgroup.stats(Duration.ofSeconds(1), _ -> {}).close();
            long before = descriptors();
            long threads = threads();
            for (int i = 0; i < 1000; i++) {
                Subscription all = cgroup.onEvent(events::add);
                try (Subscription _ = cgroup.onEvent(PidsMax.class, events::add);
                        Subscription _ = cgroup.stats(Duration.ofSeconds(1), _ -> {})) {
                    all.close();
                    all.close();
                }
                if (i % 20 == 0) { // the kernel takes milliseconds to give one up
                    cgroup.onPressure(trigger, events::add).close();
                }
            }
            awaitDescriptors(before);
            assertThat(threads()).isLessThan(threads + 20);
        }
        long before = descriptors();
        for (int i = 0; i < 20; i++) {
            try (Cgroup cgroup = create("leaks", Limits.builder())) {
                long own = descriptors();
                cgroup.onEvent(PidsMax.class, events::add);
                long listened = own + (hasMemoryV2() ? 0 : 1); // an eventfd where memory is in version 1
                awaitDescriptors(listened);
                for (int j = 0; j < 20; j++) {
                    cgroup.onEvent(PidsMax.class, events::add);
                    cgroup.stats(Duration.ofSeconds(1), _ -> {});
                }
                awaitDescriptors(listened);
                cgroup.onPressure(trigger, events::add);
                cgroup.onEvent(events::add);
            }
        }
        awaitDescriptors(before);
    }

    /** Who looks at the cgroup opens files for a moment. */
    private static void awaitDescriptors(long count) {
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(descriptors()).isEqualTo(count));
    }

    /** Without files that are kept open as long as they are read. */
    private static long descriptors() throws Exception {
        return Inhabitants.descriptors() - KeptFiles.open();
    }

    private static long threads() throws Exception {
        try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.count();
        }
    }

    @Test
    @DisplayName("can freeze it while somebody closes it, and gets an error that says so")
    void freeze_and_close() throws Exception {
        for (int i = 0; i < 20; i++) {
            Cgroup cgroup = create("race", Limits.builder());
            workload.start(cgroup, BUSY);
            BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
            Thread freezer = Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        cgroup.freeze(SOON);
                        cgroup.thaw();
                    }
                } catch (ContainerException | InterruptedException | IllegalStateException e) {
                    failures.add(e);
                }
            });
            Thread.sleep(i);
            cgroup.close();
            freezer.join();
            assertThat(failures.take())
                    .isInstanceOf(ContainerException.class)
                    .hasMessage("the cgroup events-race is closed");
        }
    }

    @Test
    @DisplayName("ends each process of it where the kernel can't end all at once")
    void kill_one_by_one() throws Exception {
        try (Cgroup cgroup = create("one", Limits.builder())) {
            List<Process> processes = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                processes.add(workload.start(cgroup, "sleep 100 & exec sleep 100"));
            }
            Path path = cgroup.directories().getFirst();
            // Version 1 has no cgroup.kill, and its list of processes has the same form.
            try (CgroupDirectory directory = CgroupDirectory.open(path, CgroupVersion.V1)) {
                Ending.kill(directory, Optional.empty());
            }
            assertThat(Inhabitants.pidfds()).isZero();
            for (Process process : processes) {
                assertThat(process.waitFor(SOON.toMillis(), TimeUnit.MILLISECONDS))
                        .isTrue();
                assertThat(process.exitValue()).isEqualTo(128 + 9);
            }
            assertThat(Files.readString(path.resolve("cgroup.procs"), StandardCharsets.UTF_8))
                    .isEmpty();
        }
    }
}
