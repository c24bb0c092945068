package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.files.TreeRemover;
import io.lxc4j.layers.oci.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of a store and how things get into it: whole, or not at all, whenever somebody ends this JVM. What is made begins in
 * {@code tmp}, locked by who makes it, and gets its place by one rename.
 */
final class StoreDirectory {
    private static final String FORMAT = "lxc4j store 1\n";
    private static final String OWNER_ONLY = "rwx------";

    private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);

    private final Path root;

    /**
     * Opens a store, or makes one.
     *
     * @param root an absolute path; what is missing of it is made, for this user alone
     * @throws InvalidSpecificationException if it is no store, another version's, or not this user's alone
     */
    StoreDirectory(Path root) {
        this.root = root;
        if (!root.isAbsolute()) {
            throw new InvalidSpecificationException("the store's directory must be an absolute path, not " + root);
        }
        try {
            open();
        } catch (IOException e) {
            throw new ContainerException("opening the store " + root + ": " + e, e);
        }
    }

    private void open() throws IOException {
        if (!Files.exists(root)) {
            Path parent = root.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try {
                Files.createDirectory(
                        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
            } catch (FileAlreadyExistsException _) {
                // another JVM was faster
            }
        }
        requirePrivate();
        for (String part : List.of(
                "blobs/sha256",
                "blobs/sha512",
                "layers",
                "keys",
                "writable",
                "refs",
                "steps",
                "leases",
                "locks",
                "tmp")) {
            Files.createDirectories(root.resolve(part));
        }
        Path version = root.resolve("format");
        if (!Files.exists(version)) {
            write(version, FORMAT);
        } else if (!Files.readString(version).equals(FORMAT)) {
            throw new InvalidSpecificationException("the store " + root + " has the format \""
                    + Files.readString(version).strip()
                    + "\", which this version does not know; use another directory, or a newer version");
        }
    }

    /** Set-user-id programs of images are in it. */
    private void requirePrivate() throws IOException {
        String permissions =
                PosixFilePermissions.toString(Files.getPosixFilePermissions(root, LinkOption.NOFOLLOW_LINKS));
        int owner = (Integer) Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (!permissions.equals(OWNER_ONLY)
                || owner != ProcessStatus.ofThisProcess().uid()) {
            throw new InvalidSpecificationException(
                    "the store " + root + " has the permissions " + permissions + " and belongs to user " + owner
                            + "; it must be this user's, and nobody else's: chmod 700 " + root);
        }
    }

    Path root() {
        return root;
    }

    Path resolve(String path) {
        return root.resolve(path);
    }

    // ---- what is being made

    /**
     * A place where something is made. Closing it removes what is still there.
     *
     * @param path a directory of its own
     * @param lock says that it is in use
     */
    record Workshop(Path path, StoreLock lock) implements AutoCloseable {
        @Override
        public void close() {
            try (lock) {
                TreeRemover.remove(path);
                Files.deleteIfExists(lockOf(path));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    Workshop workshop() {
        while (true) {
            Path path = root.resolve("tmp")
                    .resolve(Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36));
            Optional<StoreLock> lock = StoreLock.tryExclusive(lockOf(path));
            if (lock.isPresent() && Files.exists(lockOf(path))) { // not taken for one that was left, and removed
                try {
                    Files.createDirectory(path);
                    return new Workshop(path, lock.get());
                } catch (IOException e) {
                    lock.get().close();
                    throw new ContainerException("making a directory in the store: " + e, e);
                }
            }
            lock.ifPresent(StoreLock::close);
        }
    }

    /** An empty file without a name, which is gone when it is closed, or this JVM ends. */
    FileChannel temporaryFile() throws IOException {
        try (Workshop workshop = workshop()) {
            return FileChannel.open(
                    workshop.path.resolve("file"),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        }
    }

    private static Path lockOf(Path workshop) {
        return workshop.resolveSibling(workshop.getFileName() + ".lock");
    }

    /** Removes what JVMs that are gone were making. */
    int sweep() {
        int count = 0;
        for (String name : list("tmp")) {
            if (name.endsWith(".lock")) {
                Path path = root.resolve("tmp").resolve(name.substring(0, name.length() - ".lock".length()));
                Optional<StoreLock> abandoned = StoreLock.tryExclusive(lockOf(path));
                if (abandoned.isPresent()) {
                    try {
                        new Workshop(path, abandoned.get()).close();
                        count++;
                    } catch (ContainerException e) {
                        LOG.debug(
                                "{} is left for later",
                                path,
                                e); // a container of a JVM that was killed is about to end
                    }
                }
            }
        }
        return count;
    }

    /** Removes the locks of single layers; nobody may be unpacking any. */
    void sweepLocks() throws IOException {
        for (String name : list("locks")) {
            if (Digest.isHash(name)) {
                Files.deleteIfExists(root.resolve("locks/" + name));
            }
        }
    }

    // ---- files

    List<String> list(String directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(directory))) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (IOException e) {
            throw new ContainerException("listing " + directory + " of the store " + root + ": " + e, e);
        }
        names.sort(null);
        return names;
    }

    /** Writes a small file: it has the old or the new content, whatever happens meanwhile, a power cut included. */
    void write(Path file, String content) {
        try (Workshop workshop = workshop()) {
            Path made = workshop.path.resolve("file");
            try (FileChannel channel =
                    FileChannel.open(made, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                var bytes = StandardCharsets.UTF_8.encode(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            place(made, file);
        } catch (IOException e) {
            throw new ContainerException("writing " + file + ": " + e, e);
        }
    }

    /** Gives something that has been made its place, and what it replaces is gone. */
    static void place(Path made, Path place) throws IOException {
        Files.move(made, place, StandardCopyOption.ATOMIC_MOVE);
        sync(place.resolveSibling("."));
    }

    /** Has the names in a directory survive a power cut. */
    static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
