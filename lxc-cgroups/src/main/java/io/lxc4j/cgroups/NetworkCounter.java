package io.lxc4j.cgroups;

import io.lxc4j.kernel.Bpf;
import io.lxc4j.kernel.BpfInsn;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import java.util.List;

/** Two programs that count what comes in, and count and limit what goes out, and the arrays by which they tell and are told. */
final class NetworkCounter implements AutoCloseable {
    private static final int DIRECTIONS = 2;
    private static final long NANOS = 1_000_000_000;

    /** Less makes TCP wait for its timers, and it does not reach the rate. */
    private static final long BURST_NANOS = NANOS / 2;

    /** Some of the largest packets that the kernel cuts late, as one that is larger than the burst would never go on. */
    private static final long LEAST_BURST_BYTES = 256 << 10;

    private final Fd counts;
    private final Fd rates;

    private NetworkCounter(Fd counts, Fd rates) {
        this.counts = counts;
        this.rates = rates;
    }

    /** Attached programs live as long as the cgroup does. */
    static NetworkCounter attach(CgroupDirectory directory) {
        Fd counts = Bpf.makeArray("lxc4j_network", DIRECTIONS * NetworkProgram.COUNTS * Long.BYTES);
        try {
            Fd rates = Bpf.makeArray("lxc4j_rates", NetworkProgram.RATES * Long.BYTES);
            try {
                attach(directory, NetworkDirection.RECEIVE, NetworkProgram.counting(NetworkDirection.RECEIVE, counts));
                attach(directory, NetworkDirection.SEND, NetworkProgram.limiting(NetworkDirection.SEND, counts, rates));
                return new NetworkCounter(counts, rates);
            } catch (RuntimeException | Error e) {
                rates.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            counts.close();
            throw e;
        }
    }

    private static void attach(CgroupDirectory directory, NetworkDirection direction, List<BpfInsn> program) {
        try (Fd loaded =
                Bpf.load(Constants.BPF_PROG_TYPE_CGROUP_SKB, direction.attachType(), direction.program(), program)) {
            Bpf.attach(directory.fd(), loaded, direction.attachType());
        }
    }

    /** Sets the most bytes per second, or 0 for any. */
    void limitSending(long bytesPerSecond) {
        long burst = bytesPerSecond == 0 ? 0 : Math.max(BURST_NANOS, LEAST_BURST_BYTES * NANOS / bytesPerSecond);
        Bpf.write(rates, bytesPerSecond, burst);
    }

    NetworkStats read() {
        long[] numbers = Bpf.read(counts, DIRECTIONS * NetworkProgram.COUNTS);
        int sent = NetworkDirection.SEND.index() * NetworkProgram.COUNTS;
        return new NetworkStats(
                numbers[NetworkProgram.PACKETS],
                numbers[NetworkProgram.BYTES],
                numbers[sent + NetworkProgram.PACKETS],
                numbers[sent + NetworkProgram.BYTES],
                numbers[sent + NetworkProgram.DROPS]);
    }

    @Override
    public void close() {
        counts.close();
        rates.close();
    }
}
