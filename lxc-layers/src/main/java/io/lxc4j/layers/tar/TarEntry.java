package io.lxc4j.layers.tar;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A member of an archive.
 *
 * @param path its name as it stands there, a string of bytes, not empty and without NUL
 * @param type what it makes
 * @param mode its permissions with set-user-id, set-group-id and sticky bit, from 0 to 07777
 * @param uid its owner, from 0 to 4294967294
 * @param gid its group, from 0 to 4294967294
 * @param modified when its content was last changed
 * @param linkTarget what a link leads to, a string of bytes; else empty
 * @param major of a device; else 0
 * @param minor of a device; else 0
 * @param attributes its extended attributes by name, the values as strings of bytes
 * @param size how long the file is, holes included; 0 of all that is no file
 * @param extents what of the file is in the archive, in order; one for the whole unless it has holes
 */
public record TarEntry(
        String path,
        TarType type,
        int mode,
        long uid,
        long gid,
        Instant modified,
        String linkTarget,
        int major,
        int minor,
        SequencedMap<String, String> attributes,
        long size,
        List<Extent> extents) {
    /** Makes the attributes, sorted by name, and the extents immutable. */
    public TarEntry {
        attributes = attributes.isEmpty()
                ? Collections.emptyNavigableMap()
                : Collections.unmodifiableSequencedMap(new TreeMap<>(attributes));
        extents = List.copyOf(extents);
    }

    /**
     * A directory.
     *
     * @param path its path without a slash at either end; empty for the root
     * @param mode its permissions
     * @param uid its owner
     * @param gid its group
     * @param modified when it got or lost a name
     * @param attributes its extended attributes
     * @return the entry
     */
    public static TarEntry directory(
            String path, int mode, long uid, long gid, Instant modified, SequencedMap<String, String> attributes) {
        String name = path.isEmpty() ? "./" : path + "/";
        return new TarEntry(name, TarType.DIRECTORY, mode, uid, gid, modified, "", 0, 0, attributes, 0, List.of());
    }

    /**
     * The same at another place.
     *
     * @param other its path
     * @param target what it leads to, if it is a link
     * @return the entry
     */
    public TarEntry at(String other, String target) {
        return new TarEntry(other, type, mode, uid, gid, modified, target, major, minor, attributes, size, extents);
    }

    /**
     * The same of somebody else.
     *
     * @param user its owner
     * @param group its group
     * @return the entry
     */
    public TarEntry of(long user, long group) {
        return new TarEntry(
                path, type, mode, user, group, modified, linkTarget, major, minor, attributes, size, extents);
    }

    /**
     * The same with its time cut.
     *
     * @param latest what the time is cut to if it is later; null for no cut
     * @return the entry
     */
    public TarEntry until(@Nullable Instant latest) {
        Instant cut = latest != null && modified.isAfter(latest) ? latest : modified;
        return new TarEntry(path, type, mode, uid, gid, cut, linkTarget, major, minor, attributes, size, extents);
    }

    /**
     * How much of it is in the archive.
     *
     * @return the bytes of data that follow the header
     */
    public long storedSize() {
        long sum = 0;
        for (Extent extent : extents) {
            sum += extent.length();
        }
        return sum;
    }
}
