package io.lxc4j.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The events that reading an {@code inotify(7)} descriptor gives, one after the other.
 *
 * <pre>
 * struct inotify_event {
 *     int      wd;      //  0
 *     uint32_t mask;    //  4
 *     uint32_t cookie;  //  8
 *     uint32_t len;     // 12
 *     char     name[];  // 16, len bytes; none where a file is watched and not a directory
 * };
 * </pre>
 */
public final class InotifyEvent {
    /** Size of an event without a name, in bytes. */
    public static final int SIZE = 16;

    static final int WATCH = 0;
    static final int MASK = 4;
    static final int NAME_LENGTH = 12;

    private InotifyEvent() {}

    /**
     * Which watch an event is of.
     *
     * @param memory what was read
     * @param offset where the event begins
     * @return the watch descriptor; -1 if the kernel has lost events
     */
    public static int watch(MemorySegment memory, long offset) {
        return memory.get(JAVA_INT_UNALIGNED, offset + WATCH);
    }

    /**
     * What has happened.
     *
     * @param memory what was read
     * @param offset where the event begins
     * @return {@code IN_*}
     */
    public static int mask(MemorySegment memory, long offset) {
        return memory.get(JAVA_INT_UNALIGNED, offset + MASK);
    }

    /**
     * Where the next event begins.
     *
     * @param memory what was read
     * @param offset where the event begins
     * @return the offset behind it
     */
    public static long next(MemorySegment memory, long offset) {
        return offset + SIZE + Integer.toUnsignedLong(memory.get(JAVA_INT_UNALIGNED, offset + NAME_LENGTH));
    }
}
