package io.lxc4j.layers.files;

import io.lxc4j.layers.files.LayerNames.Member;
import io.lxc4j.layers.tar.Extent;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarType;
import io.lxc4j.layers.tar.TarWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes one layer of what the archives of several show together. Owners, devices and all else are as in the archives, also where this user
 * could not make them. Each archive is read twice: for its names, then for what is shown of it.
 *
 * <p>The archives are of layers that have been unpacked, so that what would not be taken is refused before. One for each layer that is made;
 * not thread-safe.
 */
public final class LayerJoiner {
    private static final int DATA_BYTES = 1 << 18;

    private final List<Archive> archives;
    private final TarWriter output;
    private final @Nullable Instant latest;
    private final Map<String, Shown> shown = new HashMap<>();
    private final List<TarEntry> marks = new ArrayList<>();
    private final byte[] data = new byte[DATA_BYTES];

    /** Opens an archive. */
    public interface Archive {
        /**
         * Opens it from the beginning.
         *
         * @return the archive without compression
         * @throws IOException if it can't be read
         */
        InputStream open() throws IOException;
    }

    /** What the layers that were looked at have of a path, the upper ones first. */
    private static final class Shown {
        private boolean there;
        private boolean directory;

        /** Whether it is a directory that has an entry, and not only implied by one. */
        private boolean equipped;

        /** Whether lower layers show nothing at this path and below. */
        private boolean closed;
    }

    /**
     * A joiner.
     *
     * @param archives those of the layers, the top one first
     * @param output where the entries go; it is not finished here
     * @param latest what times are cut to that are later; null if none are
     */
    public LayerJoiner(List<Archive> archives, TarWriter output, @Nullable Instant latest) {
        this.archives = List.copyOf(archives);
        this.output = output;
        this.latest = latest;
    }

    /**
     * Joins all that they show, and all that they hide of what is below.
     *
     * @param below whether layers below these have something at a path
     * @throws IOException if something can't be read or written
     */
    public void join(Predicate<String> below) throws IOException {
        write(_ -> true, Long.MAX_VALUE);
        new TreeMap<>(shown).forEach((path, what) -> {
            if (what.closed && !isHidden(path) && below.test(path)) {
                hide(path, what);
            }
        });
        for (TarEntry mark : marks) {
            output.begin(mark);
        }
    }

    private void hide(String path, Shown what) {
        if (!what.there) {
            marks.add(whiteout(path));
        } else if (what.directory) {
            marks.add(mark(LayerNames.join(path, Whiteout.OPAQUE)));
        }
    }

    /**
     * Takes what they show at some paths.
     *
     * @param wanted which paths
     * @param count how many those are
     * @throws IOException if something can't be read or written
     */
    public void take(Predicate<String> wanted, long count) throws IOException {
        write(wanted, count);
    }

    /**
     * The entry that says that a path is gone.
     *
     * @param path the path
     * @return a whiteout
     */
    public static TarEntry whiteout(String path) {
        int name = path.lastIndexOf('/') + 1;
        return mark(path.substring(0, name) + Whiteout.PREFIX + path.substring(name));
    }

    private static TarEntry mark(String path) {
        return new TarEntry(
                path, TarType.FILE, 0, 0, 0, Instant.EPOCH, "", 0, 0, Collections.emptyNavigableMap(), 0, List.of());
    }

    // ---- what is shown

    private void write(Predicate<String> wanted, long count) throws IOException {
        long left = count;
        for (Archive archive : archives) {
            if (left == 0) {
                return;
            }
            Map<Integer, List<String>> taken;
            try (InputStream stream = archive.open()) {
                taken = look(LayerNames.read(new TarReader(stream)), wanted);
            }
            if (!taken.isEmpty()) {
                copy(archive, taken);
            }
            left -= taken.values().stream().mapToLong(List::size).sum();
        }
    }

    /** Which entries of a layer are shown by which names, in order. */
    private Map<Integer, List<String>> look(LayerNames layer, Predicate<String> wanted) {
        Map<Integer, List<String>> taken = new HashMap<>();
        Map<String, Member> seen = new TreeMap<>();
        layer.members().forEach((path, member) -> {
            Shown above = shown.get(path);
            if (isHidden(path) || (above != null && above.closed)) {
                return;
            }
            seen.put(path, member);
            boolean isNew = above == null || (member.directory() && !above.equipped);
            if (isNew && member.entry() != LayerNames.IMPLIED && wanted.test(path)) {
                taken.computeIfAbsent(member.entry(), _ -> new ArrayList<>()).add(path);
            }
        });
        List<String> closed = new ArrayList<>();
        layer.whiteouts().stream().filter(path -> !isHidden(path)).forEach(closed::add);
        layer.opaque().stream().filter(path -> !isHidden(path)).forEach(closed::add);
        seen.forEach((path, member) -> note(shown.computeIfAbsent(path, _ -> new Shown()), member));
        closed.forEach(path -> shown.computeIfAbsent(path, _ -> new Shown()).closed = true);
        return taken;
    }

    private static void note(Shown what, Member member) {
        if (!what.there) {
            what.there = true;
            what.directory = member.directory();
        }
        if (!member.directory()) {
            what.closed = true; // also a directory of an upper layer shows nothing of what is below a file
        } else if (member.entry() != LayerNames.IMPLIED) {
            what.equipped = true;
        }
    }

    private boolean isHidden(String path) {
        String at = path;
        while (!at.isEmpty()) {
            at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
            Shown above = shown.get(at);
            if (above != null && above.closed) {
                return true;
            }
        }
        return false;
    }

    // ---- copying

    private void copy(Archive archive, Map<Integer, List<String>> taken) throws IOException {
        try (InputStream stream = archive.open()) {
            TarReader reader = new TarReader(stream);
            TarEntry entry;
            for (int number = 0; (entry = reader.next()) != null; number++) {
                List<String> names = taken.get(number);
                if (names != null) {
                    copy(entry, names, reader);
                }
            }
        }
    }

    private void copy(TarEntry entry, List<String> names, TarReader reader) throws IOException {
        String first = names.getFirst();
        boolean isDirectory = entry.type() == TarType.DIRECTORY;
        String path = isDirectory ? first.isEmpty() ? "./" : first + "/" : first;
        output.begin(entry.at(path, entry.linkTarget()).until(latest));
        long position = 0;
        for (Extent extent : entry.extents()) {
            writeZeros(extent.offset() - position);
            writeData(reader, extent.length());
            position = extent.end();
        }
        writeZeros(entry.size() - position);
        for (String name : names.subList(1, names.size())) {
            output.begin(new TarEntry(
                            name,
                            TarType.HARD_LINK,
                            entry.mode(),
                            entry.uid(),
                            entry.gid(),
                            entry.modified(),
                            first,
                            0,
                            0,
                            Collections.emptyNavigableMap(),
                            0,
                            List.of())
                    .until(latest));
        }
    }

    private void writeData(TarReader reader, long length) throws IOException {
        long left = length;
        while (left > 0) {
            int count = reader.read(data, 0, (int) Math.min(left, DATA_BYTES));
            if (count < 0) {
                throw new EOFException("the archive has less of a file than its header says");
            }
            output.write(data, 0, count);
            left -= count;
        }
    }

    private void writeZeros(long length) throws IOException {
        byte[] zeros = new byte[(int) Math.min(length, DATA_BYTES)];
        for (long left = length; left > 0; left -= Math.min(left, zeros.length)) {
            output.write(zeros, 0, (int) Math.min(left, zeros.length));
        }
    }
}
