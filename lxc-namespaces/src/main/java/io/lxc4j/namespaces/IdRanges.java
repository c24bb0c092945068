package io.lxc4j.namespaces;

import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.MappedIds;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Ids that were chosen one by one.
 *
 * @param users ranges of user ids
 * @param groups ranges of group ids
 * @param uid whom the process is inside
 * @param gid its group
 */
record IdRanges(List<IdMaps.Range> users, List<IdMaps.Range> groups, int uid, int gid) implements MappingRule {
    @Override
    public MappedIds ids(IdHost host) {
        return new MappedIds(host.maps(users, groups), uid, gid);
    }

    @Override
    public String toString() {
        return "ranges(users " + text(users) + "; groups " + text(groups) + "; as user " + uid + ", group " + gid + ")";
    }

    private static String text(List<IdMaps.Range> ranges) {
        return ranges.stream().map(IdMaps.Range::toString).collect(Collectors.joining(", "));
    }
}
