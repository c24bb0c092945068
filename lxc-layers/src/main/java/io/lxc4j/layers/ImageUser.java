package io.lxc4j.layers;

import java.util.List;

/**
 * A user of an image, as programs in it know it.
 *
 * @param uid the user id
 * @param gid the group id
 * @param groups supplementary groups, ascending
 * @param home the home directory, an absolute path
 */
public record ImageUser(int uid, int gid, List<Integer> groups, String home) {
    /** Makes the list immutable. */
    public ImageUser {
        groups = List.copyOf(groups);
    }
}
