package io.lxc4j.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code prlimit64(2)}.
 *
 * <pre>
 * struct rlimit64 {
 *     __u64 rlim_cur;   // 0   the soft limit
 *     __u64 rlim_max;   // 8   the hard limit
 * };                    // 16
 * </pre>
 */
public final class Rlimit {
    /** No limit, {@code RLIM64_INFINITY}: the greatest unsigned number. */
    public static final long INFINITY = -1;

    static final int SIZE = 16;
    static final int SOFT = 0;
    static final int HARD = 8;

    private Rlimit() {}

    /**
     * The soft limit that holds for this JVM.
     *
     * @param resource a constant {@code RLIMIT_…}
     * @return the limit; the greatest number if there is none
     */
    public static long soft(Constant resource) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(SIZE, 8);
            Kernel.check(
                    Kernel.tryCall(Sys.PRLIMIT64, 0, resource.value(), 0, limit.address()),
                    Sys.PRLIMIT64,
                    () -> "0, " + resource.name() + ", NULL, …");
            long soft = limit.get(ValueLayout.JAVA_LONG, SOFT);
            return soft < 0 ? Long.MAX_VALUE : soft;
        }
    }

    /**
     * The struct.
     *
     * @param soft the soft limit, unsigned
     * @param hard the hard limit, unsigned
     * @return the struct
     */
    public static byte[] bytes(long soft, long hard) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(SOFT, soft)
                .putLong(HARD, hard)
                .array();
    }

    /**
     * The struct in the notation of strace.
     *
     * @param soft the soft limit, unsigned
     * @param hard the hard limit, unsigned
     * @return how it reads in a plan or an error
     */
    public static String text(long soft, long hard) {
        return "{rlim_cur=" + text(soft) + ", rlim_max=" + text(hard) + "}";
    }

    private static String text(long limit) {
        return limit == INFINITY ? "RLIM64_INFINITY" : Long.toUnsignedString(limit);
    }
}
