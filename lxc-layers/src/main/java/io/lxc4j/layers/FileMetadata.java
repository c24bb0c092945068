package io.lxc4j.layers;

import io.lxc4j.kernel.FileStatus;
import io.lxc4j.layers.files.MergedTree;
import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All of a file of an image but its content.
 *
 * @param type what it is
 * @param mode its permissions with set-user-id, set-group-id and sticky bit, from 0 to 07777
 * @param uid its user, from 0 to 4294967295
 * @param gid its group, from 0 to 4294967295
 * @param size how many bytes a regular file has; 0 of all else
 * @param modified when its content was last changed
 * @param linkTarget what a symbolic link leads to, a character for each byte; else empty
 * @param major of a device; else 0
 * @param minor of a device; else 0
 * @param attributes its extended attributes by name, sorted, a character for each byte; without those of overlayfs and of this machine's
 *     labels and signatures
 */
public record FileMetadata(
        FileType type,
        int mode,
        long uid,
        long gid,
        long size,
        Instant modified,
        String linkTarget,
        int major,
        int minor,
        SortedMap<String, String> attributes) {
    private static final int PERMISSIONS = 07777;

    /** Copies. */
    public FileMetadata {
        attributes = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    }

    static FileMetadata of(MergedTree.Entry entry) {
        FileStatus status = entry.status();
        SortedMap<String, String> attributes = new TreeMap<>();
        entry.attributes().forEach(name -> attributes.put(name, entry.attribute(name)));
        return new FileMetadata(
                FileType.of(status),
                status.mode() & PERMISSIONS,
                status.owner().uid(),
                status.owner().gid(),
                status.isRegular() ? status.size() : 0,
                status.modified(),
                status.isLink() ? entry.target() : "",
                status.isDevice() ? status.major() : 0,
                status.isDevice() ? status.minor() : 0,
                attributes);
    }

    boolean isDirectory() {
        return type == FileType.DIRECTORY;
    }
}
