package io.lxc4j.namespaces;

import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.MappedIds;
import java.util.ArrayList;
import java.util.List;

/** The caller is root inside, and its subordinate ids follow. */
record RootAndSubordinateIds() implements MappingRule {
    @Override
    public MappedIds ids(IdHost host) {
        host.requireOrdinaryUser(this);
        Caller caller = host.caller();
        return new MappedIds(
                host.maps(
                        followed(caller.uid(), host.subordinateUids(this)),
                        followed(caller.gid(), host.subordinateGids(this))),
                0,
                0);
    }

    private static List<IdMaps.Range> followed(long own, IdSet subordinate) {
        List<IdMaps.Range> ranges = new ArrayList<>(List.of(new IdMaps.Range(0, own, 1)));
        ranges.addAll(subordinate.minus(IdSet.of(own, 1)).mapped(1));
        return ranges;
    }

    @Override
    public String toString() {
        return "subordinate";
    }
}
