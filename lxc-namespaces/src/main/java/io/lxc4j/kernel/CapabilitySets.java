package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The capabilities of a thread. For {@code capset(2)} three of the sets go into two blocks of three words, after a header.
 *
 * <pre>
 * struct __user_cap_header_struct { __u32 version; int pid; };                        // 8
 * struct __user_cap_data_struct { __u32 effective, permitted, inheritable; } [2];    // 24, low words first
 * </pre>
 *
 * @param effective those that are used; bit n is capability n
 * @param permitted those that can be made effective
 * @param inheritable those that a program keeps whose file has them as inheritable
 * @param bounding those that can be gained by executing a file
 * @param ambient those that a program keeps whose file has none
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</a>
 */
public record CapabilitySets(long effective, long permitted, long inheritable, long bounding, long ambient) {
    /** Size of the header in bytes. */
    public static final int HEADER_SIZE = 8;

    /** Size of both data blocks in bytes. */
    public static final int DATA_SIZE = 24;

    /** The number of the last capability that the running kernel knows, for instance 40. */
    public static final int LAST = Integer.parseInt(Kernel.readSysctl("/proc/sys/kernel/cap_last_cap"));

    /** All capabilities that the running kernel knows. */
    public static final long ALL = -1L >>> (63 - LAST);

    private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    /**
     * What a process has that can use some, and get no others.
     *
     * @param kept bit n is capability n
     * @return the sets
     */
    public static CapabilitySets of(long kept) {
        return new CapabilitySets(kept, kept, 0, kept, 0);
    }

    /**
     * The header that names the calling thread.
     *
     * @return the struct
     */
    public static byte[] header() {
        return ByteBuffer.allocate(HEADER_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(LINUX_CAPABILITY_VERSION_3)
                .array();
    }

    /**
     * The effective, the permitted and the inheritable set.
     *
     * @return both blocks
     */
    public byte[] data() {
        ByteBuffer data = ByteBuffer.allocate(DATA_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        for (int shift = 0; shift <= 32; shift += 32) {
            data.putInt((int) (effective >>> shift));
            data.putInt((int) (permitted >>> shift));
            data.putInt((int) (inheritable >>> shift));
        }
        return data.array();
    }

    /** Shows those three as {@code capset(2)} takes them. */
    @Override
    public String toString() {
        return "{effective=" + shown(effective) + ", permitted=" + shown(permitted) + ", inheritable="
                + shown(inheritable) + "}";
    }

    private static String shown(long set) {
        return set == 0 ? "0" : "0x" + Long.toHexString(set);
    }
}
