package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.files.LayerUnpacker;
import io.lxc4j.layers.files.TreeRemover;
import io.lxc4j.layers.files.UnpackLimits;
import io.lxc4j.layers.files.UnpackResult;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.tar.TarReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layers unpacked once for all that use them. Each is a directory of a short name, which holds its files and a note of what it is;
 * a link named by the digest of its archive leads there, and is made last. What no link leads to is rubbish.
 *
 * <p>The kernel writes files to the disk when it likes. So a layer that was unpacked before a power cut is not trusted, unless it is
 * marked as written.
 */
final class UnpackedLayers {
    private static final Logger LOG = LoggerFactory.getLogger(UnpackedLayers.class);
    private static final String FILES = "f";
    private static final String NOTE = "layer";
    private static final String WRITTEN = "written";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** 36^4: so short that 500 layers fit into the page that the kernel takes as mount options. */
    private static final int IDS = 1_679_616;

    private static final int ID_LENGTH = 4;
    private static final int RADIX = 36;

    private final StoreDirectory directory;
    private final String boot;

    UnpackedLayers(StoreDirectory directory) {
        this.directory = directory;
        boot = Kernel.readSysctl(BOOT_ID.toString());
    }

    /** Opens what is unpacked: the archive, compressed or not. */
    interface Source {
        InputStream open() throws IOException;
    }

    private Path link(Digest key) {
        return directory.resolve("keys/" + key.hex());
    }

    /**
     * Looks for a layer.
     *
     * @param key the digest of its archive without compression
     */
    Optional<UnpackedLayer> find(Digest key) {
        try {
            return read(Files.readSymbolicLink(link(key)).getFileName().toString());
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (NotLinkException e) {
            throw new ContainerException("looking for the layer " + key + ": " + link(key) + " is no link", e);
        } catch (IOException e) {
            throw new ContainerException("looking for the layer " + key + ": " + e, e);
        }
    }

    private Optional<UnpackedLayer> read(String id) throws IOException {
        Path layer = directory.resolve("layers/" + id);
        List<String> note;
        try {
            note = Files.readAllLines(layer.resolve(NOTE));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
        boolean trusted = note.size() == 3 && (note.get(2).equals(boot) || Files.exists(layer.resolve(WRITTEN)));
        return trusted
                ? Optional.of(new UnpackedLayer(
                        id, layer.resolve(FILES), Long.parseLong(note.get(0)), Long.parseLong(note.get(1))))
                : Optional.empty();
    }

    /**
     * Unpacks a layer, unless that has been done.
     *
     * @param key the digest of its archive without compression
     * @param source the archive
     * @param limits how much it may hold
     * @throws LayerException if it is not what the key says, or may not be taken; nothing is left then
     */
    UnpackedLayer unpack(Digest key, Source source, UnpackLimits limits) {
        Optional<UnpackedLayer> there = find(key);
        if (there.isPresent()) {
            return there.get();
        }
        try (StoreLock _ = StoreLock.exclusive(directory.resolve("locks/" + key.hex()))) {
            there = find(key); // by another thread or JVM, meanwhile
            return there.isPresent() ? there.get() : make(key, source, limits);
        } catch (IOException e) {
            throw new LayerException("unpacking the layer " + key + ": " + e.getMessage(), e);
        }
    }

    private UnpackedLayer make(Digest key, Source source, UnpackLimits limits) throws IOException {
        try (StoreDirectory.Workshop workshop = directory.workshop()) {
            Path layer = Files.createDirectory(workshop.path().resolve(NOTE));
            Path files = Files.createDirectory(layer.resolve(FILES));
            UnpackResult result = unpack(key, source, limits, files);
            Files.write(
                    layer.resolve(NOTE),
                    List.of(Long.toString(result.entries()), Long.toString(result.bytes()), boot),
                    StandardCharsets.UTF_8);
            String id = place(layer);
            replaceLink(key, id, workshop.path());
            markWritten(id);
            return new UnpackedLayer(
                    id, directory.resolve("layers/" + id).resolve(FILES), result.entries(), result.bytes());
        }
    }

    private static UnpackResult unpack(Digest key, Source source, UnpackLimits limits, Path files) throws IOException {
        boolean asRoot = ProcessStatus.ofThisProcess().uid() == 0;
        MessageDigest hash = key.newHash();
        UnpackResult result;
        try (InputStream archive = new ReadAhead(new Hashing(Decompression.decompress(source.open()), hash));
                Fd root = Kernel.open(files.toString(), Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY), 0);
                LayerUnpacker unpacker = new LayerUnpacker(root, asRoot, limits)) {
            result = unpacker.unpack(new TarReader(archive));
        }
        if (!HexFormat.of().formatHex(hash.digest()).equals(key.hex())) {
            throw new LayerException("unpacking the layer " + key + ": its archive has another digest");
        }
        return result;
    }

    /** Computes a digest in the thread that reads. */
    private static final class Hashing extends FilterInputStream {
        private final MessageDigest hash;

        Hashing(InputStream source, MessageDigest hash) {
            super(source);
            this.hash = hash;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = in.read(target, offset, length);
            if (count > 0) {
                hash.update(target, offset, count);
            }
            return count;
        }

        @Override
        public int read() throws IOException {
            int one = in.read();
            if (one >= 0) {
                hash.update((byte) one);
            }
            return one;
        }
    }

    private String place(Path layer) throws IOException {
        while (true) {
            String id = Integer.toString(ThreadLocalRandom.current().nextInt(IDS), RADIX);
            String padded = "0".repeat(ID_LENGTH - id.length()) + id;
            Path place = directory.resolve("layers/" + padded);
            if (!Files.exists(place) && tryMove(layer, place)) {
                return padded;
            }
        }
    }

    /** A directory of that name would not be replaced, as it is not empty. */
    private static boolean tryMove(Path layer, Path place) throws IOException {
        try {
            StoreDirectory.place(layer, place);
            return true;
        } catch (java.nio.file.DirectoryNotEmptyException | java.nio.file.FileAlreadyExistsException _) {
            return false;
        }
    }

    private void replaceLink(Digest key, String id, Path workshop) throws IOException {
        Path link = Files.createSymbolicLink(workshop.resolve("link"), Path.of("../layers/" + id));
        StoreDirectory.place(link, link(key));
    }

    /** In the background: it can take seconds, and only a power cut makes a difference. */
    private void markWritten(String id) {
        Thread.ofPlatform().daemon().name("lxc4j-sync").start(() -> {
            Path layer = directory.resolve("layers/" + id);
            try (Fd open = Kernel.open(layer.toString(), Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY), 0)) {
                Kernel.check(Kernel.tryCall(Sys.SYNCFS, open.number()), Sys.SYNCFS, () -> open.toString());
                Files.createFile(layer.resolve(WRITTEN));
            } catch (IOException | ContainerException e) {
                LOG.debug("the layer {} is not marked as written", layer, e); // it may have been removed
            }
        });
    }

    /** Says which links lead nowhere. Those are as good as none, since the layer is unpacked again. */
    List<String> check() {
        List<String> problems = new ArrayList<>();
        for (String name : directory.list("keys")) {
            Path link = directory.resolve("keys/" + name);
            if (!Files.isDirectory(link.resolve(FILES))) {
                problems.add("the layer " + name + " is not where " + link + " leads");
            }
        }
        return problems;
    }

    // ---- what nobody needs

    /** Removes all layers but some; nobody may be unpacking. */
    Set<String> retain(Set<Digest> keys) throws IOException {
        Set<String> kept = new HashSet<>();
        Set<String> hex = new HashSet<>();
        keys.forEach(key -> hex.add(key.hex()));
        for (String name : directory.list("keys")) {
            Path link = directory.resolve("keys/" + name);
            if (hex.contains(name)) {
                kept.add(Files.readSymbolicLink(link).getFileName().toString());
            } else {
                Files.delete(link);
            }
        }
        StoreDirectory.sync(directory.resolve("keys"));
        Set<String> removed = new HashSet<>(directory.list("layers"));
        removed.removeAll(kept);
        for (String id : removed) {
            TreeRemover.remove(directory.resolve("layers/" + id));
        }
        return removed;
    }
}
