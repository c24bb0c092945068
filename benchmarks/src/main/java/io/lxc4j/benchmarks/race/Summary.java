package io.lxc4j.benchmarks.race;

import java.util.Arrays;

/**
 * The samples of a contender, in milliseconds.
 *
 * @param name the contender
 * @param samples how many there are
 * @param median half of them are smaller
 * @param p95 95 of 100 are smaller
 * @param min the smallest
 * @param mean their mean
 * @param max the greatest
 */
public record Summary(String name, int samples, double median, double p95, double min, double mean, double max) {
    private static final double NANOSECONDS = 1e6;

    static Summary of(String name, long[] nanoseconds) {
        long[] sorted = nanoseconds.clone();
        Arrays.sort(sorted);
        int count = sorted.length;
        return new Summary(
                name,
                count,
                sorted[count / 2] / NANOSECONDS,
                sorted[count * 95 / 100] / NANOSECONDS,
                sorted[0] / NANOSECONDS,
                Arrays.stream(sorted).average().orElse(0) / NANOSECONDS,
                sorted[count - 1] / NANOSECONDS);
    }
}
