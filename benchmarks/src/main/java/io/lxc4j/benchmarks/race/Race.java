package io.lxc4j.benchmarks.race;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All contenders in one run: each once a round, and each round begins with the next one, so that whatever else the
 * machine does falls on all of them alike.
 */
public final class Race implements AutoCloseable {
    private final List<Contender> contenders;

    /**
     * Takes the contenders over, to close them.
     *
     * @param contenders all of them
     */
    public Race(List<Contender> contenders) {
        this.contenders = contenders;
    }

    /**
     * Runs all.
     *
     * @param warmup rounds that do not count
     * @param rounds rounds that do
     * @return what each has taken
     * @throws IOException if one can't be run
     * @throws InterruptedException if this thread is interrupted
     */
    public List<Summary> run(int warmup, int rounds) throws IOException, InterruptedException {
        int count = contenders.size();
        long[][] samples = new long[count][rounds];
        for (int round = -warmup; round < rounds; round++) {
            for (int i = 0; i < count; i++) {
                int next = Math.floorMod(round + i, count);
                long nanoseconds = contenders.get(next).launch();
                if (round >= 0) {
                    samples[next][round] = nanoseconds;
                }
            }
        }
        List<Summary> summaries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            summaries.add(Summary.of(contenders.get(i).name(), samples[i]));
        }
        return summaries;
    }

    @Override
    public void close() {
        contenders.forEach(Contender::close);
    }
}
