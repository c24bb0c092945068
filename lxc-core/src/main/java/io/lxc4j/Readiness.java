package io.lxc4j;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.launch.Reactor;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

/**
 * A descriptor with a lock, whose holder can park until the descriptor is ready. That costs a virtual thread no platform
 * thread; the reactor wakes it. Most methods need the lock.
 */
final class Readiness {
    private final Fd fd;
    private final Reactor.Watch watch;
    private final Runnable onReady;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /**
     * Takes the descriptor over.
     *
     * @param fd becomes non-blocking
     * @param events {@code EPOLLIN} or {@code EPOLLOUT}
     * @param onReady called with the lock when it is ready, before those who park are woken
     */
    Readiness(Fd fd, Constant events, Runnable onReady) {
        this.fd = fd;
        this.onReady = onReady;
        Kernel.setNonBlocking(fd);
        watch = Reactor.shared().watch(fd, events, this::ready);
    }

    private void ready() {
        lock.lock();
        try {
            onReady.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    Fd fd() {
        return fd;
    }

    /** Has the reactor call as soon as the descriptor is ready. */
    void arm() {
        watch.arm();
    }

    /**
     * Tries until something comes of it, and gives the lock away meanwhile.
     *
     * @return the attempt's result, not 0
     */
    int await(Attempt attempt) throws IOException {
        int result;
        while ((result = attempt.result()) == 0) {
            watch.arm();
            changed.awaitUninterruptibly();
        }
        return result;
    }

    /** As {@link #await}, but an interrupt ends the wait. */
    int awaitInterruptibly(Attempt attempt) throws IOException, InterruptedException {
        int result;
        while ((result = attempt.result()) == 0) {
            watch.arm();
            changed.await();
        }
        return result;
    }

    /** Takes the lock and calls with the descriptor; empty if it is freed. */
    OptionalLong whileOpen(ToLongFunction<Fd> call) {
        lock.lock();
        try {
            return fd.isOpen() ? OptionalLong.of(call.applyAsLong(fd)) : OptionalLong.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Reads or writes without waiting. */
    @FunctionalInterface
    interface Attempt {
        /** What came of it; 0 if the descriptor is not ready. */
        int result() throws IOException;
    }

    /** Wakes all who park. */
    void signal() {
        changed.signalAll();
    }

    /** Frees the descriptor and wakes all who park. */
    void end() {
        watch.cancel();
        fd.close();
        changed.signalAll();
    }
}
