package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;

/**
 * What is set on the mounts of a tree before it is attached.
 *
 * @param everywhere {@code MOUNT_ATTR_*} of all mounts of the tree
 * @param atTop {@code MOUNT_ATTR_*} of its topmost mount alone
 * @param propagation {@code MS_PRIVATE} and the like, of all mounts
 */
public record MountFlags(Constant everywhere, Constant atTop, Constant propagation) {
    /**
     * Attributes of all mounts, which neither give nor get any mount.
     *
     * @param attributes {@code MOUNT_ATTR_*}
     * @return the flags
     */
    public static MountFlags of(Constant attributes) {
        return new MountFlags(attributes, Constant.or(), Constants.MS_PRIVATE);
    }
}
