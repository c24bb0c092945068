package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code openat2(2)}.
 *
 * <pre>
 * struct open_how {
 *     __u64 flags;     //  0
 *     __u64 mode;      //  8
 *     __u64 resolve;   // 16
 * };                   // 24 = OPEN_HOW_SIZE_VER0
 * </pre>
 */
public final class OpenHow {
    /** Size of the struct in bytes, {@code OPEN_HOW_SIZE_VER0}. */
    public static final int SIZE = 24;

    static final int FLAGS = 0;
    static final int MODE = 8;
    static final int RESOLVE = 16;

    private OpenHow() {}

    /**
     * The struct.
     *
     * @param flags {@code O_*}
     * @param resolve {@code RESOLVE_*}
     * @return the struct
     */
    public static byte[] bytes(long flags, long resolve) {
        return bytes(flags, 0, resolve);
    }

    /**
     * The struct, for a file that may be made.
     *
     * @param flags {@code O_*}
     * @param mode permissions of a new file; 0 without {@code O_CREAT}
     * @param resolve {@code RESOLVE_*}
     * @return the struct
     */
    public static byte[] bytes(long flags, long mode, long resolve) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(FLAGS, flags)
                .putLong(MODE, mode)
                .putLong(RESOLVE, resolve)
                .array();
    }
}
