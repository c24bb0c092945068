package io.lxc4j.benchmarks.launch;

import io.lxc4j.benchmarks.race.Contender;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many launches a second some number of virtual threads achieves together.
 *
 * @param name the contender
 * @param threads how many launch at once
 * @param median the median of several runs, launches a second
 * @param min the slowest run
 * @param max the fastest run
 */
record Throughput(String name, int threads, double median, double min, double max) {
    private static final int[] THREADS = {1, 4, 16, 64};
    private static final int RUNS = 7;
    private static final int LAUNCHES = 256;

    static List<Throughput> measure(List<Contender> contenders) throws InterruptedException {
        List<Throughput> results = new ArrayList<>();
        for (int threads : THREADS) {
            double[][] rates = new double[contenders.size()][RUNS];
            for (int run = -1; run < RUNS; run++) {
                for (int i = 0; i < rates.length; i++) {
                    int next = Math.floorMod(run + i, rates.length);
                    double rate = rate(contenders.get(next), threads);
                    if (run >= 0) {
                        rates[next][run] = rate;
                    }
                }
            }
            for (int i = 0; i < rates.length; i++) {
                Arrays.sort(rates[i]);
                results.add(new Throughput(
                        contenders.get(i).name(), threads, rates[i][RUNS / 2], rates[i][0], rates[i][RUNS - 1]));
            }
        }
        return results;
    }

    private static double rate(Contender contender, int threads) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(LAUNCHES);
        List<Future<?>> all = new ArrayList<>();
        long start = System.nanoTime();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < threads; i++) {
                all.add(executor.submit(() -> {
                    while (left.getAndDecrement() > 0) {
                        contender.launch();
                    }
                    return null;
                }));
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        for (Future<?> one : all) {
            try {
                one.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(contender.name() + " failed with " + threads + " at once", e);
            }
        }
        return LAUNCHES / seconds;
    }
}
