package io.lxc4j.benchmarks.launch;

import java.io.IOException;

/** A way to run the program that does nothing, from the start to its end. */
interface Contender extends AutoCloseable {
    /** Does what is measured, once, and tells in nanoseconds how long that took. */
    @FunctionalInterface
    interface Measurement {
        long take() throws IOException, InterruptedException;
    }

    /** One that has nothing to close. */
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

    /** What the table calls it. */
    String name();

    /**
     * Runs the program once.
     *
     * @return how long it took, in nanoseconds
     * @throws IllegalStateException if the program did not exit with 0
     */
    long launch() throws IOException, InterruptedException;

    @Override
    default void close() {}
}
