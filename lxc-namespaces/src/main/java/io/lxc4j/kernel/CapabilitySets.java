package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The arguments of {@code capset(2)}: a header and, for 64 capabilities, two blocks of three words.
 *
 * <pre>
 * struct __user_cap_header_struct { __u32 version; int pid; };                        // 8
 * struct __user_cap_data_struct { __u32 effective, permitted, inheritable; } [2];    // 24, low words first
 * </pre>
 */
public final class CapabilitySets {
    /** Size of the header in bytes. */
    public static final int HEADER_SIZE = 8;

    /** Size of both data blocks in bytes. */
    public static final int DATA_SIZE = 24;

    /** The number of the last capability that the running kernel knows, for instance 40. */
    public static final int LAST = Integer.parseInt(Kernel.readSysctl("/proc/sys/kernel/cap_last_cap"));

    /** All capabilities that the running kernel knows. */
    public static final long ALL = -1L >>> (63 - LAST);

    private static final int LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    private CapabilitySets() {}

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
     * The three sets.
     *
     * @param effective bit n is capability n
     * @param permitted bit n is capability n
     * @param inheritable bit n is capability n
     * @return both blocks
     */
    public static byte[] data(long effective, long permitted, long inheritable) {
        ByteBuffer data = ByteBuffer.allocate(DATA_SIZE).order(ByteOrder.LITTLE_ENDIAN);
        for (int shift = 0; shift <= 32; shift += 32) {
            data.putInt((int) (effective >>> shift));
            data.putInt((int) (permitted >>> shift));
            data.putInt((int) (inheritable >>> shift));
        }
        return data.array();
    }
}
