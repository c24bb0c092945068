package io.lxc4j.cgroups;

import java.util.function.Consumer;

/** Hands events to one listener, in order and one at a time, in a virtual thread. Thread-safe. */
final class Inbox {
    private final Class<? extends CgroupEvent> kind;
    private final Listener<CgroupEvent> listener;
    private final PendingEvents pending = new PendingEvents();
    private final SerialTask task;
    private volatile boolean closed;

    /**
     * An inbox.
     *
     * @param cgroup whose events, for messages
     * @param kind which events
     * @param consumer is told
     */
    Inbox(String cgroup, Class<? extends CgroupEvent> kind, Consumer<CgroupEvent> consumer) {
        this.kind = kind;
        listener = new Listener<>(cgroup, consumer);
        task = new SerialTask("lxc4j-events", this::drain);
    }

    boolean wants(Class<? extends CgroupEvent> other) {
        return kind.isAssignableFrom(other);
    }

    void offer(CgroupEvent event) {
        if (wants(event.getClass()) && !closed) {
            pending.add(event);
            task.request();
        }
    }

    private void drain() {
        CgroupEvent next;
        while (!closed && (next = pending.take()) != null) {
            listener.tell(next);
        }
    }

    /** Forgets what was not handed over. */
    void close() {
        closed = true;
    }
}
