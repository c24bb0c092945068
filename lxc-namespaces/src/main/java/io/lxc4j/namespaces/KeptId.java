package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.MappedIds;
import java.util.ArrayList;
import java.util.List;

/** The caller has the same ids inside, among subordinate ones if it has any. */
record KeptId() implements MappingRule {
    @Override
    public MappedIds ids(IdHost host) {
        host.requireOrdinaryUser(this);
        Caller caller = host.caller();
        int uid = number("user", caller.uid());
        int gid = number("group", caller.gid());
        if (host.hasSubordinateIds()) {
            return new MappedIds(
                    host.maps(around(uid, host.subordinateUids(this)), around(gid, host.subordinateGids(this))),
                    uid,
                    gid);
        }
        return new MappedIds(
                new IdMaps(
                        List.of(new IdMaps.Range(uid, uid, 1)),
                        List.of(new IdMaps.Range(gid, gid, 1)),
                        !caller.maySetGroups()),
                uid,
                gid);
    }

    private static int number(String kind, long id) {
        if (id > Integer.MAX_VALUE) {
            throw new HostUnsupportedException("keepId: the " + kind + " id " + id + " is greater than "
                    + Integer.MAX_VALUE + ", which programs take for negative; use another mapping");
        }
        return (int) id;
    }

    private static List<IdMaps.Range> around(long own, IdSet subordinate) {
        IdSet others = subordinate.minus(IdSet.of(own, 1));
        IdSet below = others.firstIds(own);
        List<IdMaps.Range> ranges = new ArrayList<>(below.mapped(0));
        ranges.add(new IdMaps.Range(own, own, 1));
        ranges.addAll(others.minus(below).mapped(own + 1));
        return ranges;
    }

    @Override
    public String toString() {
        return "keepId";
    }
}
