package io.lxc4j.layers.files;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarType;
import java.util.Collections;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Gives files that have been made their owners, permissions, attributes and times. Not thread-safe. */
final class Equipment {
    private final FileTree tree;
    private final boolean asRoot;
    private final Unkept unkept = new Unkept();

    /** For a root user, or for one who can't give files away. */
    Equipment(FileTree tree, boolean asRoot) {
        this.tree = tree;
        this.asRoot = asRoot;
    }

    /**
     * In this order: a change of the owner takes set-user-id and capabilities away, and what is written changes the time.
     *
     * @param path the path of the file in the layer
     * @param entry what it gets
     * @param directory its directory
     * @param name its name there; empty for what is open as the directory
     */
    void give(LayerPath path, TarEntry entry, Fd directory, String name) {
        if (asRoot) {
            tree.own(directory, name, entry.uid(), entry.gid());
        }
        if (entry.type() != TarType.SYMBOLIC_LINK) {
            tree.permit(directory, name, entry.mode());
        }
        SequencedMap<String, String> refused = setAttributes(entry, directory, name);
        tree.touch(directory, name, entry.modified());
        if (!asRoot && (entry.uid() != 0 || entry.gid() != 0 || !refused.isEmpty())) {
            unkept.put(path, entry, refused);
        }
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
