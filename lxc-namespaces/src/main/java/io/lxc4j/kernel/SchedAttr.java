package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code sched_setattr(2)}.
 *
 * <pre>
 * struct sched_attr {
 *     __u32 size;             //  0
 *     __u32 sched_policy;     //  4
 *     __u64 sched_flags;      //  8
 *     __s32 sched_nice;       // 16
 *     __u32 sched_priority;   // 20
 *     __u64 sched_runtime;    // 24  nanoseconds, as the next two
 *     __u64 sched_deadline;   // 32
 *     __u64 sched_period;     // 40
 * };                          // 48 = SCHED_ATTR_SIZE_VER0
 * </pre>
 */
public final class SchedAttr {
    static final int SIZE = 48;
    static final int STRUCT_SIZE = 0;
    static final int POLICY = 4;
    static final int FLAGS = 8;
    static final int RUNTIME = 24;
    static final int DEADLINE = 32;
    static final int PERIOD = 40;

    private SchedAttr() {}

    /**
     * The struct for {@code SCHED_DEADLINE}, which children don't inherit: the kernel lets none be made otherwise.
     *
     * @param runtime how long it runs in each period, in nanoseconds
     * @param deadline how long after the begin of a period that is done, in nanoseconds
     * @param period the length of a period, in nanoseconds
     * @return the struct
     */
    public static byte[] deadline(long runtime, long deadline, long period) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(STRUCT_SIZE, SIZE)
                .putInt(POLICY, Constants.SCHED_DEADLINE.intValue())
                .putLong(FLAGS, Constants.SCHED_FLAG_RESET_ON_FORK.value())
                .putLong(RUNTIME, runtime)
                .putLong(DEADLINE, deadline)
                .putLong(PERIOD, period)
                .array();
    }
}
