package io.lxc4j.layers.files;

import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * What of a layer's files only root could make: owners, devices, and some attributes. It is kept as an archive of headers beside the
 * files, so that they can be packed as they were. Not thread-safe.
 */
public final class Unkept {
    private static final String FILE = "unkept.tar";

    private final NavigableMap<LayerPath, TarEntry> entries = new TreeMap<>();

    /** Nothing, so far. */
    public Unkept() {}

    /**
     * Reads what is kept beside a layer's files.
     *
     * @param files the directory of the files
     * @return what could not be made of them; nothing if all could
     * @throws IOException if it can't be read
     */
    public static Unkept beside(Path files) throws IOException {
        Unkept unkept = new Unkept();
        try (InputStream archive = Files.newInputStream(files.resolveSibling(FILE))) {
            TarReader reader = new TarReader(archive);
            TarEntry entry;
            while ((entry = reader.next()) != null) {
                unkept.entries.put(LayerPath.of(entry.path()), entry);
            }
        } catch (NoSuchFileException _) {
            // all is as it should be
        }
        return unkept;
    }

    /**
     * Keeps it beside a layer's files, if there is anything.
     *
     * @param files the directory of the files
     * @throws IOException if it can't be written
     */
    public void writeBeside(Path files) throws IOException {
        if (entries.isEmpty()) {
            return;
        }
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(files.resolveSibling(FILE)))) {
            TarWriter writer = new TarWriter(file);
            for (TarEntry entry : entries.values()) {
                writer.begin(entry);
            }
            writer.finish();
        }
    }

    /**
     * Of how many files something could not be made.
     *
     * @return their number
     */
    public int size() {
        return entries.size();
    }

    /** Notes what a file should have been; of the attributes those that it does not have. */
    void put(LayerPath path, TarEntry entry, SequencedMap<String, String> attributes) {
        entries.put(
                path,
                new TarEntry(
                        path.isRoot() ? "./" : path.toString(),
                        entry.type(),
                        entry.mode(),
                        entry.uid(),
                        entry.gid(),
                        entry.modified(),
                        entry.linkTarget(),
                        entry.major(),
                        entry.minor(),
                        attributes,
                        0,
                        List.of()));
    }

    /** A file is removed, and all in it. */
    void forget(LayerPath path) {
        var all = entries.tailMap(path, true).keySet().iterator();
        while (all.hasNext() && all.next().startsWith(path)) {
            all.remove();
        }
    }

    /** What a file should have been; empty if it is. */
    Optional<TarEntry> find(LayerPath path) {
        return Optional.ofNullable(entries.get(path));
    }

    /** Whether it is a device, of which nothing is there. */
    boolean isDevice(LayerPath path) {
        TarEntry entry = entries.get(path);
        return entry != null && entry.type().isDevice();
    }

    /** The names of devices that a directory should have. */
    Collection<String> devices(LayerPath directory) {
        Collection<String> names = new ArrayList<>();
        for (var each : entries.tailMap(directory, false).entrySet()) {
            if (!each.getKey().startsWith(directory)) {
                break;
            }
            if (each.getKey().depth() == directory.depth() + 1
                    && each.getValue().type().isDevice()) {
                names.add(each.getKey().name());
            }
        }
        return names;
    }

    /** What a file that was made should have been: root's, as all that an ordinary user unpacks, but for what is noted. */
    TarEntry original(LayerPath path, TarEntry made) {
        Optional<TarEntry> unkept = find(path);
        SequencedMap<String, String> attributes = new TreeMap<>(made.attributes());
        unkept.ifPresent(noted -> attributes.putAll(noted.attributes()));
        return new TarEntry(
                made.path(),
                made.type(),
                made.mode(),
                unkept.map(TarEntry::uid).orElse(0L),
                unkept.map(TarEntry::gid).orElse(0L),
                made.modified(),
                made.linkTarget(),
                made.major(),
                made.minor(),
                attributes,
                made.size(),
                made.extents());
    }

    /** Whether it is the same. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Unkept unkept && unkept.entries.equals(entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }
}
