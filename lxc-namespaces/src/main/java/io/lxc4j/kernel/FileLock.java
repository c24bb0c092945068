package io.lxc4j.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The argument of {@code fcntl(2)} for locks on a range of a file's bytes.
 *
 * <pre>
 * struct flock {
 *     short l_type;      //  0
 *     short l_whence;    //  2
 *     off_t l_start;     //  8
 *     off_t l_len;       // 16
 *     pid_t l_pid;       // 24, 0 for a lock of an open file description
 * };                     // 32
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/F_OFD_SETLK.2const.html">F_OFD_SETLK(2const)</a>
 */
public final class FileLock {
    /** Size of the struct in bytes. */
    public static final int SIZE = 32;

    static final int TYPE = 0;
    static final int WHENCE = 2;
    static final int START = 8;
    static final int LENGTH = 16;
    static final int PID = 24;

    private FileLock() {}

    /**
     * The struct, for bytes counted from the file's begin.
     *
     * @param type {@code F_RDLCK}, {@code F_WRLCK} or {@code F_UNLCK}
     * @param start the first byte, which may lie beyond the end of the file
     * @param length how many bytes, at least 1
     * @return the struct
     */
    public static byte[] bytes(Constant type, long start, long length) {
        return ByteBuffer.allocate(SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(TYPE, (short) type.value())
                .putLong(START, start)
                .putLong(LENGTH, length)
                .array();
    }
}
