package io.lxc4j.launch;

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
     * What the process does once the maps are written. It leaves its supplementary groups, unless the kernel forbids that.
     *
     * @return the operation
     */
    public Operation.SetIds takingOn() {
        return new Operation.SetIds(uid, gid, maps.denySetgroups() ? null : List.of());
    }
}
