package io.lxc4j.cgroups;

import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Something that is done in a virtual thread whenever it is asked for, never twice at a time, and once more if it is asked for meanwhile. */
final class SerialTask {
    private static final Logger LOG = LoggerFactory.getLogger(SerialTask.class);

    private enum State {
        IDLE,
        RUNNING,
        AGAIN
    }

    private final String name;
    private final Runnable task;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    /**
     * A task.
     *
     * @param name of its threads
     * @param task what is done
     */
    SerialTask(String name, Runnable task) {
        this.name = name;
        this.task = task;
    }

    /** Asks for it; does not wait. What the caller has done before is seen by the task. */
    void request() {
        if (state.getAndUpdate(now -> now == State.IDLE ? State.RUNNING : State.AGAIN) == State.IDLE) {
            Thread.ofVirtual().name(name).start(this::run);
        }
    }

    private void run() {
        do {
            state.set(State.RUNNING);
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("{} failed", name, e);
            }
        } while (!state.compareAndSet(State.RUNNING, State.IDLE));
    }
}
