package io.lxc4j.layers;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import java.util.Set;

/** What is set on a mount, whatever is mounted; see mount_setattr(2). */
enum MountAttribute {
    READ_ONLY,
    NO_SET_USER_ID,
    NO_DEVICES,
    NO_EXEC,
    NO_ATIME,
    NO_SYMLINK_FOLLOW;

    private Constant flag() {
        return switch (this) {
            case READ_ONLY -> Constants.MOUNT_ATTR_RDONLY;
            case NO_SET_USER_ID -> Constants.MOUNT_ATTR_NOSUID;
            case NO_DEVICES -> Constants.MOUNT_ATTR_NODEV;
            case NO_EXEC -> Constants.MOUNT_ATTR_NOEXEC;
            case NO_ATIME -> Constants.MOUNT_ATTR_NOATIME;
            case NO_SYMLINK_FOLLOW -> Constants.MOUNT_ATTR_NOSYMFOLLOW;
        };
    }

    static Constant flags(Set<MountAttribute> attributes) {
        return Constant.or(attributes.stream().map(MountAttribute::flag).toArray(Constant[]::new));
    }
}
