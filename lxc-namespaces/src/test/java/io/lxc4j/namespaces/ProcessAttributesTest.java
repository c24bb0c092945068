package io.lxc4j.namespaces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;
import io.lxc4j.launch.ParentOperation;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Process attributes")
class ProcessAttributesTest {
    private static final long UNLIMITED = ProcessAttributes.UNLIMITED;

    private static ProcessAttributes.Builder builder() {
        return ProcessAttributes.builder();
    }

    private static List<Operation> operations(ProcessAttributes.Builder builder) {
        LaunchPlan.Builder plan = LaunchPlan.builder();
        builder.build().contribute(plan);
        Operation.Exec exec = new Operation.Exec("/bin/true", List.of("true"), List.of(), List.of());
        return plan.add(exec).build().operations().stream()
                .filter(operation -> !operation.equals(exec))
                .toList();
    }

    @Test
    @DisplayName("are a umask of 022 and nothing else unless something is set")
    void usual() {
        assertThat(operations(builder())).containsExactly(new Operation.SetUmask(022));
        assertThat(builder().build()).hasToString("process attributes");
        assertThat(builder().build().additionalGroups()).isEmpty();
    }

    @Test
    @DisplayName("are set by the parent before its limits, and by the child where it takes the child")
    void all() {
        assertThat(operations(builder()
                        .limit(Resource.CORE, 0)
                        .limit(Resource.STACK, 1 << 20, UNLIMITED)
                        .nice(-20)
                        .scheduler(Scheduler.batch())
                        .cpus(7, 1, 7)
                        .ioPriority(IoPriority.idle())
                        .umask(077)
                        .oomScoreAdjustment(-1000)
                        .personality(Personality.LINUX32, Personality.ADDR_NO_RANDOMIZE)))
                .containsExactly(
                        new ParentOperation.SetScheduler(Constants.SCHED_BATCH, 0, 0, 0, 0),
                        new ParentOperation.SetNice(-20),
                        new ParentOperation.SetCpus(List.of(1, 7)),
                        new ParentOperation.SetIoPriority(Constants.IOPRIO_CLASS_IDLE, 0),
                        new ParentOperation.SetOomScoreAdjustment(-1000),
                        new ParentOperation.SetLimit(Constants.RLIMIT_CORE, 0, 0),
                        new ParentOperation.SetLimit(Constants.RLIMIT_STACK, 1 << 20, -1),
                        new Operation.SetUmask(077),
                        new Operation.SetPersonality(Constant.or(Constants.PER_LINUX32, Constants.ADDR_NO_RANDOMIZE)));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("limit every resource that the kernel has")
    void every_resource(Resource resource) {
        assertThat(operations(builder().limit(resource, UNLIMITED)).getFirst())
                .isEqualTo(new ParentOperation.SetLimit(resource.constant(), -1, -1));
        assertThat(Arrays.stream(Resource.values()).map(each -> each.constant().value()))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 16).mapToObj(Long::valueOf).toList());
    }

    @Test
    @DisplayName("leave a low limit on descriptors to the child, when it needs no more of them")
    void low_limits() {
        assertThat(operations(builder().limit(Resource.NOFILE, 3, 4095)))
                .containsExactly(
                        new Operation.SetUmask(022), new Operation.SetOwnLimit(Constants.RLIMIT_NOFILE, 3, 4095));
        assertThat(operations(builder().limit(Resource.NOFILE, 1024, UNLIMITED)))
                .containsExactly(
                        new ParentOperation.SetLimit(Constants.RLIMIT_NOFILE, -1, -1),
                        new Operation.SetUmask(022),
                        new Operation.SetOwnLimit(Constants.RLIMIT_NOFILE, 1024, -1));
        assertThat(operations(builder().limit(Resource.NOFILE, 4096, 8192)))
                .containsExactly(
                        new ParentOperation.SetLimit(Constants.RLIMIT_NOFILE, 4096, 8192), new Operation.SetUmask(022));
        assertThat(operations(builder().limit(Resource.RTTIME, 1)))
                .containsExactly(new Operation.SetUmask(022), new Operation.SetOwnLimit(Constants.RLIMIT_RTTIME, 1, 1));
    }

    @Test
    @DisplayName("have each scheduling policy with its parameters")
    void schedulers() {
        assertThat(Scheduler.other().operation().policy()).isEqualTo(Constants.SCHED_OTHER);
        assertThat(Scheduler.idle().operation().policy()).isEqualTo(Constants.SCHED_IDLE);
        assertThat(Scheduler.fifo(1).operation())
                .isEqualTo(new ParentOperation.SetScheduler(Constants.SCHED_FIFO, 1, 0, 0, 0));
        assertThat(Scheduler.roundRobin(99).operation())
                .isEqualTo(new ParentOperation.SetScheduler(Constants.SCHED_RR, 99, 0, 0, 0));
        Scheduler deadline = Scheduler.deadline(Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3));
        assertThat(deadline.operation())
                .isEqualTo(
                        new ParentOperation.SetScheduler(Constants.SCHED_DEADLINE, 0, 1_000_000, 2_000_000, 3_000_000));
        assertThat(deadline)
                .hasToString("SCHED_DEADLINE PT0.001S within PT0.002S every PT0.003S")
                .isNotEqualTo(Scheduler.idle())
                .isEqualTo(Scheduler.deadline(Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3)));
    }

    @Test
    @DisplayName("tell what they are")
    void text() {
        assertThat(builder()
                        .limit(Resource.NOFILE, 64, UNLIMITED)
                        .nice(3)
                        .scheduler(Scheduler.fifo(4))
                        .cpus(0)
                        .ioPriority(IoPriority.realTime(2))
                        .umask(7)
                        .oomScoreAdjustment(9)
                        .personality(Personality.UNAME26)
                        .additionalGroups(44, 5)
                        .build())
                .hasToString(
                        "process attributes; NOFILE 64, at most unlimited; nice 3; scheduler SCHED_FIFO 4; cpus [0];"
                            + " ioPriority IOPRIO_CLASS_RT 2; umask 007; oomScoreAdjustment 9; personality [UNAME26];"
                            + " additionalGroups [5, 44]");
    }

    @Test
    @DisplayName("don't change with their builder")
    void immutable() {
        ProcessAttributes.Builder builder = builder().limit(Resource.CORE, 1);
        ProcessAttributes attributes = builder.build();
        String before = attributes.toString();
        builder.limit(Resource.CPU, 1).cpus(1).additionalGroups(1).personality(Personality.LINUX32);
        assertThat(attributes).hasToString(before);
        assertThat(attributes.additionalGroups()).isEmpty();
    }

    static Stream<Arguments> rejected() {
        return Stream.of(
                rejected(
                        () -> builder().limit(Resource.CPU, -2),
                        "limit of CPU: -2; it must be 0 or more, or ProcessAttributes.UNLIMITED"),
                rejected(
                        () -> builder().limit(Resource.CPU, 0, Long.MIN_VALUE),
                        "limit of CPU: 0, at most -9223372036854775808; it must be 0 or more, or"
                                + " ProcessAttributes.UNLIMITED"),
                rejected(
                        () -> builder().limit(Resource.CPU, 0, 5),
                        "limit of CPU: 0, at most 5; with 0 seconds the process would end before it begins"),
                rejected(
                        () -> builder().limit(Resource.NOFILE, 11, 10),
                        "limit of NOFILE: the soft limit 11 is higher than the hard limit 10"),
                rejected(
                        () -> builder().limit(Resource.NOFILE, UNLIMITED, 10),
                        "limit of NOFILE: the soft limit unlimited is higher than the hard limit 10"),
                rejected(
                        () -> builder().limit(Resource.AS, 1).limit(Resource.AS, 1, 2),
                        "limit of AS was set before: 1, now 1, at most 2"),
                rejected(() -> builder().nice(-21), "nice -21: it must be -20 to 19"),
                rejected(() -> builder().nice(20), "nice 20: it must be -20 to 19"),
                rejected(() -> builder().nice(0).nice(1), "nice was set before: 0, now 1"),
                rejected(() -> Scheduler.fifo(0), "fifo(0): the priority must be 1 to 99"),
                rejected(() -> Scheduler.roundRobin(100), "roundRobin(100): the priority must be 1 to 99"),
                rejected(() -> deadline(1023, 2000, 3000), deadlineMessage("PT0.000001023S, PT0.000002S, PT0.000003S")),
                rejected(() -> deadline(3000, 2000, 3000), deadlineMessage("PT0.000003S, PT0.000002S, PT0.000003S")),
                rejected(() -> deadline(2000, 3000, 2999), deadlineMessage("PT0.000002S, PT0.000003S, PT0.000002999S")),
                rejected(
                        () -> Scheduler.deadline(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1_000_000)),
                        deadlineMessage("PT24H, PT24H, PT24000000H")),
                rejected(
                        () -> builder().scheduler(Scheduler.idle()).scheduler(Scheduler.fifo(2)),
                        "scheduler was set before: SCHED_IDLE, now SCHED_FIFO 2"),
                rejected(
                        () -> builder()
                                .cpus(1)
                                .scheduler(deadline(2000, 2000, 2000))
                                .build(),
                        "cpus [1] with the scheduler SCHED_DEADLINE PT0.000002S within PT0.000002S every PT0.000002S,"
                                + " which the kernel gives all CPUs only"),
                rejected(() -> builder().cpus(0, -1), "cpus -1: it must be 0 to 8191"),
                rejected(() -> builder().cpus(8192), "cpus 8192: it must be 0 to 8191"),
                rejected(() -> builder().cpus(0).cpus(1), "cpus was set before: [0], now [1]"),
                rejected(() -> IoPriority.realTime(-1), "I/O priority level -1: it must be 0, the highest, to 7"),
                rejected(() -> IoPriority.bestEffort(8), "I/O priority level 8: it must be 0, the highest, to 7"),
                rejected(
                        () -> builder().ioPriority(IoPriority.idle()).ioPriority(IoPriority.bestEffort(1)),
                        "ioPriority was set before: IOPRIO_CLASS_IDLE 0, now IOPRIO_CLASS_BE 1"),
                rejected(() -> builder().umask(01000), "umask 01000: it must be 0 to 0777"),
                rejected(() -> builder().umask(-1), "umask 037777777777: it must be 0 to 0777"),
                rejected(() -> builder().umask(022).umask(0), "umask was set before: 022, now 000"),
                rejected(
                        () -> builder().oomScoreAdjustment(-1001),
                        "oomScoreAdjustment -1001: it must be -1000 to 1000"),
                rejected(() -> builder().oomScoreAdjustment(1001), "oomScoreAdjustment 1001: it must be -1000 to 1000"),
                rejected(
                        () -> builder().oomScoreAdjustment(1).oomScoreAdjustment(2),
                        "oomScoreAdjustment was set before: 1, now 2"),
                rejected(
                        () -> builder().personality(Personality.LINUX32).personality(Personality.UNAME26),
                        "personality was set before: [LINUX32], now [UNAME26]"),
                rejected(() -> builder().additionalGroups(1, -1), "additionalGroups -1: it must be 0 to 2147483647"),
                rejected(
                        () -> builder()
                                .additionalGroups(0, IntStream.range(1, 65_537).toArray()),
                        "additionalGroups: 65537; the kernel takes at most 65536"),
                rejected(
                        () -> builder().additionalGroups(1).additionalGroups(2),
                        "additionalGroups was set before: [1], now [2]"));
    }

    private static Scheduler deadline(long runtime, long deadline, long period) {
        return Scheduler.deadline(Duration.ofNanos(runtime), Duration.ofNanos(deadline), Duration.ofNanos(period));
    }

    private static String deadlineMessage(String values) {
        return "deadline(" + values
                + "): the run time must be at least 1024 ns, the deadline no less, the period no less"
                + " than that and at most a year";
    }

    private static Arguments rejected(ThrowingCallable call, String message) {
        return Arguments.of(message, call);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rejected")
    @DisplayName("reject what the kernel would not take, with the value")
    void is_rejected_with_its_message(String message, ThrowingCallable call) {
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(call)
                .withMessage(message);
    }
}
