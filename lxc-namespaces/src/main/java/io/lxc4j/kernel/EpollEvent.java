package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The events of {@code epoll_ctl(2)} and {@code epoll_pwait(2)}.
 *
 * <pre>
 * struct epoll_event {
 *     __u32 events;   // 0
 *     __u64 data;     // 4 on x86_64, where the struct is packed to 12; else 8, and 16 in all
 * };
 * </pre>
 */
public final class EpollEvent {
    static final int DATA = Architecture.current() == Architecture.X86_64 ? 4 : 8;

    /** Size of the struct in bytes. */
    public static final int SIZE = DATA + 8;

    private EpollEvent() {}

    /**
     * Fills in an event.
     *
     * @param memory where it lies
     * @param events {@code EPOLL*}
     * @param data what is handed back
     */
    public static void set(MemorySegment memory, long events, long data) {
        memory.set(JAVA_INT, 0, (int) events);
        memory.set(JAVA_LONG_UNALIGNED, DATA, data);
    }

    /**
     * What an event's descriptor is ready for.
     *
     * @param memory an array of events
     * @param index which of them
     * @return {@code EPOLL*}
     */
    public static int events(MemorySegment memory, int index) {
        return memory.get(JAVA_INT_UNALIGNED, (long) index * SIZE);
    }

    /**
     * What was handed over with an event's descriptor.
     *
     * @param memory an array of events
     * @param index which of them
     * @return the data
     */
    public static long data(MemorySegment memory, int index) {
        return memory.get(JAVA_LONG_UNALIGNED, (long) index * SIZE + DATA);
    }
}
