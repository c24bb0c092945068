package io.lxc4j.kernel;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open descriptor that is closed exactly once and says what it stands for.
 *
 * <p>Thread-safe: of several threads that close it or take it over, one succeeds. A caller must not close it while
 * another thread is inside a system call on it; the number could be given to another file meanwhile.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;
    private final String what;

    /**
     * Takes ownership of a descriptor.
     *
     * @param number an open descriptor
     * @param what what it stands for, for instance {@code pidfd of 4711}
     */
    public Fd(int number, String what) {
        this.number = new AtomicInteger(number);
        this.what = what;
    }

    /**
     * The descriptor's number.
     *
     * @return a number from 0
     * @throws IllegalStateException if it is closed
     */
    public int number() {
        int current = number.get();
        if (current == CLOSED) {
            throw new IllegalStateException("already closed: " + what);
        }
        return current;
    }

    /**
     * Whether it is still open.
     *
     * @return whether nobody has closed it
     */
    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /** Closes the descriptor; a second call does nothing. An error of {@code close(2)} says nothing useful here. */
    @Override
    public void close() {
        int current = number.getAndSet(CLOSED);
        if (current != CLOSED) {
            Kernel.tryCall(Sys.CLOSE, current);
        }
    }

    /** Renders the descriptor: {@code fd 7 (pidfd of 4711)}. */
    @Override
    public String toString() {
        int current = number.get();
        return (current == CLOSED ? "closed fd" : "fd " + current) + " (" + what + ")";
    }
}
