package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * When a timer expires, once: {@code timerfd_settime(2)}.
 *
 * <pre>
 * struct itimerspec {
 *     struct timespec it_interval;  //  0, zero
 *     struct timespec it_value;     // 16, seconds, then nanoseconds at 24
 * };
 * </pre>
 */
public final class TimerSetting {
    /** Size of the struct in bytes. */
    public static final int SIZE = 32;

    static final int SECONDS = 16;
    static final int NANOS = 24;

    private TimerSetting() {}

    /**
     * Fills in a time.
     *
     * @param memory where it lies, all zero
     * @param delay how long from now, at least 1 ns, as 0 would disarm the timer
     */
    public static void set(MemorySegment memory, Duration delay) {
        memory.set(JAVA_LONG, SECONDS, delay.toSeconds());
        memory.set(JAVA_LONG, NANOS, delay.toNanosPart());
    }
}
