package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code mount_setattr(2)}.
 *
 * <pre>
 * struct mount_attr {
 *     __u64 attr_set;      //  0
 *     __u64 attr_clr;      //  8
 *     __u64 propagation;   // 16
 *     __u64 userns_fd;     // 24
 * };                       // 32 = MOUNT_ATTR_SIZE_VER0
 * </pre>
 */
public final class MountAttr {
    /** Size of the struct in bytes, {@code MOUNT_ATTR_SIZE_VER0}. */
    public static final int SIZE = 32;

    /** Offset of the descriptor of a user namespace. */
    public static final int USERNS_FD = 24;

    static final int ATTR_SET = 0;
    static final int ATTR_CLR = 8;
    static final int PROPAGATION = 16;

    private MountAttr() {}

    /**
     * The struct for setting attributes. How access times are kept is one attribute of several bits, which are cleared before one
     * of them is set.
     *
     * @param set {@code MOUNT_ATTR_*} to set, or 0
     * @param propagation {@code MS_PRIVATE} and the like, or 0
     * @return the struct
     */
    public static byte[] bytes(long set, long propagation) {
        long atime = Constants.MOUNT_ATTR__ATIME.value();
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ATTR_SET, set)
                .putLong(ATTR_CLR, (set & atime) == 0 ? 0 : atime)
                .putLong(PROPAGATION, propagation)
                .array();
    }

    /**
     * The struct for an idmapped mount.
     *
     * @param userNamespace the user namespace whose id maps the mount takes; it must have been mapped
     * @return the struct
     */
    public static byte[] idMapped(Fd userNamespace) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ATTR_SET, Constants.MOUNT_ATTR_IDMAP.value())
                .putLong(USERNS_FD, userNamespace.number())
                .array();
    }
}
