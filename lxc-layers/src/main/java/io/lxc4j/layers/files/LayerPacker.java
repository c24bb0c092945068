package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_NONBLOCK;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.Extent;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarType;
import io.lxc4j.layers.tar.TarWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Packs a directory as the archive of a layer: an overlay's upper directory, or any other tree. The same tree gives the same bytes,
 * whatever file system it is on and in whatever order that lists it.
 *
 * <p>Sockets are left out, as no archive can hold them. One for each layer; not thread-safe.
 */
public final class LayerPacker implements AutoCloseable {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);

    /** Nothing waits, also if somebody puts a pipe in the place of the file. */
    private static final Constant FILE = Constant.or(O_RDONLY, O_NOFOLLOW, O_NONBLOCK);

    private static final int DATA_BYTES = 1 << 18;
    private static final int DEEPEST = 4096;

    private final FileTree tree = new FileTree();
    private final TarWriter archive;
    private final @Nullable Instant latest;
    private final Placement placement;
    private final @Nullable Unkept unkept;
    private final byte[] data = new byte[DATA_BYTES];
    private final Map<Long, String> linked = new HashMap<>();

    /**
     * A packer.
     *
     * @param archive where the entries go; it is not finished here
     * @param latest what times are cut to that are later; null if none are
     */
    public LayerPacker(TarWriter archive, @Nullable Instant latest) {
        this(archive, latest, Optional::of);
    }

    /**
     * A packer that says of each entry what becomes of it.
     *
     * @param archive where the entries go; it is not finished here
     * @param latest what times are cut to that are later; null if none are
     * @param placement what says so
     */
    public LayerPacker(TarWriter archive, @Nullable Instant latest, Placement placement) {
        this(archive, latest, placement, null);
    }

    private LayerPacker(TarWriter archive, @Nullable Instant latest, Placement placement, @Nullable Unkept unkept) {
        this.archive = archive;
        this.latest = latest;
        this.placement = placement;
        this.unkept = unkept;
    }

    /** Decides where, and as whose, something gets into the archive. */
    @FunctionalInterface
    public interface Placement {
        /**
         * Decides.
         *
         * @param entry what was found, with its path in the tree that is packed; each directory before what is in it
         * @return the entry that is written; empty for none
         * @throws IOException if something that comes before it can't be written
         */
        Optional<TarEntry> place(TarEntry entry) throws IOException;
    }

    /**
     * A packer for a layer that an ordinary user has unpacked: owners, devices and attributes are as they were in its archive.
     *
     * @param archive where the entries go; it is not finished here
     * @param unkept what could not be made of them
     * @return the packer
     */
    public static LayerPacker ofUnpacked(TarWriter archive, Unkept unkept) {
        return new LayerPacker(archive, null, Optional::of, unkept);
    }

    @Override
    public void close() {
        tree.close();
    }

    /**
     * Packs all that is in a directory, and the directory itself as the root.
     *
     * @param root the directory, open for reading, which stays the caller's
     * @throws LayerException if something can't be read, or changes while it is read
     * @throws IOException if the archive can't be written
     */
    public void pack(Fd root) throws IOException {
        put(root, "", "./", tree.status(root, ""));
        packInside(root, "", 0);
    }

    /**
     * Packs one name of a directory with all that it holds.
     *
     * @param directory the directory, open for reading, which stays the caller's
     * @param name the name, a string of bytes
     * @throws LayerException if something can't be read, or changes while it is read
     * @throws IOException if the archive can't be written
     */
    public void pack(Fd directory, String name) throws IOException {
        pack(directory, name, name, 0);
    }

    private boolean begin(TarEntry entry) throws IOException {
        Optional<TarEntry> placed = placement.place(entry);
        if (placed.isPresent()) {
            archive.begin(placed.get());
        }
        return placed.isPresent();
    }

    private void packInside(Fd directory, String prefix, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new LayerException(
                    "packing " + ByteStrings.show(prefix) + ": it is more than " + DEEPEST + " directories deep");
        }
        SortedSet<String> names = new TreeSet<>(tree.list(directory)); // characters are bytes
        Collection<String> devices = unkept == null ? List.of() : unkept.devices(LayerPath.of(prefix));
        names.addAll(devices);
        for (String name : names) {
            String path = prefix + name;
            try {
                if (devices.contains(name)) {
                    packDevice(path);
                    continue;
                }
                pack(directory, name, path, depth);
            } catch (SystemCallException e) {
                throw new LayerException("packing " + ByteStrings.show(path) + ": " + e.getMessage(), e);
            }
        }
    }

    private void packDevice(String path) throws IOException {
        if (unkept != null) {
            begin(unkept.find(LayerPath.of(path)).orElseThrow());
        }
    }

    private void pack(Fd directory, String name, String path, int depth) throws IOException {
        if (name.startsWith(Whiteout.PREFIX)) {
            throw new LayerException("packing " + ByteStrings.show(path) + ": a name that begins with "
                    + Whiteout.PREFIX + " says in a layer that something is gone, so no file can have it; rename it");
        }
        FileStatus status = tree.status(directory, name);
        if (Whiteout.is(status)) {
            mark(path.substring(0, path.length() - name.length()) + Whiteout.PREFIX + name, status);
        } else if (status.isDirectory()) {
            try (Fd inside = tree.open(directory, name, DIRECTORY)) {
                put(inside, "", path + "/", tree.status(inside, ""));
                packInside(inside, path + "/", depth + 1);
            }
        } else if (status.isRegular()) {
            packFile(directory, name, path, status);
        } else if (!status.isSocket()) {
            put(directory, name, path, status);
        }
    }

    private void packFile(Fd directory, String name, String path, FileStatus seen) throws IOException {
        String first = seen.links() > 1 ? linked.putIfAbsent(seen.inode(), path) : null;
        if (first != null) {
            begin(entry(TarType.HARD_LINK, path, seen, first, 0, Collections.emptyNavigableMap()));
            return;
        }
        try (Fd file = tree.open(directory, name, FILE)) {
            FileStatus status = tree.status(file, "");
            if (!begin(entry(TarType.FILE, path, status, "", status.size(), attributes(file, "")))) {
                linked.remove(seen.inode()); // another name of it may be packed
                return;
            }
            long left = status.size();
            while (left > 0) {
                int count = (int) Math.min(left, tree.read(file, data));
                if (count == 0) {
                    throw new LayerException("packing " + ByteStrings.show(path) + ": it has become shorter meanwhile");
                }
                archive.write(data, 0, count);
                left -= count;
            }
        }
    }

    private void put(Fd directory, String name, String path, FileStatus status) throws IOException {
        TarType type = TarType.of(status);
        String link = type == TarType.SYMBOLIC_LINK ? tree.link(directory, name) : "";
        SequencedMap<String, String> attributes = attributes(directory, name);
        begin(entry(type, path, status, link, 0, attributes));
        if (type == TarType.DIRECTORY && Whiteout.isOpaque(tree, directory, name)) {
            mark((path.equals("./") ? "" : path) + Whiteout.OPAQUE, status);
        }
    }

    /** What only tells overlayfs something, or is the machine's own, stays here. */
    private SequencedMap<String, String> attributes(Fd directory, String name) {
        SequencedMap<String, String> kept = new TreeMap<>();
        for (String attribute : tree.attributes(directory, name)) {
            if (OverlayAttributes.isLayers(attribute)) {
                kept.put(attribute, tree.attribute(directory, name, attribute));
            }
        }
        return kept;
    }

    /** An entry without content that says something by its name. */
    private void mark(String path, FileStatus status) throws IOException {
        begin(new TarEntry(
                path, TarType.FILE, 0, 0, 0, time(status), "", 0, 0, Collections.emptyNavigableMap(), 0, List.of()));
    }

    private TarEntry entry(
            TarType type,
            String path,
            FileStatus status,
            String link,
            long size,
            SequencedMap<String, String> attributes) {
        TarEntry made = new TarEntry(
                path,
                type,
                status.mode() & 07777,
                status.owner().uid(),
                status.owner().gid(),
                time(status),
                link,
                type.isDevice() ? status.major() : 0,
                type.isDevice() ? status.minor() : 0,
                attributes,
                size,
                size == 0 ? List.of() : List.of(new Extent(0, size)));
        return unkept == null ? made : unkept.original(LayerPath.of(path), made);
    }

    private Instant time(FileStatus status) {
        return latest != null && status.modified().isAfter(latest) ? latest : status.modified();
    }
}
