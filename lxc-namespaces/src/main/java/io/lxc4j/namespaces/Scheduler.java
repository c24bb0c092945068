package io.lxc4j.namespaces;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.launch.ParentOperation;
import java.time.Duration;

/**
 * How the kernel chooses when a process runs. Immutable and thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/sched.7.html">sched(7)</a>
 */
public final class Scheduler {
    private static final int HIGHEST_PRIORITY = 99;

    /** {@code 1 << DL_SCALE}, the kernel's resolution of the run time. */
    private static final Duration SHORTEST_RUNTIME = Duration.ofNanos(1024);

    /** Longer than any value of the sysctl that limits it, and in range as nanoseconds. */
    private static final Duration LONGEST_PERIOD = Duration.ofDays(365);

    private final ParentOperation.SetScheduler operation;

    private Scheduler(ParentOperation.SetScheduler operation) {
        this.operation = operation;
    }

    /**
     * Time shared by nice value, {@code SCHED_OTHER}: what processes usually have.
     *
     * @return the policy
     */
    public static Scheduler other() {
        return shared(Constants.SCHED_OTHER);
    }

    /**
     * Like {@link #other()}, but for work without a user who waits for it, {@code SCHED_BATCH}: it is woken less eagerly.
     *
     * @return the policy
     */
    public static Scheduler batch() {
        return shared(Constants.SCHED_BATCH);
    }

    /**
     * Only what no other process wants, {@code SCHED_IDLE}; less than the nice value 19.
     *
     * @return the policy
     */
    public static Scheduler idle() {
        return shared(Constants.SCHED_IDLE);
    }

    private static Scheduler shared(Constant policy) {
        return new Scheduler(new ParentOperation.SetScheduler(policy, 0, 0, 0, 0));
    }

    /**
     * Before all processes of lower priority, until it waits, {@code SCHED_FIFO}. The rest of the launch has it, too.
     *
     * @param priority 1, the lowest, to 99
     * @return the policy
     * @throws InvalidSpecificationException if the priority is another
     */
    public static Scheduler fifo(int priority) {
        return realTime("fifo", Constants.SCHED_FIFO, priority);
    }

    /**
     * Like {@link #fifo(int)}, but in turn with processes of the same priority, {@code SCHED_RR}.
     *
     * @param priority 1, the lowest, to 99
     * @return the policy
     * @throws InvalidSpecificationException if the priority is another
     */
    public static Scheduler roundRobin(int priority) {
        return realTime("roundRobin", Constants.SCHED_RR, priority);
    }

    private static Scheduler realTime(String verb, Constant policy, int priority) {
        if (priority < 1 || priority > HIGHEST_PRIORITY) {
            throw new InvalidSpecificationException(
                    verb + "(" + priority + "): the priority must be 1 to " + HIGHEST_PRIORITY);
        }
        return new Scheduler(new ParentOperation.SetScheduler(policy, priority, 0, 0, 0));
    }

    /**
     * A run time in each period, guaranteed, {@code SCHED_DEADLINE}. The rest of the launch, a few milliseconds, takes its
     * share as well. Threads and processes that it makes begin with {@link #other()}.
     *
     * @param runtime how long it runs in each period; at least 1024 ns
     * @param deadline how long after the begin of a period that is done; at least the run time
     * @param period how long a period is; at least the deadline, and within the sysctls {@code
     *     kernel.sched_deadline_period_min_us} and {@code kernel.sched_deadline_period_max_us}
     * @return the policy
     * @throws InvalidSpecificationException if they are not in this order
     */
    public static Scheduler deadline(Duration runtime, Duration deadline, Duration period) {
        if (runtime.compareTo(SHORTEST_RUNTIME) < 0
                || deadline.compareTo(runtime) < 0
                || period.compareTo(deadline) < 0
                || period.compareTo(LONGEST_PERIOD) > 0) {
            throw new InvalidSpecificationException("deadline(" + runtime + ", " + deadline + ", " + period
                    + "): the run time must be at least 1024 ns, the deadline no less, the period no less than that"
                    + " and at most a year");
        }
        return new Scheduler(new ParentOperation.SetScheduler(
                Constants.SCHED_DEADLINE, 0, runtime.toNanos(), deadline.toNanos(), period.toNanos()));
    }

    /** Whether it comes before all that share the CPUs. */
    boolean isRealTime() {
        return isDeadline()
                || operation.policy().equals(Constants.SCHED_FIFO)
                || operation.policy().equals(Constants.SCHED_RR);
    }

    boolean isDeadline() {
        return operation.policy().equals(Constants.SCHED_DEADLINE);
    }

    ParentOperation.SetScheduler operation() {
        return operation;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Scheduler scheduler && scheduler.operation.equals(operation);
    }

    @Override
    public int hashCode() {
        return operation.hashCode();
    }

    @Override
    public String toString() {
        String policy = operation.policy().name();
        if (isDeadline()) {
            return policy + " " + Duration.ofNanos(operation.runtimeNanos()) + " within "
                    + Duration.ofNanos(operation.deadlineNanos()) + " every "
                    + Duration.ofNanos(operation.periodNanos());
        }
        return operation.priority() == 0 ? policy : policy + " " + operation.priority();
    }
}
