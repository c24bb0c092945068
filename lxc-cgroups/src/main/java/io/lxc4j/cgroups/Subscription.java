package io.lxc4j.cgroups;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * That somebody is told of something, until it is closed. It ends with the cgroup as well, so it need not be closed. Thread-safe.
 */
public final class Subscription implements AutoCloseable {
    private final Runnable end;
    private final AtomicBoolean closed = new AtomicBoolean();

    Subscription(Runnable end) {
        this.end = end;
    }

    /**
     * Ends it: the listener is not called again. A call that is under way goes on, so a listener may close its own. A second call does
     * nothing.
     */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            end.run();
        }
    }
}
