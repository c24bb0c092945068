package io.lxc4j.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * The argument of {@code bpf(2)}, whose form depends on the command. What is not set is 0, as the kernel wants it.
 *
 * <pre>
 * union bpf_attr {
 *     struct {                            // BPF_MAP_CREATE
 *         __u32 map_type;                 //  0
 *         __u32 key_size;                 //  4
 *         __u32 value_size;               //  8
 *         __u32 max_entries;              // 12
 *         …
 *         char  map_name[16];             // 28
 *     };
 *     struct {                            // BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM
 *         __u32 map_fd;                   //  0
 *         __aligned_u64 key;              //  8
 *         __aligned_u64 value;            // 16
 *         …
 *     };
 *     struct {                            // BPF_PROG_LOAD
 *         __u32 prog_type;                //  0
 *         __u32 insn_cnt;                 //  4
 *         __aligned_u64 insns;            //  8
 *         __aligned_u64 license;          // 16
 *         __u32 log_level;                // 24
 *         __u32 log_size;                 // 28
 *         __aligned_u64 log_buf;          // 32
 *         …
 *         char  prog_name[16];            // 48
 *         __u32 prog_ifindex;             // 64
 *         __u32 expected_attach_type;     // 68
 *         …
 *     };
 *     struct {                            // BPF_PROG_ATTACH
 *         __u32 target_fd;                //  0
 *         __u32 attach_bpf_fd;            //  4
 *         __u32 attach_type;              //  8
 *         __u32 attach_flags;             // 12
 *         __u32 replace_bpf_fd;           // 16
 *         …
 *     };
 *     …
 * };                                      // longer in newer kernels; 72 bytes have all of this
 * </pre>
 */
final class BpfAttr {
    static final int SIZE = 72;
    static final int NAME_SIZE = 16;

    static final int MAP_TYPE = 0;
    static final int KEY_SIZE = 4;
    static final int VALUE_SIZE = 8;
    static final int MAX_ENTRIES = 12;
    static final int MAP_NAME = 28;

    static final int MAP_FD = 0;
    static final int KEY = 8;
    static final int VALUE = 16;

    static final int PROG_TYPE = 0;
    static final int INSN_CNT = 4;
    static final int INSNS = 8;
    static final int LICENSE = 16;
    static final int LOG_LEVEL = 24;
    static final int LOG_SIZE = 28;
    static final int LOG_BUF = 32;
    static final int PROG_NAME = 48;
    static final int EXPECTED_ATTACH_TYPE = 68;

    static final int TARGET_FD = 0;
    static final int ATTACH_BPF_FD = 4;
    static final int ATTACH_TYPE = 8;
    static final int ATTACH_FLAGS = 12;
    static final int REPLACE_BPF_FD = 16;

    private final MemorySegment segment;

    /** One of zeros. */
    BpfAttr(SegmentAllocator allocator) {
        segment = allocator.allocate(SIZE, Long.BYTES).fill((byte) 0);
    }

    BpfAttr set(int offset, int value) {
        segment.set(ValueLayout.JAVA_INT, offset, value);
        return this;
    }

    BpfAttr set(int offset, MemorySegment value) {
        segment.set(ValueLayout.JAVA_LONG, offset, value.address());
        return this;
    }

    /** Sets a name, which is cut to the 15 bytes that the kernel keeps. */
    BpfAttr set(int offset, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        int length = Math.min(bytes.length, NAME_SIZE - 1);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, offset, length);
        return this;
    }

    long call(Constant command) {
        return Kernel.tryCall(Sys.BPF, command.value(), segment.address(), SIZE);
    }
}
