package io.lxc4j.layers.archive;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Compression;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.store.LayerCompression;
import io.lxc4j.layers.store.Store;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.Extent;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The files of an archive. It is read once to find them; nothing of it is unpacked, and its names are keys of a map and nothing else. One
 * that is compressed is decompressed into a file without a name first.
 */
final class TarEntries implements Entries {
    /** More than 500 images of 500 layers in the form of old Docker would have, and few enough to be kept in memory. */
    private static final int MOST_ENTRIES = 100_000;

    private static final long MOST_NAME_CHARACTERS = 32L << 20;
    private static final int LONGEST_NAME = 1024;
    private static final int MOST_LINKS = 8;

    /** 256 GiB; and gzip can't do more than 1032 to 1. */
    private static final long MOST_BYTES = 1L << 38;

    private static final int MOST_RATIO = 1100;
    private static final long ANY_RATIO_BYTES = 1 << 20;
    private static final int BUFFER_BYTES = 1 << 17;

    private final FileChannel file;
    private final Map<String, Place> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();

    private record Place(long offset, long size) {}

    private TarEntries(FileChannel file) throws IOException {
        this.file = file;
        list(new TarReader(new Slice(file, false, 0, file.size())));
    }

    /**
     * Opens an archive.
     *
     * @param store where one that is compressed gets its room, and who is told of that
     * @param path the archive
     */
    static TarEntries open(Store store, Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new InvalidSpecificationException(path
                    + " is neither a directory nor a regular file; what comes by a pipe must be kept in a file first");
        }
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        try {
            if (LayerCompression.find(new Slice(file, false, 0, file.size())) != Compression.NONE) {
                FileChannel compressed = file;
                file = store.temporaryFile();
                try (compressed) {
                    decompress(store, path, compressed, file);
                }
            }
            return new TarEntries(file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static void decompress(Store store, Path path, FileChannel from, FileChannel to) throws IOException {
        long size = from.size();
        long most = Math.min(MOST_BYTES, ANY_RATIO_BYTES + MOST_RATIO * Math.min(size, MOST_BYTES));
        Meter meter = new Meter(store.listener(), Activity.LOAD, path.toString(), "archive", OptionalLong.of(size));
        byte[] buffer = new byte[BUFFER_BYTES];
        long total = 0;
        try (InputStream content = LayerCompression.decompress(meter.count(new Slice(from, false, 0, size)))) {
            int count;
            while ((count = content.read(buffer)) > 0) {
                total += count;
                if (total > most) {
                    throw new InvalidSpecificationException("the archive's " + size + " bytes decompress to more than "
                            + most + ", which no honest one does");
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
            }
        }
    }

    // ---- names

    private void list(TarReader archive) throws IOException {
        long characters = 0;
        int count = 0;
        TarEntry entry;
        while ((entry = archive.next()) != null) {
            String name = normal("", entry.path());
            characters += name.length() + entry.linkTarget().length();
            if (++count > MOST_ENTRIES || characters > MOST_NAME_CHARACTERS) {
                throw new InvalidSpecificationException("the archive has more than " + MOST_ENTRIES
                        + " entries or too long names; it is none of images");
            }
            add(name, entry, archive);
        }
    }

    private void add(String name, TarEntry entry, TarReader archive) {
        if (entry.type() == TarType.DIRECTORY) {
            return;
        }
        if (files.containsKey(name) || links.containsKey(name)) {
            throw new InvalidSpecificationException("the archive has " + ByteStrings.show(name)
                    + " twice: one reader takes the first, and another one the last");
        }
        switch (entry.type()) {
            case FILE -> {
                if (!entry.extents().equals(entry.size() == 0 ? List.of() : List.of(new Extent(0, entry.size())))) {
                    throw new InvalidSpecificationException("the archive's entry " + ByteStrings.show(name)
                            + " is a sparse file, which no program writes for images");
                }
                files.put(name, new Place(archive.dataOffset(), entry.size()));
            }
            case SYMBOLIC_LINK ->
                links.put(name, name.substring(0, name.lastIndexOf('/') + 1) + "\0" + entry.linkTarget());
            case HARD_LINK -> links.put(name, "\0" + entry.linkTarget());
            default ->
                throw new InvalidSpecificationException(
                        "the archive's entry " + ByteStrings.show(name) + " is a device or a pipe, which no image has");
        }
    }

    /** A name from the top, without detours. */
    private static String normal(String directory, String path) {
        if (path.length() > LONGEST_NAME) {
            throw new InvalidSpecificationException(
                    "the archive has a name of " + path.length() + " bytes; at most " + LONGEST_NAME + " are taken");
        }
        Deque<String> names = new ArrayDeque<>();
        for (String name : (directory + path).split("/", -1)) {
            if (name.equals("..") && !names.isEmpty()) {
                names.removeLast();
            } else if (name.equals("..")) {
                throw leadsOut(path);
            } else if (!name.isEmpty() && !name.equals(".")) {
                names.addLast(name);
            }
        }
        if (path.startsWith("/")) {
            throw leadsOut(path);
        }
        return String.join("/", names);
    }

    private static InvalidSpecificationException leadsOut(String path) {
        return new InvalidSpecificationException(
                "the archive has the name " + ByteStrings.show(path) + ", which leads out of it");
    }

    // ---- content

    /** Old Docker wrote a layer that several images share once, and links to it. They lead to entries, never to a file of this machine. */
    @Override
    public Optional<Content> find(String name) {
        String at = normal("", name);
        for (int i = 0; i < MOST_LINKS && links.containsKey(at); i++) {
            String[] link = links.get(at).split("\0", 2);
            at = normal(link[0], link[1]);
        }
        if (links.containsKey(at)) {
            throw new InvalidSpecificationException("the archive's entry " + ByteStrings.show(name)
                    + " is a link over more than " + MOST_LINKS + " others");
        }
        return Optional.ofNullable(files.get(at))
                .map(place -> new Content(place.size, new Slice(file, false, place.offset, place.size)));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
