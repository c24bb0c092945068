package io.lxc4j.cgroups;

import io.lxc4j.kernel.Bpf;
import io.lxc4j.kernel.BpfInsn;
import io.lxc4j.kernel.BpfSkBuff;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import java.util.List;

/** Two programs that count what comes in and what goes out, and the array in which they do. */
final class NetworkCounter implements AutoCloseable {
    private static final int CONTEXT = 1;
    private static final int LENGTH = 2;
    private static final int COUNTS = 3;
    private static final int ONE = 4;

    private static final int NUMBERS = 4;
    private static final int PACKETS = 0;
    private static final int BYTES = Long.BYTES;
    private static final int RECEIVED = 0;
    private static final int SENT = 2 * Long.BYTES;
    private static final int PASS = 1;

    private final Fd counts;

    private NetworkCounter(Fd counts) {
        this.counts = counts;
    }

    /** Attached programs live as long as the cgroup does. */
    static NetworkCounter attach(CgroupDirectory directory) {
        Fd counts = Bpf.makeArray("lxc4j_network", NUMBERS * Long.BYTES);
        try {
            attach(directory, "lxc4j_received", Constants.BPF_CGROUP_INET_INGRESS, counting(counts, RECEIVED));
            attach(directory, "lxc4j_sent", Constants.BPF_CGROUP_INET_EGRESS, counting(counts, SENT));
            return new NetworkCounter(counts);
        } catch (RuntimeException | Error e) {
            counts.close();
            throw e;
        }
    }

    private static void attach(CgroupDirectory directory, String name, Constant type, List<BpfInsn> program) {
        try (Fd loaded = Bpf.load(Constants.BPF_PROG_TYPE_CGROUP_SKB, type, name, program)) {
            Bpf.attach(directory.fd(), loaded, type);
        }
    }

    private static List<BpfInsn> counting(Fd counts, int direction) {
        return new BpfAssembler()
                .load(LENGTH, CONTEXT, BpfSkBuff.LENGTH)
                .address(COUNTS, counts.number(), direction)
                .set(ONE, 1)
                .addAtomically(COUNTS, PACKETS, ONE)
                .addAtomically(COUNTS, BYTES, LENGTH)
                .end(PASS)
                .program();
    }

    NetworkStats read() {
        long[] numbers = Bpf.read(counts, NUMBERS);
        return new NetworkStats(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    @Override
    public void close() {
        counts.close();
    }
}
