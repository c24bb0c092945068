package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.layers.tar.ByteStrings;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an overlay of some directories would show, read from the directories themselves, so that nothing need be mounted. They may be
 * hostile: names are looked up one by one, by descriptor, and a link is followed only by its text, never by the kernel.
 *
 * <p>What is in them must not change meanwhile. Names and paths are strings of bytes. Not thread-safe.
 *
 * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html">overlayfs</a>
 */
public final class MergedTree implements AutoCloseable {
    private static final int PART_BYTES = 1 << 16;
    private static final Constant NO_CONTENT = Constant.or(O_PATH, O_NOFOLLOW);
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);

    private final FileTree tree = new FileTree();
    private final List<Path> layers;
    private final Directory root;

    /**
     * Opens directories.
     *
     * @param directories the top one first, at least one
     * @throws io.lxc4j.error.ContainerException if one can't be opened
     */
    public MergedTree(List<Path> directories) {
        layers = List.copyOf(directories);
        List<Part> parts = new ArrayList<>();
        root = new Directory("", parts);
        try {
            for (int i = 0; i < directories.size(); i++) {
                Constant how = Constant.or(O_RDONLY, O_DIRECTORY);
                parts.add(new Part(i, Kernel.open(directories.get(i).toString(), how, 0)));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        root.close();
        tree.close();
    }

    /** The directory of one layer. */
    private record Part(int layer, Fd directory) {}

    /** A directory that is shown: what layers have of it, the top one first, down to one that hides those below. Open until it is closed. */
    public final class Directory implements AutoCloseable {
        private final String path;
        private final List<Part> parts;

        private Directory(String path, List<Part> parts) {
            this.path = path;
            this.parts = parts;
        }

        /**
         * Its path.
         *
         * @return the path, without a slash at either end; empty for the root
         */
        public String path() {
            return path;
        }

        /**
         * The layers that it is made of.
         *
         * @return their directories, the top one first
         */
        public List<Path> layers() {
            return parts.stream().map(part -> layers.get(part.layer)).toList();
        }

        /**
         * What some of its layers say something of, if only that it is gone.
         *
         * @param most how many layers, from the top one on
         * @return names, in no order
         */
        public Set<String> mentioned(int most) {
            Set<String> names = new HashSet<>();
            for (Part part : parts.subList(0, most)) {
                names.addAll(list(part.directory));
            }
            return names;
        }

        /**
         * What is in it.
         *
         * @return names, sorted
         */
        public Collection<String> names() {
            Set<String> names = new TreeSet<>();
            Set<String> hidden = new TreeSet<>();
            for (Part part : parts) {
                for (String name : list(part.directory)) {
                    if (!names.contains(name) && !hidden.contains(name)) {
                        (Whiteout.is(tree.status(part.directory, name)) ? hidden : names).add(name);
                    }
                }
            }
            return names;
        }

        /**
         * Looks for a name.
         *
         * @param name one name, not {@code .} or {@code ..}
         * @return what is shown by that name; empty if nothing is
         */
        public Optional<Entry> find(String name) {
            for (Part part : parts) {
                FileStatus status = status(part.directory, name);
                if (status != null) {
                    return Whiteout.is(status) ? Optional.empty() : Optional.of(new Entry(this, name, part, status));
                }
            }
            return Optional.empty();
        }

        @Override
        public void close() {
            parts.forEach(part -> part.directory.close());
        }
    }

    /** Something that is shown, not followed if it is a link. Valid while its directory is open. */
    public final class Entry {
        private final Directory directory;
        private final String name;
        private final Part part;
        private final FileStatus status;

        private Entry(Directory directory, String name, Part part, FileStatus status) {
            this.directory = directory;
            this.name = name;
            this.part = part;
            this.status = status;
        }

        /**
         * Its path.
         *
         * @return the path, without a slash at either end; empty for the root
         */
        public String path() {
            return directory.path.isEmpty() ? name : directory.path + "/" + name;
        }

        /**
         * Which layer it is of; of a directory, the topmost that has it.
         *
         * @return the layer's place, from 0 for the top one
         */
        public int layer() {
            return part.layer;
        }

        /**
         * Whether two trees have it from the same layer, so that it is the same file.
         *
         * @param other an entry of the same path
         * @return whether they do
         */
        public boolean isOfSameLayer(Entry other) {
            return layers.get(part.layer).equals(other.tree().layers.get(other.part.layer));
        }

        private MergedTree tree() {
            return MergedTree.this;
        }

        /**
         * What the file system tells of it.
         *
         * @return its status
         */
        public FileStatus status() {
            return status;
        }

        /**
         * Where a link leads.
         *
         * @return its text
         */
        public String target() {
            return tree.link(part.directory, name);
        }

        /**
         * Its extended attributes without those of overlayfs and of this machine.
         *
         * @return their names, sorted
         */
        public List<String> attributes() {
            List<String> all = tree.attributes(part.directory, name);
            refuseRedirections(all, path());
            return all.stream().filter(OverlayAttributes::isLayers).sorted().toList();
        }

        /**
         * The value of an extended attribute.
         *
         * @param attribute its name
         * @return its bytes
         */
        public String attribute(String attribute) {
            return tree.attribute(part.directory, name, attribute);
        }

        /**
         * Opens a regular file. A device that somebody puts into its place is not opened.
         *
         * @return the file, open for reading, the caller's to close
         * @throws LayerException if it is none
         */
        public Fd open() {
            try (Fd found = tree.open(part.directory, name, NO_CONTENT)) {
                if (!FileStatus.of(found).isRegular()) {
                    throw new LayerException("reading " + ByteStrings.show(path()) + ": it is no regular file");
                }
                return Kernel.open("/proc/self/fd/" + found.number(), O_RDONLY, 0);
            }
        }

        /**
         * Which file it is: entries of the same one are names of one file.
         *
         * @return something to compare
         */
        Object file() {
            return List.of(part.layer, status.inode());
        }

        /** Gives it one more name in another directory of the same file system; the kernel's result. */
        long tryLink(Fd to, String newName) {
            return tree.tryHardLink(part.directory, name, to, newName);
        }

        /**
         * Opens a directory.
         *
         * @return the directory, the caller's to close
         * @throws LayerException if it is none
         */
        public Directory openDirectory() {
            if (!status.isDirectory()) {
                throw new LayerException("listing " + ByteStrings.show(path()) + ": it is no directory");
            }
            List<Part> found = new ArrayList<>();
            Directory opened = new Directory(path(), found);
            try {
                for (Part below : directory.parts.subList(directory.parts.indexOf(part), directory.parts.size())) {
                    FileStatus there = MergedTree.this.status(below.directory, name);
                    if (there == null) {
                        continue;
                    }
                    if (!there.isDirectory()) {
                        break; // what is below is hidden by it
                    }
                    found.add(new Part(below.layer, tree.open(below.directory, name, DIRECTORY)));
                    if (isOpaque(found.getLast().directory)) {
                        break;
                    }
                }
                return opened;
            } catch (RuntimeException | Error e) {
                opened.close();
                throw e;
            }
        }
    }

    private @Nullable FileStatus status(Fd directory, String name) {
        try {
            return tree.status(directory, name);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENAMETOOLONG) {
                return null;
            }
            throw e;
        }
    }

    /** Each time from its beginning: the root is listed more than once. */
    private List<String> list(Fd directory) {
        try (Fd again = tree.open(directory, ".", DIRECTORY)) {
            return tree.list(again);
        }
    }

    /** By these an overlay shows files of other names than they have; no overlay of a container makes any. */
    private static void refuseRedirections(List<String> attributes, String path) {
        for (String attribute : attributes) {
            if (OverlayAttributes.isRedirection(attribute)) {
                throw new LayerException("reading " + ByteStrings.show(path) + ": it has the attribute " + attribute
                        + ", by which it shows another file's content; mount overlays with"
                        + " redirect_dir=off,metacopy=off");
            }
        }
    }

    private boolean isOpaque(Fd directory) {
        refuseRedirections(tree.attributes(directory, ""), directory.toString());
        return Whiteout.isOpaque(tree, directory, "");
    }

    /**
     * The root.
     *
     * @return the directory, which stays open as long as this
     */
    public Directory root() {
        return root;
    }

    /**
     * The root itself, with its owner and permissions.
     *
     * @return an entry without a name
     */
    public Entry rootEntry() {
        Part top = root.parts.getFirst();
        return new Entry(root, "", top, tree.status(top.directory, ""));
    }

    /** What is done with something that was found. */
    @FunctionalInterface
    public interface Use<T> {
        /**
         * Uses it.
         *
         * @param entry what was found; closed after this
         * @return the result
         */
        T apply(Entry entry);
    }

    /**
     * Looks for a path on which no link is followed.
     *
     * @param <T> what comes of it
     * @param path the path; empty for the root
     * @param use what is done with what is there
     * @return its result; empty if nothing is there
     */
    public <T> Optional<T> look(String path, Use<T> use) {
        Deque<Directory> way = new ArrayDeque<>();
        try {
            List<String> names = ResolvedPath.names(path);
            Optional<Entry> found = Optional.of(rootEntry());
            for (String name : names) {
                if (!found.get().status.isDirectory()) {
                    return Optional.empty();
                }
                if (!found.get().name.isEmpty()) {
                    way.push(found.get().openDirectory());
                }
                found = (way.isEmpty() ? root : way.peek()).find(name);
                if (found.isEmpty()) {
                    return Optional.empty();
                }
            }
            return Optional.of(use.apply(found.get()));
        } finally {
            closeAll(way);
        }
    }

    /**
     * Looks for a path as a program in the container would: from the root, with links followed, which never lead out of it.
     *
     * @param <T> what comes of it
     * @param path the path, absolute or as if it were
     * @param use what is done with what is there
     * @return its result; empty if nothing is there, or the path is the root itself
     * @throws LayerException if it has too many links
     */
    public <T> Optional<T> find(String path, Use<T> use) {
        return ResolvedPath.find(this, path)
                .filter(found -> !found.path().isEmpty())
                .flatMap(found -> look(found.path(), use));
    }

    private static void closeAll(Deque<Directory> way) {
        way.forEach(Directory::close);
        way.clear();
    }

    /**
     * Reads a small file.
     *
     * @param path the path, as for {@link #find}
     * @param most how many bytes it may have
     * @return its bytes; empty if nothing is there, or something that is no regular file
     * @throws LayerException if it has more
     */
    public Optional<byte[]> read(String path, int most) {
        return find(path, entry -> {
                    if (!entry.status.isRegular()) {
                        return Optional.<byte[]>empty();
                    }
                    if (entry.status.size() > most) {
                        throw new LayerException("reading " + ByteStrings.show(path) + ": it has " + entry.status.size()
                                + " bytes, and " + most + " are enough for such a file");
                    }
                    try (Fd file = entry.open()) {
                        return Optional.of(read(file, most));
                    }
                })
                .flatMap(found -> found);
    }

    private byte[] read(Fd file, int most) {
        byte[] all = new byte[most];
        byte[] part = new byte[Math.min(most, PART_BYTES)];
        int length = 0;
        int count;
        while (length < most && (count = tree.read(file, part)) > 0) {
            int taken = Math.min(count, most - length);
            System.arraycopy(part, 0, all, length, taken);
            length += taken;
        }
        return Arrays.copyOf(all, length);
    }
}
