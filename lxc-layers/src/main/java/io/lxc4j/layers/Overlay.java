package io.lxc4j.layers;

import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NODEV;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOSUID;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.MountOperation;

/**
 * Union mounts of a lower directory of the host and an upper directory in the container's scratch tmpfs.
 *
 * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html">the kernel's overlayfs documentation</a>
 */
final class Overlay {
    private Overlay() {}

    /**
     * An overlay. What a lower layer's extended attributes ask for, as another directory's content or metadata without
     * data, is not followed.
     *
     * @param lower an absolute path of the host
     * @param upper a relative path in the scratch tmpfs
     * @param work a relative path in the scratch tmpfs, of an empty directory
     * @param ownUsers whether it is mounted in a user namespace, where only {@code user.} attributes can be had
     */
    static MountOperation.FileSystem fileSystem(String lower, String upper, String work, boolean ownUsers) {
        Constant attributes = Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV);
        String escaped = escape(lower);
        return ownUsers
                ? MountOperation.FileSystem.of(
                        "overlay", attributes, "lowerdir", escaped, "upperdir", upper, "workdir", work, "userxattr", "")
                : MountOperation.FileSystem.of(
                        "overlay",
                        attributes,
                        "lowerdir",
                        escaped,
                        "upperdir",
                        upper,
                        "workdir",
                        work,
                        "redirect_dir",
                        "nofollow",
                        "metacopy",
                        "off");
    }

    /** In a list of lower directories a colon separates, and a backslash protects. */
    private static String escape(String path) {
        if (path.length() > 200) {
            throw new InvalidSpecificationException(
                    "a lower directory's path may have at most 200 characters (a limit of fsconfig): " + path);
        }
        return path.replace("\\", "\\\\").replace(":", "\\:");
    }
}
