package io.lxc4j.namespaces;

/**
 * A room, cut into ranges of one length. User and group ids are the same numbers as far as there are such.
 *
 * @param count how many ids a range has
 * @param both ids that serve as user and as group ids
 * @param uids other user ids
 * @param gids other group ids, which go with them in that order
 */
record IdSlices(long count, IdSet both, IdSet uids, IdSet gids) {
    static IdSlices of(IdRoom room, long count) {
        IdSet both = room.uids().and(room.gids()).sliceable(count);
        return new IdSlices(count, both, room.uids().minus(both), room.gids().minus(both));
    }

    long size() {
        return both.slices(count) + Math.min(uids.slices(count), gids.slices(count));
    }

    /** The first user id of a range. */
    long uid(long index) {
        return first(index, uids);
    }

    /** The first group id of a range. */
    long gid(long index) {
        return first(index, gids);
    }

    private long first(long index, IdSet others) {
        long same = both.slices(count);
        return index < same ? both.slice(index, count) : others.slice(index - same, count);
    }
}
