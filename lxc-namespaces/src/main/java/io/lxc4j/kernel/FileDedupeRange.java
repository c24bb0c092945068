package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Lets two files share the room of equal content, {@code FIDEDUPERANGE}. The kernel compares them itself, and a write to one of them does
 * not change the other.
 *
 * <pre>
 * struct file_dedupe_range {
 *     __u64 src_offset;         //  0
 *     __u64 src_length;         //  8
 *     __u16 dest_count;         // 16
 *     __u16 reserved1;          // 18
 *     __u32 reserved2;          // 20
 *     struct file_dedupe_range_info {
 *         __s64 dest_fd;        // 24
 *         __u64 dest_offset;    // 32
 *         __u64 bytes_deduped;  // 40
 *         __s32 status;         // 48
 *         __u32 reserved;       // 52
 *     } info[];                 // 56
 * };
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/ioctl_fideduperange.2.html">ioctl_fideduperange(2)</a>
 */
public final class FileDedupeRange {
    static final int SIZE = 24;
    static final int INFO_SIZE = 32;
    static final int LENGTH = 8;
    static final int COUNT = 16;
    static final int TARGET_FILE = 0;
    static final int TARGET_OFFSET = 8;
    static final int DEDUPED = 16;
    static final int STATUS = 24;

    /** More is refused by some file systems. */
    private static final long MOST_BYTES = 16 << 20;

    private FileDedupeRange() {}

    static byte[] bytes(long offset, long length, int target) {
        return ByteBuffer.allocate(SIZE + INFO_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, offset)
                .putLong(LENGTH, length)
                .putShort(COUNT, (short) 1)
                .putLong(SIZE + TARGET_FILE, target)
                .putLong(SIZE + TARGET_OFFSET, offset)
                .array();
    }

    /**
     * Shares all content of two files of equal length, which stay as they are.
     *
     * @param from a file, open for reading
     * @param to another one of the same file system, open for reading, of this user
     * @param length how long they are, in bytes
     * @return how many bytes are shared, less than the length if they differ from there on, or an error:
     *     {@code -EOPNOTSUPP} and {@code -EINVAL} of file systems that can't
     */
    public static long tryShare(Fd from, Fd to, long length) {
        long done = 0;
        while (done < length) {
            byte[] request = bytes(done, Math.min(MOST_BYTES, length - done), to.number());
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocateFrom(JAVA_BYTE, request);
                long result =
                        Kernel.tryCall(Sys.IOCTL, from.number(), Constants.FIDEDUPERANGE.value(), memory.address());
                if (result == -Errno.EINTR.number()) {
                    continue;
                }
                int status = memory.get(JAVA_INT.withByteAlignment(1), SIZE + STATUS);
                if (result < 0 || status < 0) {
                    return result < 0 ? result : status;
                }
                long shared = memory.get(JAVA_LONG.withByteAlignment(1), SIZE + DEDUPED);
                if (status > 0 || shared == 0) {
                    return done; // FILE_DEDUPE_RANGE_DIFFERS
                }
                done += shared;
            }
        }
        return done;
    }
}
