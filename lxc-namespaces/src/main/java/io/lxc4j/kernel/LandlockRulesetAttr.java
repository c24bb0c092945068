package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code landlock_create_ruleset(2)}: what is denied unless a rule allows it. A kernel that does not know the
 * fields at its end takes it as long as they are 0.
 *
 * <pre>
 * struct landlock_ruleset_attr {
 *     __u64 handled_access_fs;    //  0
 *     __u64 handled_access_net;   //  8  since Linux 6.7
 *     __u64 scoped;               // 16  since Linux 6.12
 * };                              // 24
 * </pre>
 */
public final class LandlockRulesetAttr {
    /** Size of the struct in bytes, that of Linux 6.12. */
    public static final int SIZE = 24;

    static final int HANDLED_ACCESS_FS = 0;
    static final int HANDLED_ACCESS_NET = 8;
    static final int SCOPED = 16;

    private LandlockRulesetAttr() {}

    /**
     * The struct.
     *
     * @param files {@code LANDLOCK_ACCESS_FS_*}
     * @param network {@code LANDLOCK_ACCESS_NET_*}
     * @param scoped {@code LANDLOCK_SCOPE_*}
     * @return the struct
     */
    public static byte[] bytes(Constant files, Constant network, Constant scoped) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(HANDLED_ACCESS_FS, files.value())
                .putLong(HANDLED_ACCESS_NET, network.value())
                .putLong(SCOPED, scoped.value())
                .array();
    }
}
