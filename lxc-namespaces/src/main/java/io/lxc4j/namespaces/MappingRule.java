package io.lxc4j.namespaces;

import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.MappedIds;

/** How a mapping becomes numbers. */
sealed interface MappingRule extends IdMapping permits IsolatedIds, OwnId, RootAndSubordinateIds, KeptId, IdRanges {
    /** The ids for any container. */
    MappedIds ids(IdHost host);

    /** The ids for one container. */
    default IdLease lease(IdHost host) {
        return IdLease.of(ids(host));
    }
}
