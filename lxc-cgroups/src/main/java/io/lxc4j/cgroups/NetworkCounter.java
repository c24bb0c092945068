package io.lxc4j.cgroups;

import io.lxc4j.kernel.Bpf;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;

/** Two programs that count and limit what comes in and what goes out, and the arrays by which they are told and tell. */
final class NetworkCounter implements AutoCloseable {
    private static final int DIRECTIONS = 2;
    private static final long NANOS = 1_000_000_000;

    /** Less makes TCP wait for its timers, and it does not reach the rate. */
    private static final long BURST_NANOS = NANOS / 2;

    /** Some of the largest packets that the kernel cuts late, as one that is larger than the burst would never go on. */
    private static final long LEAST_BURST_BYTES = 256 << 10;

    private final Fd counts;
    private final Fd rates;
    private final long[] wanted = new long[DIRECTIONS * NetworkProgram.RATES];

    private NetworkCounter(Fd counts, Fd rates) {
        this.counts = counts;
        this.rates = rates;
    }

    /** Attached programs live as long as the cgroup does. */
    static NetworkCounter attach(CgroupDirectory directory) {
        Fd counts = Bpf.makeArray("lxc4j_network", DIRECTIONS * NetworkProgram.COUNTS * Long.BYTES);
        try {
            Fd rates = Bpf.makeArray("lxc4j_rates", DIRECTIONS * NetworkProgram.RATES * Long.BYTES);
            try {
                for (NetworkDirection direction : NetworkDirection.values()) {
                    attach(directory, direction, counts, rates);
                }
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

    private static void attach(CgroupDirectory directory, NetworkDirection direction, Fd counts, Fd rates) {
        try (Fd loaded = Bpf.load(
                Constants.BPF_PROG_TYPE_CGROUP_SKB,
                direction.attachType(),
                direction.program(),
                NetworkProgram.of(direction, counts, rates))) {
            Bpf.attach(directory.fd(), loaded, direction.attachType());
        }
    }

    /** Sets the most bytes per second, or 0 for any. */
    void limit(NetworkDirection direction, long bytesPerSecond) {
        long burst = bytesPerSecond == 0 ? 0 : Math.max(BURST_NANOS, LEAST_BURST_BYTES * NANOS / bytesPerSecond);
        int place = direction.index() * NetworkProgram.RATES;
        wanted[place] = bytesPerSecond;
        wanted[place + 1] = burst;
        Bpf.write(rates, wanted);
    }

    NetworkStats read() {
        long[] numbers = Bpf.read(counts, DIRECTIONS * NetworkProgram.COUNTS);
        int sent = NetworkDirection.SEND.index() * NetworkProgram.COUNTS;
        return new NetworkStats(
                numbers[NetworkProgram.PACKETS],
                numbers[NetworkProgram.BYTES],
                numbers[NetworkProgram.DROPS],
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
