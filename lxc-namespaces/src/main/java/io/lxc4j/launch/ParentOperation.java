package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Rlimit;
import java.util.List;
import java.util.stream.Collectors;

/** What only the parent may do, in the host's namespaces and with its own rights, while the process waits. */
public sealed interface ParentOperation extends Operation {
    @Override
    default Phase phase() {
        return Phase.PARENT;
    }

    /**
     * Opens a file or directory of the host as a mount of its own, and hands it over.
     *
     * @param handle what it is handed over as
     * @param path an absolute path of the host
     * @param recursive whether what is mounted below it comes along
     * @param idMapped whether its owners are mapped as the process's users are: the host's root is its root there
     */
    record OpenTree(Handle handle, String path, boolean recursive, boolean idMapped) implements ParentOperation {
        @Override
        public String summary() {
            return "opening the tree " + path + (idMapped ? " with mapped owners" : "");
        }
    }

    /** Moves the process into its cgroup, in the hierarchies that each launch brings along for that. */
    record MoveToCgroup() implements ParentOperation {
        @Override
        public String summary() {
            return "moving the process into its cgroup";
        }
    }

    /**
     * Hands the parent's {@code /proc} over, verified, for what the process can only write itself.
     *
     * @param handle what it is handed over as
     */
    record OpenProc(Handle handle) implements ParentOperation {
        @Override
        public String summary() {
            return "handing /proc over";
        }
    }

    /** Sets what the process and all its descendants begin with. */
    sealed interface Attribute extends ParentOperation {}

    /**
     * Limits the use of a resource.
     *
     * @param resource {@code RLIMIT_*}
     * @param soft what is in force; {@link Rlimit#INFINITY} for no limit
     * @param hard how far the process may raise that
     */
    record SetLimit(Constant resource, long soft, long hard) implements Attribute {
        @Override
        public String summary() {
            return Operation.SetOwnLimit.summary(resource, soft, hard);
        }
    }

    /**
     * Sets the scheduling policy.
     *
     * @param policy {@code SCHED_*}
     * @param priority 1 to 99 for a real-time policy, else 0
     * @param runtimeNanos time to run in each period, in nanoseconds, for a deadline policy, else 0
     * @param deadlineNanos when it must have run, after the begin of a period; likewise
     * @param periodNanos the length of a period; likewise
     */
    record SetScheduler(Constant policy, int priority, long runtimeNanos, long deadlineNanos, long periodNanos)
            implements Attribute {
        @Override
        public String summary() {
            return "setting the scheduling policy " + policy.name();
        }
    }

    /**
     * Sets the nice value.
     *
     * @param value -20 to 19
     */
    record SetNice(int value) implements Attribute {
        @Override
        public String summary() {
            return "setting the nice value " + value;
        }
    }

    /**
     * Sets the CPUs that it may run on.
     *
     * @param cpus their numbers, ascending; at least one
     */
    record SetCpus(List<Integer> cpus) implements Attribute {
        /** Makes the list immutable. */
        public SetCpus {
            cpus = List.copyOf(cpus);
        }

        @Override
        public String summary() {
            return "keeping it to the CPUs "
                    + cpus.stream().map(String::valueOf).collect(Collectors.joining(", "));
        }
    }

    /**
     * Sets the I/O scheduling class and priority.
     *
     * @param ioClass {@code IOPRIO_CLASS_*}
     * @param level 0, the highest, to 7
     */
    record SetIoPriority(Constant ioClass, int level) implements Attribute {
        @Override
        public String summary() {
            return "setting the I/O priority " + ioClass.name() + " " + level;
        }
    }

    /**
     * Sets how readily the kernel kills it when memory runs out.
     *
     * @param value -1000 to 1000
     */
    record SetOomScoreAdjustment(int value) implements Attribute {
        @Override
        public String summary() {
            return "setting the OOM score adjustment " + value;
        }
    }
}
