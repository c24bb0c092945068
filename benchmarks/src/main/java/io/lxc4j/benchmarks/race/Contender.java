package io.lxc4j.benchmarks.race;

import java.io.IOException;

/** A way to do what is measured. */
public interface Contender extends AutoCloseable {
    /** Does what is measured, once, and tells in nanoseconds how long that took. */
    @FunctionalInterface
    interface Measurement {
        /**
         * Measures.
         *
         * @return nanoseconds
         * @throws IOException if it fails
         * @throws InterruptedException if this thread is interrupted
         */
        long take() throws IOException, InterruptedException;
    }

    /**
     * One that has nothing to close.
     *
     * @param name what the table calls it
     * @param measurement does it
     * @return the contender
     */
    static Contender of(String name, Measurement measurement) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long launch() throws IOException, InterruptedException {
                return measurement.take();
            }
        };
    }

    /**
     * What the table calls it.
     *
     * @return its name
     */
    String name();

    /**
     * Does it once.
     *
     * @return how long it took, in nanoseconds
     * @throws IllegalStateException if it did not succeed
     * @throws IOException if it fails
     * @throws InterruptedException if this thread is interrupted
     */
    long launch() throws IOException, InterruptedException;

    @Override
    default void close() {}
}
