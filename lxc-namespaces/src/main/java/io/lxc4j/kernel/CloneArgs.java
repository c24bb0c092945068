package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code clone3(2)}.
 *
 * <pre>
 * struct clone_args {
 *     __u64 flags;         //  0
 *     __u64 pidfd;         //  8  address of an int
 *     __u64 child_tid;     // 16
 *     __u64 parent_tid;    // 24
 *     __u64 exit_signal;   // 32
 *     __u64 stack;         // 40
 *     __u64 stack_size;    // 48
 *     __u64 tls;           // 56
 *     __u64 set_tid;       // 64
 *     __u64 set_tid_size;  // 72
 *     __u64 cgroup;        // 80
 * };                       // 88 = CLONE_ARGS_SIZE_VER2
 * </pre>
 */
public final class CloneArgs {
    /** Size of the struct in bytes, {@code CLONE_ARGS_SIZE_VER2}. */
    public static final int SIZE = 88;

    /** Offset of the {@code CLONE_*} flags. */
    public static final int FLAGS = 0;

    /** Offset of the address that receives the pidfd. */
    public static final int PIDFD = 8;

    /** Offset of the address that receives the child's id in the caller's memory. */
    public static final int PARENT_TID = 24;

    /** Offset of the signal that tells the parent of the end. */
    public static final int EXIT_SIGNAL = 32;

    /** Offset of the descriptor of the cgroup to start in. */
    public static final int CGROUP = 80;

    private CloneArgs() {}

    /**
     * The struct for a child with memory of its own.
     *
     * @param flags {@code CLONE_*}
     * @param exitSignal the signal that tells the parent of the end
     * @return the struct
     */
    public static byte[] bytes(long flags, int exitSignal) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(FLAGS, flags)
                .putLong(EXIT_SIGNAL, exitSignal)
                .array();
    }
}
