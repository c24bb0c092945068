package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.layers.RootFileSystem;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.namespaces.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Containers that take all they can get. What they can get is limited here by what a process and a file system can be limited by: without
 * cgroups that is per process, and for processes per user.
 */
@DisplayName("A bomb in a container")
@Timeout(60)
@SuppressWarnings("try") // to time an end, a container is closed before the block ends
class BombAttackIT {
    private static final int PROCESSES = 64;
    private static final int DESCRIPTORS = 64;
    private static final Duration SOON = Duration.ofSeconds(5);

    private static HostState before;

    @BeforeAll
    static void warmUp() throws Exception {
        before = HostState.warm();
    }

    /**
     * A bomb.
     *
     * @param name the line of the attacks' list, and what is done
     * @param builder the container of it
     * @param burst whether it has come to its limit
     */
    record Bomb(String name, ContainerBuilder builder, Predicate<Container> burst) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static ContainerBuilder limited(String script) {
        return Container.builder()
                .root(RootFileSystem.host(8 << 20))
                .attributes(ProcessAttributes.builder()
                        .limit(Resource.NPROC, PROCESSES)
                        .limit(Resource.NOFILE, DESCRIPTORS)
                        .limit(Resource.AS, 256 << 20)
                        .limit(Resource.CORE, 0)
                        .build())
                .mergeError()
                .command("sh", "-c", script);
    }

    /** Waits for a line that tells of the limit. */
    private static Predicate<Container> tells(String text) {
        return container -> {
            try (Stream<String> lines = container.process().inputReader().lines()) {
                return lines.anyMatch(line -> line.contains(text));
            }
        };
    }

    static Stream<Bomb> bombs() {
        return Stream.of(
                new Bomb(
                        "fork-bomb: processes that only multiply",
                        limited("exec perl -e 'while (1) { fork; }'"),
                        container -> {
                            Awaitility.await()
                                    .atMost(SOON)
                                    .until(() -> container.processes().size() >= PROCESSES - 4);
                            return container.processes().size() <= PROCESSES + 1;
                        }),
                new Bomb(
                        "descriptor-bomb: files and pipes that are opened in many processes",
                        limited("for i in $(seq 20); do perl -e '$| = 1; while (open($f[$n++], \"<\", \"/dev/null\")"
                                + " && pipe($f[$n++], $f[$n++])) {} print(\"$!\\n\"); sleep(100)' & done; wait"),
                        tells("Too many open files")),
                new Bomb(
                        "memory-bomb: memory that is taken and written to",
                        limited("while :; do perl -e '$x .= \"x\" x (1 << 20) while 1'; done"),
                        tells("Out of memory")),
                new Bomb(
                        "disk-bomb: files that only grow, on all that can be written to",
                        limited("for d in /tmp /dev/shm; do cat /dev/zero >$d/a; done; echo on; for i in $(seq"
                                + " 1000000); do : >/tmp/$i || break; done; while :; do :; done"),
                        tells("No space left on device")),
                new Bomb(
                        "tty-flood: a terminal that nobody reads is written to without end",
                        Container.builder().terminal().command("sh", "-c", "yes & yes & exec yes"),
                        container -> {
                            Awaitility.await()
                                    .atMost(SOON)
                                    .until(() ->
                                            container.process().getInputStream().available() > 1000);
                            return container.process().isAlive();
                        }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    @DisplayName("fork-bomb, descriptor-bomb, memory-bomb, disk-bomb, tty-flood: others stay well, and it can be ended")
    void harms_nobody_else(Bomb bomb) throws Exception {
        Instant ending;
        try (Container sibling = Inside.start(Namespaces.builder());
                Container container = bomb.builder().start()) {
            assertThat(bomb.burst().test(container)).isTrue();
            for (int i = 0; i < 10; i++) {
                Instant asking = Instant.now();
                assertThat(Inside.ask(sibling, "echo $((6 * 7)) >/tmp/x; cat /tmp/x; true </dev/null"))
                        .isEqualTo("42");
                assertThat(Container.run("echo", "new").output()).isEqualTo("new\n");
                assertThat(Duration.between(asking, Instant.now())).isLessThan(SOON);
            }
            ending = Instant.now();
            container.close();
            assertThat(Duration.between(ending, Instant.now())).isLessThan(SOON);
            assertThat(Inside.ask(sibling, "echo well")).isEqualTo("well");
        }
        before.assertUnchanged();
    }

    @Test
    @DisplayName("bounded-output: what never ends its output costs no more memory than was asked for, and its time")
    void endless_output_is_bounded() throws Exception {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        long used = runtime.totalMemory() - runtime.freeMemory();
        ContainerResult result = Container.builder()
                .command("sh", "-c", "head -c 500000000 /dev/zero | tr '\\0' x")
                .outputLimitBytes(100_000)
                .run();
        assertThat(result.output()).hasSize(100_000);
        assertThat(result.truncated()).isTrue();
        System.gc();
        assertThat(runtime.totalMemory() - runtime.freeMemory() - used).isLessThan(20 << 20);
        ContainerBuilder endless =
                Container.builder().command("yes").outputLimitBytes(1000).timeout(Duration.ofMillis(500));
        Instant start = Instant.now();
        assertThatExceptionOfType(ContainerTimeoutException.class).isThrownBy(endless::run);
        assertThat(Duration.between(start, Instant.now())).isLessThan(SOON);
        before.assertUnchanged();
    }
}
