package io.lxc4j;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.RESOLVE_IN_ROOT;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;

import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.RemoteHand;

/**
 * An absolute path inside, split at its last slash.
 *
 * @param parent the directory, relative to the root
 * @param name the name in it; {@code .} for the root itself
 */
record InsidePlace(String parent, String name) {
    static InsidePlace of(String path) {
        int slash = path.lastIndexOf('/');
        String parent = path.substring(0, slash);
        String name = path.substring(slash + 1);
        return new InsidePlace(parent.isEmpty() ? "." : parent.substring(1), name.isEmpty() ? "." : name);
    }

    /** Opens the directory; links on the way are followed within the container's root. */
    RemoteHand.Grip open(RemoteHand hand, String doing) {
        try (RemoteHand.Grip root = hand.root()) {
            return hand.open(
                    doing,
                    root,
                    parent,
                    Constant.or(O_PATH, O_DIRECTORY),
                    0,
                    Constant.or(RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS));
        }
    }
}
