package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;

/**
 * The ids that containers of this caller can have alone.
 *
 * @param uids user ids
 * @param gids group ids
 * @param usualCount how many a container gets unless it asks for another number
 * @param source where they come from, as the end of a sentence on ids
 */
record IdRoom(IdSet uids, IdSet gids, long usualCount, String source) {
    /** From here on there are no users, and it is what LXD takes for root. */
    private static final long FIRST = 1_000_000;

    /** All that 16-bit programs know, {@code nobody} included. */
    private static final long USUAL_COUNT = 65_536;

    /** Where there are few ids, they are to do for so many containers. */
    private static final long CONTAINERS = 16;

    static IdRoom of(Caller caller, SubordinateFile users, SubordinateFile groups) {
        if (users.has(caller) || groups.has(caller) || !caller.mayMap()) {
            return ofLines(caller, users, groups);
        }
        IdSet own = caller.ownUids()
                .and(caller.ownGids())
                .minus(IdSet.given(users.ids().ranges()))
                .minus(IdSet.given(groups.ids().ranges()));
        IdSet high = own.minus(IdSet.of(0, FIRST));
        if (high.longest() >= USUAL_COUNT) {
            return new IdRoom(
                    high, high, USUAL_COUNT, "from " + FIRST + " on that nobody has in " + users + " or " + groups);
        }
        IdSet spare = own.minus(IdSet.of(0, 1)).minus(IdSet.of(caller.uid(), 1)).minus(IdSet.of(caller.gid(), 1));
        if (spare.isEmpty()) {
            throw new HostUnsupportedException(
                    "isolated: this JVM is in a user namespace that has no ids beside its own"
                            + " (/proc/self/uid_map, /proc/self/gid_map); give that more, or use IdMapping.self()");
        }
        return new IdRoom(
                spare,
                spare,
                Math.clamp(spare.size() / CONTAINERS, 1, USUAL_COUNT),
                "that this JVM's user namespace has (/proc/self/uid_map) and nobody has in " + users + " or " + groups);
    }

    private static IdRoom ofLines(Caller caller, SubordinateFile users, SubordinateFile groups) {
        IsolatedIds mapping = new IsolatedIds(IsolatedIds.USUAL);
        if (!users.has(caller)) {
            throw users.missing(caller, mapping);
        }
        if (!groups.has(caller)) {
            throw groups.missing(caller, mapping);
        }
        return new IdRoom(
                users.all(caller).and(caller.ownUids()),
                groups.all(caller).and(caller.ownGids()),
                USUAL_COUNT,
                "that the user " + caller.name() + " has in " + users + " and " + groups);
    }
}
