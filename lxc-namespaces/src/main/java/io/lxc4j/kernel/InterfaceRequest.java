package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The argument of the {@code ioctl(2)} requests of {@code netdevice(7)}, as far as it carries flags.
 *
 * <pre>
 * struct ifreq {
 *     char  ifr_name[16];   //  0
 *     short ifr_flags;      // 16, a union with larger members
 * };                        // 40
 * </pre>
 */
public final class InterfaceRequest {
    /** Size of the struct in bytes. */
    public static final int SIZE = 40;

    static final int NAME_SIZE = 16;
    static final int FLAGS = 16;

    private InterfaceRequest() {}

    /**
     * The struct for {@code SIOCSIFFLAGS}.
     *
     * @param name the interface's name, at most 15 bytes
     * @param flags {@code IFF_*}
     * @return the struct
     */
    public static byte[] flags(String name, long flags) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= NAME_SIZE) {
            throw new IllegalArgumentException("interface name longer than 15 bytes: " + name);
        }
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, bytes)
                .putShort(FLAGS, (short) flags)
                .array();
    }
}
