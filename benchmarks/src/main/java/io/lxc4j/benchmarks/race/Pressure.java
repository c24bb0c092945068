package io.lxc4j.benchmarks.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long processes had to wait for a CPU while something was measured, by {@code /proc/pressure/cpu}. What launches one
 * process at a time leaves CPUs idle, so much pressure means that others use the machine and the times are too long.
 */
public final class Pressure {
    private static final Path FILE = Path.of("/proc/pressure/cpu");

    private final long start = System.nanoTime();
    private final long before = waited();

    /**
     * Begins.
     *
     * @throws IOException if the file can't be read
     */
    public Pressure() throws IOException {}

    /** The share of the time since this object was made, in percent; -1 if the kernel does not tell. */
    double percent() throws IOException {
        long now = waited();
        return now < 0 ? -1 : (now - before) * 1000.0 / (System.nanoTime() - start) * 100;
    }

    /** Microseconds in which some process waited. */
    private static long waited() throws IOException {
        if (!Files.isReadable(FILE)) {
            return -1;
        }
        String some = Files.readAllLines(FILE).getFirst();
        return Long.parseLong(some.substring(some.lastIndexOf('=') + 1));
    }
}
