package io.lxc4j.launch;

import io.lxc4j.error.ContainerException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ids that containers have until all of its shares are closed, each of which is to be after the last process of its container
 * has ended. One container has them alone, unless others join its users.
 *
 * <p>Thread-safe. The leases of a JVM that is killed end with it.
 */
public final class IdLease implements AutoCloseable {
    private final MappedIds ids;
    private final Runnable giveBack;
    private final AtomicInteger shares;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A lease.
     *
     * @param ids what is leased
     * @param giveBack is run once, when it is closed
     */
    public IdLease(MappedIds ids, Runnable giveBack) {
        this(ids, giveBack, new AtomicInteger(1));
    }

    private IdLease(MappedIds ids, Runnable giveBack, AtomicInteger shares) {
        this.ids = ids;
        this.giveBack = giveBack;
        this.shares = shares;
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

    /**
     * Another share of the same ids, which are given back when all are closed.
     *
     * @return a share
     * @throws ContainerException if they have been given back
     */
    public IdLease share() {
        if (shares.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new ContainerException("the ids " + ids.maps().uids() + " have been given back");
        }
        return new IdLease(ids, giveBack, shares);
    }

    /** Gives the ids back if no other share of them is left; a second call does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true) && shares.decrementAndGet() == 0) {
            giveBack.run();
        }
    }

    @Override
    public String toString() {
        return "lease of " + ids.maps().uids() + (closed.get() ? ", closed" : "");
    }
}
