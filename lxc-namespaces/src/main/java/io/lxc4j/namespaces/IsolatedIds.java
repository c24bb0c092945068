package io.lxc4j.namespaces;

import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.MappedIds;

/**
 * Ids that one container has alone.
 *
 * @param count how many
 */
record IsolatedIds(long count) implements MappingRule {
    /** As many as are usual where the ids come from. */
    static final long USUAL = 0;

    @Override
    public MappedIds ids(IdHost host) {
        return host.pool().example(count);
    }

    @Override
    public IdLease lease(IdHost host) {
        return host.pool().lease(count);
    }

    @Override
    public String toString() {
        return count == USUAL ? "isolated" : "isolated(" + count + ")";
    }
}
