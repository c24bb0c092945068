package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A program that filters, as {@code seccomp(2)} takes it.
 *
 * <pre>
 * struct sock_fprog {
 *     unsigned short      len;     //  0
 *     struct sock_filter *filter;  //  8
 * };                               // 16
 * </pre>
 */
public final class SocketFilterProgram {
    /** Size of the struct in bytes. */
    public static final int SIZE = 16;

    /** Offset of the address of the instructions. */
    public static final int FILTER = 8;

    private SocketFilterProgram() {}

    /**
     * A struct that has no address yet.
     *
     * @param length the number of instructions
     * @return the struct
     */
    public static byte[] bytes(int length) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) length)
                .array();
    }
}
