package io.lxc4j.layers.store;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_NONBLOCK;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.layers.files.TreeFiles;
import io.lxc4j.layers.oci.Digest;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Finds equal files in unpacked layers. Only those are read that could be equal by what is known without. Not thread-safe. */
final class Duplicates {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);
    private static final Constant FILE = Constant.or(O_RDONLY, O_NOFOLLOW, O_NONBLOCK);
    private static final int DATA_BYTES = 1 << 18;

    private final boolean ofContent;
    private final Map<Key, List<Copy>> candidates = new LinkedHashMap<>();
    private final byte[] data = new byte[DATA_BYTES];

    /**
     * A file, under the first of its names.
     *
     * @param layer the files of its layer
     * @param path its path there, a string of bytes
     * @param inode its number
     * @param size its size in bytes
     * @param room how much it takes of the disk, in bytes
     */
    record Copy(Path layer, String path, long inode, long size, long room) {}

    /** What equal files have in common. */
    private record Key(long size, int mode, FileStatus.Owner owner, Instant modified) {}

    /**
     * A search.
     *
     * @param ofContent whether only contents have to be equal; else permissions, owners, times and attributes, too
     */
    Duplicates(boolean ofContent) {
        this.ofContent = ofContent;
    }

    /** Takes in all files of a layer. */
    void add(Path layer) {
        Set<Long> seen = new HashSet<>();
        TreeFiles.walk(layer, (_, _, path, status) -> {
            if (status.isRegular() && status.size() > 0 && (status.links() == 1 || seen.add(status.inode()))) {
                Key key = ofContent
                        ? new Key(status.size(), 0, new FileStatus.Owner(0, 0), Instant.EPOCH)
                        : new Key(status.size(), status.mode(), status.owner(), status.modified());
                candidates
                        .computeIfAbsent(key, _ -> new ArrayList<>(1))
                        .add(new Copy(layer, path, status.inode(), status.size(), status.blocks() * 512));
            }
        });
    }

    /** Groups of two and more equal files; a file that is in several layers already is in its group once for each. */
    List<List<Copy>> find() {
        List<List<Copy>> groups = new ArrayList<>();
        try (FileTree tree = new FileTree()) {
            for (List<Copy> alike : candidates.values()) {
                if (alike.stream().map(Copy::inode).distinct().count() > 1) {
                    groups.addAll(equal(tree, alike));
                }
            }
        }
        return groups;
    }

    private Collection<List<Copy>> equal(FileTree tree, List<Copy> alike) {
        Map<String, List<Copy>> byContent = new LinkedHashMap<>();
        Map<Long, String> known = new HashMap<>();
        for (Copy copy : alike) {
            String content = known.computeIfAbsent(copy.inode, _ -> digest(tree, copy));
            if (!content.isEmpty()) {
                byContent.computeIfAbsent(content, _ -> new ArrayList<>(2)).add(copy);
            }
        }
        byContent.values().removeIf(group -> group.size() < 2);
        return byContent.values();
    }

    /** Names content and attributes; empty if they can't be read. */
    private String digest(FileTree tree, Copy copy) {
        MessageDigest hash = Digest.newSha256();
        try (Fd layer = Kernel.open(copy.layer.toString(), DIRECTORY, 0);
                Fd file = tree.open(layer, copy.path, FILE)) {
            int count;
            while ((count = tree.read(file, data)) > 0) {
                hash.update(data, 0, count);
            }
            Map<String, String> attributes = new TreeMap<>();
            if (!ofContent) {
                tree.attributes(file, "").forEach(name -> attributes.put(name, tree.attribute(file, "", name)));
            }
            return Digest.ofHash(hash.digest()) + " " + attributes;
        } catch (SystemCallException _) {
            return "";
        }
    }
}
