package io.lxc4j.layers.files;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarType;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Gives files that have been made their owners, permissions, attributes and times. Not thread-safe. */
final class Equipment {
    private static final int PERMISSIONS = 0777;
    private static final int ALL_PERMISSIONS = 07777;
    private static final int OWNERS = 0600;

    private final FileTree tree;
    private final boolean asRoot;
    private final Unkept unkept = new Unkept();
    private final Map<Integer, FileStatus> madeWith = new HashMap<>();

    /** For a root user, or for one who can't give files away. */
    Equipment(FileTree tree, boolean asRoot) {
        this.tree = tree;
        this.asRoot = asRoot;
    }

    /**
     * Gives what has just been made all that it is to have. In this order: a change of the owner takes set-user-id and capabilities away,
     * who may not write a file can set no attributes, and each change changes the time.
     *
     * @param path the path of the file in the layer
     * @param entry what it gets
     * @param directory its directory
     * @param name its name there; empty for what is open as the directory
     */
    void give(LayerPath path, TarEntry entry, Fd directory, String name) {
        give(path, entry, directory, name, false, false);
    }

    private void give(LayerPath path, TarEntry entry, Fd directory, String name, boolean isOwned, boolean isPermitted) {
        if (asRoot && !isOwned) {
            tree.own(directory, name, entry.uid(), entry.gid());
        }
        SequencedMap<String, String> refused = setAttributes(entry, directory, name);
        if (entry.type() != TarType.SYMBOLIC_LINK && !isPermitted) {
            tree.permit(directory, name, entry.mode());
        }
        tree.touch(directory, name, entry.modified());
        if (!asRoot && (entry.uid() != 0 || entry.gid() != 0 || !refused.isEmpty())) {
            unkept.put(path, entry, refused);
        }
    }

    /** The permissions to make a file with, so that it may need no others. */
    static int firstMode(TarEntry entry) {
        boolean isPlain = entry.mode() <= PERMISSIONS && entry.attributes().isEmpty();
        return isPlain ? entry.mode() : OWNERS;
    }

    /**
     * Gives a file that was made with {@link #firstMode} all that it is to have. The umask and defaults of directories are the same for
     * all files of a layer, so what one has got by itself the next of these permissions gets, too.
     */
    void giveFile(LayerPath path, TarEntry entry, Fd file) {
        int mode = firstMode(entry);
        FileStatus got = madeWith.computeIfAbsent(mode, _ -> tree.status(file, ""));
        boolean isOwned = got.owner().uid() == entry.uid() && got.owner().gid() == entry.gid();
        boolean isPermitted = mode == entry.mode() && (got.mode() & ALL_PERMISSIONS) == mode;
        give(path, entry, file, "", isOwned, isPermitted && entry.attributes().isEmpty());
    }

    /** Gives those that only root can set. */
    private SequencedMap<String, String> setAttributes(TarEntry entry, Fd directory, String name) {
        SequencedMap<String, String> refused = Collections.emptyNavigableMap();
        for (Map.Entry<String, String> attribute : entry.attributes().entrySet()) {
            if (!setAttribute(entry, directory, name, attribute.getKey(), attribute.getValue())) {
                refused = refused.isEmpty() ? new TreeMap<>() : refused;
                refused.put(attribute.getKey(), attribute.getValue());
            }
        }
        return refused;
    }

    private boolean setAttribute(TarEntry entry, Fd directory, String name, String attribute, String value) {
        if (OverlayAttributes.isOverlays(attribute)) {
            throw new LayerException("the entry " + ByteStrings.show(entry.path()) + " has the attribute "
                    + ByteStrings.show(attribute) + ", by which overlayfs could be told to show other files");
        }
        if (!OverlayAttributes.isLayers(attribute)) {
            return true;
        }
        long result = tree.trySetAttribute(directory, name, attribute, value);
        if (!asRoot && result == -Errno.EPERM.number()) {
            return false;
        }
        if (result < 0) {
            Errno errno = Errno.of((int) -result);
            throw new LayerException(
                    "setting the attribute " + ByteStrings.show(attribute) + " of " + ByteStrings.show(entry.path())
                            + (errno == Errno.EOPNOTSUPP
                                    ? ": this file system has no such attributes; keep the store on another"
                                    : ""),
                    new SystemCallException(
                            "fsetxattr(" + directory + ", " + ByteStrings.show(attribute) + ")", errno));
        }
        return true;
    }

    /** What could not be made. */
    Unkept unkept() {
        return unkept;
    }
}
