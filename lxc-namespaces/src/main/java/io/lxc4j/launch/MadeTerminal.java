package io.lxc4j.launch;

import io.lxc4j.kernel.Fd;

/**
 * The two ends of the terminal that a launched process has. As long as this JVM has the process's end open as well,
 * processes may close their terminal and open it again, and reading from the master finds no end.
 *
 * @param master the end that shows and types
 * @param slave the process's end
 */
public record MadeTerminal(Fd master, Fd slave) implements AutoCloseable {
    /** Closes both. */
    @Override
    public void close() {
        slave.close();
        master.close();
    }
}
