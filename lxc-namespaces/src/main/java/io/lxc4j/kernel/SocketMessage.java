package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A message on a Unix socket that carries descriptors.
 *
 * <pre>
 * struct msghdr {                    struct iovec {             struct cmsghdr {
 *     void         *msg_name;  //  0     void  *iov_base; // 0      size_t cmsg_len;   //  0  16 + 4 a descriptor
 *     int    msg_namelen;      //  8     size_t iov_len;  // 8      int    cmsg_level; //  8  SOL_SOCKET
 *     struct iovec *msg_iov;   // 16 };                   // 16     int    cmsg_type;  // 12  SCM_RIGHTS
 *     size_t msg_iovlen;       // 24                            };                     // 16  then the descriptors
 *     void  *msg_control;      // 32
 *     size_t msg_controllen;   // 40
 *     int    msg_flags;        // 48
 * };                           // 56
 * </pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</a>
 */
public final class SocketMessage {
    /** Size of {@code struct msghdr} in bytes. */
    public static final int HEADER_SIZE = 56;

    /** Offset of {@code msg_iov}. */
    public static final int VECTORS = 16;

    /** Offset of {@code msg_iovlen}. */
    public static final int VECTOR_COUNT = 24;

    /** Offset of {@code msg_control}. */
    public static final int CONTROL = 32;

    /** Offset of {@code msg_controllen}. */
    public static final int CONTROL_LENGTH = 40;

    /** Size of {@code struct iovec} in bytes. */
    public static final int VECTOR_SIZE = 16;

    /** Offset of {@code iov_len}. */
    public static final int VECTOR_LENGTH = 8;

    /** Offset of the first descriptor in the control data. */
    public static final int RIGHTS = 16;

    /** How many descriptors one message takes, {@code SCM_MAX_FD}. */
    public static final int MOST_DESCRIPTORS = 253;

    private final long result;
    private final byte[] content;
    private final List<Fd> descriptors;

    private SocketMessage(long result, byte[] content, List<Fd> descriptors) {
        this.result = result;
        this.content = content;
        this.descriptors = descriptors;
    }

    /**
     * What the call returned.
     *
     * @return the number of bytes, 0 at the end of file, or an error
     */
    public long result() {
        return result;
    }

    /**
     * What was said.
     *
     * @return the bytes; none at the end of file and after an error
     */
    public byte[] content() {
        return content;
    }

    /**
     * What was handed over.
     *
     * @return descriptors that are the receiver's to close
     */
    public List<Fd> descriptors() {
        return descriptors;
    }

    /**
     * How much room descriptors take in the control data, {@code CMSG_SPACE}.
     *
     * @param count how many descriptors
     * @return a number of bytes
     */
    public static int controlSize(int count) {
        return RIGHTS + (4 * count + 7 & ~7);
    }

    /**
     * Control data.
     *
     * @param numbers the descriptors
     * @return the bytes
     */
    public static byte[] control(int... numbers) {
        ByteBuffer control = ByteBuffer.allocate(controlSize(numbers.length)).order(ByteOrder.LITTLE_ENDIAN);
        control.putLong(RIGHTS + 4L * numbers.length);
        control.putInt(Constants.SOL_SOCKET.intValue()).putInt(Constants.SCM_RIGHTS.intValue());
        for (int number : numbers) {
            control.putInt(number);
        }
        return control.array();
    }

    /**
     * Sends a message, {@code sendmsg(2)} with {@code MSG_NOSIGNAL}.
     *
     * @param socket a Unix socket
     * @param content at least a byte
     * @param descriptors at most 253, which stay open and the caller's
     * @return the number of bytes sent, or an error
     */
    public static long trySend(Fd socket, byte[] content, List<Fd> descriptors) {
        try (Arena arena = Arena.ofConfined()) {
            int[] numbers = descriptors.stream().mapToInt(Fd::number).toArray();
            MemorySegment header = header(
                    arena,
                    arena.allocateFrom(JAVA_BYTE, content),
                    numbers.length == 0
                            ? MemorySegment.NULL
                            : arena.allocate(controlSize(numbers.length), 8)
                                    .copyFrom(MemorySegment.ofArray(control(numbers))));
            return Kernel.tryCall(Sys.SENDMSG, socket.number(), header.address(), Constants.MSG_NOSIGNAL.value());
        }
    }

    /**
     * Receives a message, {@code recvmsg(2)}.
     *
     * @param socket a Unix socket
     * @param size how much is taken at most
     * @param flags {@code MSG_DONTWAIT} or 0
     * @param mostDescriptors how many descriptors are taken at most
     * @param what what a descriptor that comes stands for
     * @return what came, or why nothing did; its descriptors are close-on-exec
     */
    public static SocketMessage tryReceive(Fd socket, int size, long flags, int mostDescriptors, String what) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment content = arena.allocate(size, 8);
            MemorySegment control = arena.allocate(controlSize(mostDescriptors), 8);
            MemorySegment header = header(arena, content, control);
            long result = Kernel.tryCall(
                    Sys.RECVMSG, socket.number(), header.address(), flags | Constants.MSG_CMSG_CLOEXEC.value());
            if (result <= 0) {
                return new SocketMessage(result, new byte[0], List.of());
            }
            List<Fd> descriptors = new ArrayList<>();
            long end = header.get(JAVA_LONG, CONTROL_LENGTH) < RIGHTS ? 0 : control.get(JAVA_LONG, 0);
            for (long at = RIGHTS; at + 4 <= end; at += 4) {
                descriptors.add(new Fd(control.get(JAVA_INT, at), what));
            }
            return new SocketMessage(result, content.asSlice(0, result).toArray(JAVA_BYTE), List.copyOf(descriptors));
        }
    }

    private static MemorySegment header(Arena arena, MemorySegment content, MemorySegment control) {
        MemorySegment vector = arena.allocate(VECTOR_SIZE, 8);
        vector.set(JAVA_LONG, 0, content.address());
        vector.set(JAVA_LONG, VECTOR_LENGTH, content.byteSize());
        MemorySegment header = arena.allocate(HEADER_SIZE, 8);
        header.set(JAVA_LONG, VECTORS, vector.address());
        header.set(JAVA_LONG, VECTOR_COUNT, 1);
        header.set(JAVA_LONG, CONTROL, control.address());
        header.set(JAVA_LONG, CONTROL_LENGTH, control.byteSize());
        return header;
    }
}
