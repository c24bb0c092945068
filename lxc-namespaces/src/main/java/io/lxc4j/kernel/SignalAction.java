package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a signal does to a process: the argument of {@code rt_sigaction(2)} as the kernel has it, the same on both architectures.
 *
 * <pre>
 * struct sigaction {                       // asm/signal.h of the kernel; libc's is another
 *     __sighandler_t sa_handler;   //  0
 *     unsigned long  sa_flags;     //  8
 *     void         (*sa_restorer)(void); // 16
 *     sigset_t       sa_mask;      // 24
 * };                               // 32
 * </pre>
 */
public final class SignalAction {
    static final int SIZE = 32;

    /** Size of {@code sigset_t}. */
    public static final int SET_SIZE = 8;

    private static final long SIG_IGN = 1;
    private static final int LAST = 64;

    /** Signals 32 and 33, by which libc's threads talk. What {@code posix_spawn} of glibc starts ignores them, and libc cares for that. */
    private static final long OF_LIBC = 3L << 31;

    private static final Lazy<Long> IGNORED = new Lazy<>(SignalAction::ignored);

    private SignalAction() {}

    /**
     * The default action, {@code SIG_DFL}.
     *
     * @return the struct
     */
    public static byte[] byDefault() {
        return new byte[SIZE];
    }

    /**
     * The signals that this process ignored when it was asked first. Who has started it may have ignored them for it, as {@code nohup}
     * does, and shells for what they start in the background; children and what they execute would ignore them as well. Without the two
     * that libc keeps for itself.
     *
     * @return bit n-1 is signal n
     */
    public static long ignoredAtFirst() {
        return IGNORED.get();
    }

    private static long ignored() {
        long ignored = 0;
        for (int signal = 1; signal <= LAST; signal++) {
            if (isIgnored(signal)) {
                ignored |= 1L << (signal - 1);
            }
        }
        return ignored & ~OF_LIBC;
    }

    private static boolean isIgnored(int signal) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment action = arena.allocate(SIZE, 8);
            return Kernel.tryCall(Sys.RT_SIGACTION, signal, 0, action.address(), SET_SIZE) == 0
                    && action.get(JAVA_LONG, 0) == SIG_IGN;
        }
    }

    /**
     * Has this process not ignore a signal any more; a handler is left as it is.
     *
     * @param signal which
     */
    public static void stopIgnoring(int signal) {
        if (isIgnored(signal)) {
            try (Arena arena = Arena.ofConfined()) {
                Kernel.tryCall(Sys.RT_SIGACTION, signal, arena.allocate(SIZE, 8).address(), 0, SET_SIZE);
            }
        }
    }
}
