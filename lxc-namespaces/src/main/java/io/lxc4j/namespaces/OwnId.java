package io.lxc4j.namespaces;

import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.MappedIds;
import java.util.List;

/** The caller is root inside, alone. */
record OwnId() implements MappingRule {
    @Override
    public MappedIds ids(IdHost host) {
        Caller caller = host.caller();
        return new MappedIds(
                new IdMaps(
                        List.of(new IdMaps.Range(0, caller.uid(), 1)),
                        List.of(new IdMaps.Range(0, caller.gid(), 1)),
                        !caller.maySetGroups()),
                0,
                0);
    }

    @Override
    public String toString() {
        return "self";
    }
}
