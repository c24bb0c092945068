package io.lxc4j.launch;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ids that one container has until this is closed, which is to be after its last process has ended.
 *
 * <p>Thread-safe. The leases of a JVM that is killed end with it.
 */
public final class IdLease implements AutoCloseable {
    private final MappedIds ids;
    private final Runnable giveBack;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A lease.
     *
     * @param ids what is leased
     * @param giveBack is run once, when it is closed
     */
    public IdLease(MappedIds ids, Runnable giveBack) {
        this.ids = ids;
        this.giveBack = giveBack;
    }

    /**
     * A lease of ids that nobody need give back.
     *
     * @param ids what is leased
     * @return the lease
     */
    public static IdLease of(MappedIds ids) {
        return new IdLease(ids, () -> {});
    }

    /**
     * What is leased.
     *
     * @return the ids
     */
    public MappedIds ids() {
        return ids;
    }

    /** Gives the ids back; a second call does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            giveBack.run();
        }
    }

    @Override
    public String toString() {
        return "lease of " + ids.maps().uids() + (closed.get() ? ", closed" : "");
    }
}
