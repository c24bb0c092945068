package io.lxc4j.launch;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import java.util.List;

/**
 * The ids of one container: its maps, and whom its process is inside.
 *
 * @param maps the maps
 * @param uid the user id that its process takes on, as seen inside; mapped
 * @param gid the group id that its process takes on
 */
public record MappedIds(IdMaps maps, int uid, int gid) {
    /**
     * What the process does once the maps are written. It leaves its supplementary groups for others, unless the kernel
     * forbids that.
     *
     * @param groups its supplementary groups, as seen inside
     * @return the operation
     * @throws HostUnsupportedException if it can have no such groups
     * @throws InvalidSpecificationException if one is not mapped
     */
    public Operation.SetIds takingOn(List<Integer> groups) {
        if (!groups.isEmpty() && maps.denySetgroups()) {
            throw new HostUnsupportedException(
                    "additional groups " + groups + ": the kernel lets a user without privilege have none where only"
                            + " its own group is mapped; map subordinate ids, with a line of the"
                            + " user in /etc/subuid and /etc/subgid and"
                            + " IdMapping.subordinate()");
        }
        for (int group : groups) {
            if (maps.gids().stream().noneMatch(range -> range.has(group))) {
                throw new InvalidSpecificationException("additional groups " + groups + ": " + group
                        + " is not mapped in the container; its groups are mapped (inside, outside, count): "
                        + maps.gids());
            }
        }
        return new Operation.SetIds(uid, gid, maps.denySetgroups() ? null : groups);
    }
}
