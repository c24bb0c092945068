package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code landlock_add_rule(2)} for {@code LANDLOCK_RULE_NET_PORT}; since Linux 6.7.
 *
 * <pre>
 * struct landlock_net_port_attr {
 *     __u64 allowed_access;   // 0
 *     __u64 port;             // 8  in the byte order of the host
 * };                          // 16
 * </pre>
 */
public final class LandlockNetPortAttr {
    static final int SIZE = 16;
    static final int ALLOWED_ACCESS = 0;
    static final int PORT = 8;

    private LandlockNetPortAttr() {}

    /**
     * The struct.
     *
     * @param allowed {@code LANDLOCK_ACCESS_NET_*}
     * @param port from 0 to 65535
     * @return the struct
     */
    public static byte[] bytes(Constant allowed, int port) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ALLOWED_ACCESS, allowed.value())
                .putLong(PORT, port)
                .array();
    }
}
