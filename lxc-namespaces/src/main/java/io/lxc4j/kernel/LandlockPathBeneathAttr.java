package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code landlock_add_rule(2)} for {@code LANDLOCK_RULE_PATH_BENEATH}.
 *
 * <pre>
 * struct landlock_path_beneath_attr {
 *     __u64 allowed_access;   // 0
 *     __s32 parent_fd;        // 8
 * };                          // 12, packed
 * </pre>
 */
public final class LandlockPathBeneathAttr {
    /** Where the descriptor lies that names the file or directory. */
    public static final int PARENT_FD = 8;

    static final int SIZE = 12;
    static final int ALLOWED_ACCESS = 0;

    private LandlockPathBeneathAttr() {}

    /**
     * The struct without its descriptor, with room for one of eight bytes.
     *
     * @param allowed {@code LANDLOCK_ACCESS_FS_*}
     * @return the struct, and four bytes that the kernel does not read
     */
    public static byte[] bytes(Constant allowed) {
        return ByteBuffer.allocate(PARENT_FD + Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(ALLOWED_ACCESS, allowed.value())
                .array();
    }
}
