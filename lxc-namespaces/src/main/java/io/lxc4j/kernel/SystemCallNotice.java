package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lxc4j.error.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A system call that a filter has stopped, and that waits for the answer of this process.
 *
 * <pre>
 * struct seccomp_notif {               struct seccomp_notif_resp {      struct seccomp_notif_addfd {
 *     __u64 id;               //  0        __u64 id;     //  0              __u64 id;           //  0
 *     __u32 pid;              //  8        __s64 val;    //  8              __u32 flags;        //  8
 *     __u32 flags;            // 12        __s32 error;  // 16              __u32 srcfd;        // 12
 *     struct seccomp_data {                __u32 flags;  // 20              __u32 newfd;        // 16
 *         int   nr;           // 16    };                // 24              __u32 newfd_flags;  // 20
 *         __u32 arch;         // 20                                     };                      // 24
 *         __u64 instruction_pointer;
 *         __u64 args[6];      // 32
 *     } data;
 * };                          // 80
 * </pre>
 *
 * @param id the kernel's number for it, never used again
 * @param pid the thread that makes it, in the PID namespace of this process; 0 if it can't be seen from there
 * @param architecture {@code AUDIT_ARCH_*}: whose numbers it has
 * @param number the call
 * @param arguments its six arguments
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html">seccomp_unotify(2)</a>
 */
public record SystemCallNotice(long id, long pid, int architecture, int number, List<Long> arguments) {
    /** Size of {@code struct seccomp_notif}. */
    public static final int SIZE = 80;

    /** Size of {@code struct seccomp_notif_resp}. */
    public static final int ANSWER_SIZE = 24;

    /** Size of {@code struct seccomp_notif_addfd}. */
    public static final int DESCRIPTOR_SIZE = 24;

    static final int PID = 8;
    static final int NUMBER = 16;
    static final int ARCHITECTURE = 20;
    static final int ARGUMENTS = 32;
    private static final int COUNT = 6;

    /** Makes the list immutable. */
    public SystemCallNotice {
        arguments = List.copyOf(arguments);
    }

    /**
     * Takes the next call that waits; there must be one, or have been.
     *
     * @param listener the filter's listener
     * @return the call; null if it was given up meanwhile
     */
    public static @Nullable SystemCallNotice receive(Fd listener) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment notice = arena.allocate(SIZE, 8);
            long result = ioctl(listener, Constants.SECCOMP_IOCTL_NOTIF_RECV, notice);
            if (result == -Errno.ENOENT.number() || result == -Errno.EINTR.number()) {
                return null;
            }
            Kernel.check(result, Sys.IOCTL, () -> listener + ", SECCOMP_IOCTL_NOTIF_RECV");
            List<Long> arguments = IntStream.range(0, COUNT)
                    .mapToObj(index -> notice.get(JAVA_LONG, ARGUMENTS + (long) Long.BYTES * index))
                    .toList();
            return new SystemCallNotice(
                    notice.get(JAVA_LONG, 0),
                    Integer.toUnsignedLong(notice.get(JAVA_INT, PID)),
                    notice.get(JAVA_INT, ARCHITECTURE),
                    notice.get(JAVA_INT, NUMBER),
                    arguments);
        }
    }

    /**
     * Whether it still waits. What was read from the process before was its own only if it does.
     *
     * @param listener the filter's listener
     * @return whether it does
     */
    public boolean isWaiting(Fd listener) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cookie = arena.allocate(JAVA_LONG);
            cookie.set(JAVA_LONG, 0, id);
            return ioctl(listener, Constants.SECCOMP_IOCTL_NOTIF_ID_VALID, cookie) == 0;
        }
    }

    /**
     * Answers it.
     *
     * @param listener the filter's listener
     * @param value what it returns, if there is no error
     * @param error an error's number, or 0
     * @param goesOn whether the kernel makes the call instead
     * @return 0 or an error; {@code ENOENT} if it waits no more
     */
    public long tryAnswer(Fd listener, long value, int error, boolean goesOn) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(ANSWER_SIZE, 8);
            answer.set(JAVA_LONG, 0, id);
            answer.set(JAVA_LONG, 8, value);
            answer.set(JAVA_INT, 16, -error);
            answer.set(JAVA_INT, 20, goesOn ? Constants.SECCOMP_USER_NOTIF_FLAG_CONTINUE.intValue() : 0);
            return ioctl(listener, Constants.SECCOMP_IOCTL_NOTIF_SEND, answer);
        }
    }

    /**
     * Answers it with a descriptor that is installed in the process, close-on-exec.
     *
     * @param listener the filter's listener
     * @param fd what is installed
     * @return its number there, or an error; {@code ENOENT} if the call waits no more
     */
    public long tryAnswer(Fd listener, Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment descriptor = arena.allocate(DESCRIPTOR_SIZE, 8);
            descriptor.set(JAVA_LONG, 0, id);
            descriptor.set(JAVA_INT, 8, Constants.SECCOMP_ADDFD_FLAG_SEND.intValue());
            descriptor.set(JAVA_INT, 12, fd.number());
            descriptor.set(JAVA_INT, 20, Constants.O_CLOEXEC.intValue());
            return ioctl(listener, Constants.SECCOMP_IOCTL_NOTIF_ADDFD, descriptor);
        }
    }

    private static long ioctl(Fd listener, Constant request, MemorySegment argument) {
        return Kernel.tryCall(Sys.IOCTL, listener.number(), request.value(), argument.address());
    }
}
