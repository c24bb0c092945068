package io.lxc4j.kernel;

/**
 * What a program sees of a packet.
 *
 * <pre>
 * struct __sk_buff {
 *     __u32 len;   // 0
 *     …
 * };
 * </pre>
 */
public final class BpfSkBuff {
    /** Offset of the packet's length in bytes; in a cgroup's programs from the header of IP on. */
    public static final int LENGTH = 0;

    private BpfSkBuff() {}
}
