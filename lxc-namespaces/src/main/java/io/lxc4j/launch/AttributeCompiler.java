package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.IOPRIO_WHO_PROCESS;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.kernel.Constants.PRIO_PROCESS;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_SYMLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_XDEV;
import static io.lxc4j.kernel.Constants.SCHED_DEADLINE;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.result;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Rlimit;
import io.lxc4j.kernel.SchedAttr;
import io.lxc4j.kernel.Sys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** How limits and attributes of a process become rows. */
final class AttributeCompiler {
    private static final Argument PID = new Argument.Pid();
    private static final Constant STRICT =
            Constant.or(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_XDEV);
    private static final int IO_CLASS_SHIFT = 13;

    private AttributeCompiler() {}

    static void add(Rows rows, ParentOperation.Attribute attribute) {
        switch (attribute) {
            case ParentOperation.SetLimit(Constant resource, long soft, long hard) ->
                limit(rows, PID, resource, soft, hard);
            case ParentOperation.SetScheduler scheduler -> schedule(rows, scheduler);
            case ParentOperation.SetNice(int value) ->
                rows.add(Sys.SETPRIORITY, flags(PRIO_PROCESS), PID, number(value));
            case ParentOperation.SetCpus(List<Integer> cpus) -> cpus(rows, cpus);
            case ParentOperation.SetIoPriority(Constant ioClass, int level) ->
                rows.add(
                        Sys.IOPRIO_SET,
                        flags(IOPRIO_WHO_PROCESS),
                        PID,
                        new Argument.Numeric(
                                ioClass.value() << IO_CLASS_SHIFT | level,
                                "IOPRIO_PRIO_VALUE(" + ioClass.name() + ", " + level + ")"));
            case ParentOperation.SetOomScoreAdjustment(int value) -> write(rows, "oom_score_adj", value);
        }
    }

    static void limit(Rows rows, Argument pid, Constant resource, long soft, long hard) {
        rows.add(
                Sys.PRLIMIT64,
                pid,
                flags(resource),
                new Argument.Bytes(Rlimit.bytes(soft, hard), Rlimit.text(soft, hard)),
                number(0));
    }

    /** The older call leaves the nice value as it is, and the newer one would set it as well. */
    private static void schedule(Rows rows, ParentOperation.SetScheduler scheduler) {
        Constant policy = scheduler.policy();
        if (!policy.equals(SCHED_DEADLINE)) {
            byte[] priority = ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(scheduler.priority())
                    .array();
            rows.add(
                    Sys.SCHED_SETSCHEDULER,
                    PID,
                    flags(policy),
                    new Argument.Bytes(priority, "[" + scheduler.priority() + "]"));
            return;
        }
        byte[] attributes =
                SchedAttr.deadline(scheduler.runtimeNanos(), scheduler.deadlineNanos(), scheduler.periodNanos());
        rows.add(
                Sys.SCHED_SETATTR,
                PID,
                new Argument.Bytes(
                        attributes,
                        "{size=" + attributes.length + ", sched_policy=SCHED_DEADLINE,"
                                + " sched_flags=SCHED_FLAG_RESET_ON_FORK, sched_runtime=" + scheduler.runtimeNanos()
                                + ", sched_deadline=" + scheduler.deadlineNanos()
                                + ", sched_period=" + scheduler.periodNanos() + "}"),
                number(0));
    }

    /** The kernel silently leaves out CPUs that it can't give, so each is asked for alone before all are. */
    private static void cpus(Rows rows, List<Integer> cpus) {
        if (cpus.size() > 1) {
            cpus.forEach(cpu -> affinity(rows, List.of(cpu)));
        }
        affinity(rows, cpus);
    }

    private static void affinity(Rows rows, List<Integer> cpus) {
        byte[] mask = new byte[(cpus.getLast() / Long.SIZE + 1) * Long.BYTES];
        for (int cpu : cpus) {
            mask[cpu / Byte.SIZE] |= (byte) (1 << cpu % Byte.SIZE);
        }
        String shown = cpus.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
        rows.add(Sys.SCHED_SETAFFINITY, PID, number(mask.length), new Argument.Bytes(mask, shown));
    }

    private static void write(Rows rows, String name, int value) {
        Argument.Register file = rows.register(name);
        rows.open(new Argument.Proc(), new Argument.ProcEntry(name), Constant.or(O_WRONLY, O_CLOEXEC), STRICT)
                .into(file);
        String text = Integer.toString(value);
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        rows.add(Sys.WRITE, result(file), new Argument.Bytes(bytes, Argument.quote(text)), number(bytes.length));
    }
}
