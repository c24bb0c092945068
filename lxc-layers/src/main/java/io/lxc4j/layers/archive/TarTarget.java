package io.lxc4j.layers.archive;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.tar.Extent;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarType;
import io.lxc4j.layers.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An archive, for this user alone, as an image can have secrets. It is written beside its place, and gets that when it is complete. The same images
 * give the same bytes.
 */
final class TarTarget implements LayoutTarget, AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 17;
    private static final int FILE_MODE = 0644;
    private static final int DIRECTORY_MODE = 0755;

    private final Path place;
    private final Path made;
    private final FileChannel file;
    private final OutputStream output;
    private final TarWriter archive;
    private final Set<String> names = new HashSet<>();
    private final byte[] buffer = new byte[BUFFER_BYTES];

    TarTarget(Path path) throws IOException {
        place = path.toAbsolutePath();
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidSpecificationException(
                    path + " is there and no regular file, so it is not replaced; take another name");
        }
        made = place.resolveSibling("." + place.getFileName() + "."
                + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36));
        file = FileChannel.open(
                made,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        output = new BufferedOutputStream(Channels.newOutputStream(file), BUFFER_BYTES);
        archive = new TarWriter(output);
    }

    @Override
    public boolean has(Descriptor blob) {
        return names.contains(LayoutReader.path(blob.digest()));
    }

    @Override
    public void write(String name, long size, Source source) throws IOException {
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            String directory = name.substring(0, slash + 1);
            if (names.add(directory)) {
                archive.begin(entry(TarType.DIRECTORY, directory, DIRECTORY_MODE, 0));
            }
        }
        names.add(name);
        archive.begin(entry(TarType.FILE, name, FILE_MODE, size));
        try (InputStream content = source.open()) {
            int count;
            while ((count = content.read(buffer)) > 0) {
                archive.write(buffer, 0, count);
            }
        }
    }

    private static TarEntry entry(TarType type, String name, int mode, long size) {
        return new TarEntry(
                name,
                type,
                mode,
                0,
                0,
                Instant.EPOCH,
                "",
                0,
                0,
                Collections.emptyNavigableMap(),
                size,
                size == 0 ? List.of() : List.of(new Extent(0, size)));
    }

    /** Gives the archive its place, and what was there is replaced. */
    void finish() throws IOException {
        archive.finish();
        output.flush();
        file.force(true);
        file.close();
        Files.move(made, place, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(place.resolveSibling("."), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
        Files.deleteIfExists(made);
    }
}
