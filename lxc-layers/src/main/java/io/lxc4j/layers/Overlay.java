package io.lxc4j.layers;

import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NODEV;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOSUID;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.MountOperation;
import java.util.ArrayList;
import java.util.List;

/**
 * Union mounts of a lower directory of the host and an upper directory in the container's scratch tmpfs.
 *
 * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html">the kernel's overlayfs documentation</a>
 */
final class Overlay {
    private Overlay() {}

    /** So many layers with names of seven characters fit into an option of the kernel's. */
    static final int MOST_LAYERS = 32;

    /**
     * An overlay for a root.
     *
     * @param lower an absolute path of the host, or a relative path in the scratch tmpfs
     * @param upper a relative path in the scratch tmpfs
     * @param work a relative path in the scratch tmpfs, of an empty directory
     * @param ownUsers whether it is mounted in a user namespace
     * @param setUserId whether set-user-id programs act
     */
    static MountOperation.FileSystem fileSystem(
            String lower, String upper, String work, boolean ownUsers, boolean setUserId) {
        Constant attributes = setUserId ? MOUNT_ATTR_NODEV : Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV);
        return fileSystem(attributes, writable(escape(lower), upper, work), ownUsers);
    }

    /** The options of an overlay that can be written to. */
    static List<String> writable(String lower, String upper, String work) {
        return List.of("lowerdir", lower, "upperdir", upper, "workdir", work);
    }

    /**
     * An overlay. What a lower layer's extended attributes ask for, as another directory's content or metadata without
     * data, is not followed; in a user namespace only {@code user.} attributes can be had.
     */
    static MountOperation.FileSystem fileSystem(Constant attributes, List<String> layers, boolean ownUsers) {
        List<String> options = new ArrayList<>(layers);
        options.addAll(ownUsers ? List.of("userxattr", "") : List.of("redirect_dir", "nofollow", "metacopy", "off"));
        return MountOperation.FileSystem.of("overlay", attributes, options.toArray(String[]::new));
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
