package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.S_IFCHR;

import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.tar.ByteStrings;
import java.util.List;
import java.util.Optional;

/**
 * What a layer says of files that lower layers have: that one is gone, or that a directory shows nothing of them. An archive says it by
 * names, overlayfs by a device and an extended attribute.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts">OCI image layers: whiteouts</a>
 * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories">overlayfs: whiteouts</a>
 */
final class Whiteout {
    static final String PREFIX = ".wh.";
    static final String OPAQUE = ".wh..wh..opq";

    /** Names that AUFS has for itself. */
    private static final String INTERNAL = ".wh..wh.";

    static final String YES = "y";

    /** An overlay of the host's root reads the first, one in a user namespace the other. */
    private static final List<String> ATTRIBUTES = List.of("trusted.overlay.opaque", "user.overlay.opaque");

    private Whiteout() {}

    static boolean isInternal(String name) {
        return name.startsWith(INTERNAL) && !name.equals(OPAQUE);
    }

    /**
     * The name that a whiteout in an archive hides.
     *
     * @return the name; empty if the entry is no whiteout
     * @throws LayerException if it would hide a directory itself or the one above
     */
    static Optional<String> hidden(String name) {
        if (!name.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String hidden = name.substring(PREFIX.length());
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw new LayerException("the whiteout " + ByteStrings.show(name) + " hides no name");
        }
        return Optional.of(hidden);
    }

    /** Makes the device by which overlayfs knows that a name is gone; since Linux 5.8 everybody may. */
    static void make(FileTree tree, Fd directory, String name) {
        FileTree.check(tree.tryMakeNode(directory, name, S_IFCHR.value(), 0), Sys.MKNODAT, directory, name);
    }

    static boolean is(FileStatus status) {
        return status.isCharacterDevice() && status.device() == 0;
    }

    /** Has overlayfs show nothing of the lower layers in an open directory. */
    static void makeOpaque(FileTree tree, Fd directory, boolean asRoot) {
        for (String attribute : asRoot ? ATTRIBUTES : ATTRIBUTES.subList(1, 2)) {
            Kernel.check(
                    tree.trySetAttribute(directory, "", attribute, YES),
                    Sys.FSETXATTR,
                    () -> directory + ", \"" + attribute + "\"");
        }
    }

    /** Whether nothing of lower layers is shown in a directory. */
    static boolean isOpaque(FileTree tree, Fd directory, String name) {
        return tree.attributes(directory, name).stream()
                .filter(ATTRIBUTES::contains)
                .anyMatch(
                        attribute -> tree.attribute(directory, name, attribute).equals(YES));
    }
}
