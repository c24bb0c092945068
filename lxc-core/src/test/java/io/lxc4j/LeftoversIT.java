package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.launch.LaunchProgram;
import io.lxc4j.namespaces.IoPriority;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.Personality;
import io.lxc4j.namespaces.ProcessAttributes;
import io.lxc4j.namespaces.Resource;
import io.lxc4j.namespaces.Scheduler;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever fails, and however often it is done: nothing is left behind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LeftoversIT {
    private static final Redirect NOTHING = Redirect.from(new File("/dev/null"));

    private HostState before;

    @BeforeAll
    void warmUp() throws Exception {
        before = HostState.warm();
    }

    @Test
    void failing_any_row_of_a_full_plan_names_the_row_and_leaves_nothing(@TempDir Path directory) throws Exception {
        HostState state = HostState.now();
        for (ContainerSpec spec : List.of(
                Container.builder()
                        .namespaces(Namespaces.builder()
                                .hostName("box")
                                .sysctl("net.core.somaxconn", "100")
                                .build())
                        .attributes(ProcessAttributes.builder()
                                .limit(Resource.STACK, 1 << 20)
                                .limit(Resource.NOFILE, 64)
                                .scheduler(Scheduler.batch())
                                .nice(19)
                                .cpus(0)
                                .ioPriority(IoPriority.idle())
                                .oomScoreAdjustment(1000)
                                .personality(Personality.ADDR_COMPAT_LAYOUT)
                                .build())
                        .workingDirectory("/usr")
                        .command("true")
                        .build(),
                TestRoot.in(directory).copyOnWrite().command("true").build(),
                Container.builder().terminal().init().command("true").build())) {
            LaunchProgram program = LaunchProgram.compile(spec.plan());
            Set<Integer> passedOver = passedOver(spec.explain());
            int failed = 0;
            for (int row = 0; row < program.size(); row++) {
                if (program.call(row).startsWith("init(")) {
                    continue; // it has closed its channel, so nobody is told
                }
                LaunchProgram faulty = program.withFault(row);
                String operation = program.operation(row).summary();
                String call = program.call(row);
                try (Container container = spec.start(faulty, NOTHING)) {
                    assertThat(container.process().waitFor())
                            .as("row %d: %s", row, call)
                            .isZero();
                    assertThat(passedOver.contains(row) || isAfterExec(program, row))
                            .as("row %d: %s must be made", row, call)
                            .isTrue();
                } catch (LaunchException e) {
                    failed++;
                    assertThat(e.operation()).isEqualTo(operation);
                    assertThat(e.call()).isEqualTo(call);
                    assertThat(e.errno()).isEqualTo(Errno.EBADF);
                    assertThat(e)
                            .hasMessageContaining(operation)
                            .hasMessageContaining(call)
                            .hasMessageContaining("EBADF (Bad file descriptor)");
                }
            }
            assertThat(failed).isGreaterThan(80);
        }
        state.assertUnchanged();
    }

    /** Rows that a launch may jump over. */
    private static Set<Integer> passedOver(String plan) {
        Set<Integer> rows = new HashSet<>();
        Pattern jump = Pattern.compile("goes on at row (\\d+)");
        Matcher row = Pattern.compile("(?m)^ +(\\d+)  (.*)$").matcher(plan);
        while (row.find()) {
            Matcher target = jump.matcher(row.group(2));
            while (target.find()) {
                IntStream.range(Integer.parseInt(row.group(1)) + 1, Integer.parseInt(target.group(1)))
                        .forEach(rows::add);
            }
        }
        return rows;
    }

    /** Whether a row executes what an earlier one has executed. */
    private static boolean isAfterExec(LaunchProgram program, int row) {
        if (!program.call(row).startsWith("execve(")) {
            return false;
        }
        for (int earlier = row - 1; program.call(earlier).startsWith("execve"); earlier--) {
            if (program.call(earlier).startsWith("execve(\"/usr/bin/true\"")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void ten_thousand_launches_a_tenth_of_them_failing_leave_nothing(@TempDir Path directory) throws Exception {
        ContainerSpec spec = TestRoot.in(directory)
                .readOnly()
                .command("/usr/bin/true")
                .redirectOutput(Redirect.DISCARD)
                .build();
        HostState state = HostState.now();
        LaunchProgram program = LaunchProgram.compile(spec.plan());
        Set<Integer> passedOver = passedOver(spec.explain());
        List<Integer> toFail = IntStream.range(0, program.size())
                .filter(row -> !passedOver.contains(row) && !isAfterExec(program, row))
                .boxed()
                .toList();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int hundred = 0; hundred < 100; hundred++) {
                List<Callable<Boolean>> launches = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    int row = toFail.get((hundred * 10 + i / 10) % toFail.size());
                    boolean fails = i % 10 == 0;
                    LaunchProgram chosen = fails ? program.withFault(row) : program;
                    launches.add(() -> {
                        try (Container container = spec.start(chosen, NOTHING)) {
                            return container.process().waitFor() == 0 && !fails;
                        } catch (LaunchException _) {
                            return fails;
                        }
                    });
                }
                for (Future<Boolean> launch : executor.invokeAll(launches)) {
                    assertThat(launch.get()).isTrue();
                }
            }
        }
        state.assertUnchanged();
    }

    @Test
    void a_process_whose_streams_nobody_reads_or_closes_frees_them_at_its_end() throws Exception {
        ContainerSpec spec = Container.builder()
                .command("sh", "-c", "echo unread; echo unread >&2")
                .build();
        HostState state = HostState.now();
        for (int i = 0; i < 100; i++) {
            @SuppressWarnings("resource") // the point of the test
            Container container = spec.start();
            container.process().waitFor();
        }
        state.assertUnchanged();
    }

    @Test
    void a_process_whose_terminal_nobody_reads_or_closes_frees_it_at_its_end() throws Exception {
        ContainerSpec spec =
                Container.builder().terminal().command("echo", "unread").build();
        HostState state = HostState.now();
        for (int i = 0; i < 100; i++) {
            @SuppressWarnings("resource") // the point of the test
            Container container = spec.start();
            container.process().waitFor();
        }
        state.assertUnchanged();
    }

    @Test
    void the_first_launches_leave_only_the_threads_and_slots_of_the_launcher() {
        assertThat(before.threads()).anyMatch(name -> name.equals("lxc4j-reactor"));
        assertThat(before.threads().stream().filter(name -> name.startsWith("lxc4j-launch")))
                .hasSizeLessThanOrEqualTo(Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));
    }
}
