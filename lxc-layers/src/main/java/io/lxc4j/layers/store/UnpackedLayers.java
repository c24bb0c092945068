package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.files.LayerPacker;
import io.lxc4j.layers.files.LayerUnpacker;
import io.lxc4j.layers.files.LowerLayers;
import io.lxc4j.layers.files.TreeLinker;
import io.lxc4j.layers.files.TreeRemover;
import io.lxc4j.layers.files.Unkept;
import io.lxc4j.layers.files.UnpackLimits;
import io.lxc4j.layers.files.UnpackResult;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layers unpacked once for all that use them. Each is a directory of a short name, which holds its files and a note of what it is;
 * a link leads there, and is made last. What no link leads to is rubbish.
 *
 * <p>The link is named by the digest of the layer's archive. But where the archive leaves out directories, which are as the layers below
 * have them, it is named by the digest of those together with it, unless there are none below.
 *
 * <p>The kernel writes files to the disk when it likes. So a layer that was unpacked before a power cut is not trusted, unless it is
 * marked as written.
 */
final class UnpackedLayers {
    private static final Logger LOG = LoggerFactory.getLogger(UnpackedLayers.class);
    private static final String FILES = "f";
    private static final String WRITTEN = "written";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Constant DIRECTORY = Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY);

    /** 36^4: so short that 500 layers fit into the page that the kernel takes as mount options. */
    private static final int IDS = 1_679_616;

    private static final int ID_LENGTH = 4;
    private static final int RADIX = 36;

    private static final boolean IS_ROOT = ProcessStatus.ofThisProcess().uid() == 0;

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

    private Path layer(String id) {
        return directory.resolve("layers/" + id);
    }

    // ---- finding

    /** Looks for a layer as it is above those below it in an image. */
    Optional<UnpackedLayer> find(LayerKey key) {
        Optional<UnpackedLayer> own = find(key.chainId());
        if (own.isPresent() || key.isLowest()) {
            return own;
        }
        return find(key.diffId()).filter(layer -> layer.note().implied() == 0);
    }

    private Optional<UnpackedLayer> find(Digest key) {
        try {
            return read(target(key.hex()));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ContainerException("looking for the layer " + key + ": " + e, e);
        }
    }

    /** The short name to which a link leads. */
    private String target(String key) throws IOException {
        Path link = directory.resolve("keys/" + key);
        try {
            return Files.readSymbolicLink(link).getFileName().toString();
        } catch (NotLinkException e) {
            throw new IOException(link + " is no link; remove it", e);
        }
    }

    private Optional<UnpackedLayer> read(String id) throws IOException {
        Path layer = layer(id);
        return LayerNote.read(layer)
                .filter(note -> note.boot().equals(boot) || Files.exists(layer.resolve(WRITTEN)))
                .map(note -> new UnpackedLayer(id, layer.resolve(FILES), note));
    }

    // ---- unpacking

    /**
     * Unpacks a layer, unless that has been done.
     *
     * @param key the layer
     * @param source its archive
     * @param limits how much it may hold
     * @param below the files of the layers below it, the top one first
     * @throws LayerException if it is not what the key says, or may not be taken; nothing is left then
     */
    UnpackedLayer unpack(LayerKey key, Source source, UnpackLimits limits, List<Path> below) {
        Optional<UnpackedLayer> there = find(key);
        if (there.isPresent()) {
            return there.get();
        }
        try (StoreLock _ =
                StoreLock.exclusive(directory.resolve("locks/" + key.diffId().hex()))) {
            there = find(key); // by another thread or JVM, meanwhile
            if (there.isPresent()) {
                return there.get();
            }
            try (Fresh fresh = fresh(key, source, limits, below)) {
                return fresh.place();
            }
        } catch (IOException e) {
            throw new LayerException("unpacking the layer " + key + ": " + e.getMessage(), e);
        }
    }

    /** Unpacks a layer anew, whether or not that has been done. */
    Fresh fresh(LayerKey key, Source source, UnpackLimits limits, List<Path> below) throws IOException {
        Fresh fresh = new Fresh();
        try {
            UnpackResult result = unpackInto(fresh.files, key.diffId(), source, limits, below);
            result.unkept().writeBeside(fresh.files);
            LayerNote note = new LayerNote(
                    result.entries(), result.bytes(), result.implied().size(), boot);
            return fresh.is(
                    note.implied() == 0 ? key.diffId().hex() : key.chainId().hex(), note);
        } catch (IOException | RuntimeException | Error e) {
            fresh.close();
            throw e;
        }
    }

    /** Makes a tree with the files of a layer, or others instead of some. */
    Fresh linked(String key, UnpackedLayer layer, Map<Long, TreeLinker.Other> others) throws IOException {
        Fresh fresh = new Fresh();
        try (TreeLinker linker = new TreeLinker(IS_ROOT, others)) {
            linker.link(layer.files(), fresh.files);
            Unkept.beside(layer.files()).writeBeside(fresh.files);
            return fresh.is(key, layer.note().asOf(boot));
        } catch (IOException | RuntimeException | Error e) {
            fresh.close();
            throw e;
        }
    }

    /** A layer that has been made; one that is given no place vanishes when it is closed. */
    final class Fresh implements AutoCloseable {
        private final StoreDirectory.Workshop workshop = directory.workshop();
        private final Path made = workshop.path().resolve("layer");
        private final Path files = made.resolve(FILES);
        private String key = "";
        private @Nullable LayerNote note;

        private Fresh() throws IOException {
            try {
                Files.createDirectories(files);
            } catch (IOException e) {
                workshop.close();
                throw e;
            }
        }

        private Fresh is(String hex, LayerNote what) throws IOException {
            key = hex;
            note = what;
            what.write(made);
            return this;
        }

        Path files() {
            return files;
        }

        /** Lets it be found, instead of one that was. */
        UnpackedLayer place() throws IOException {
            LayerNote noted = Objects.requireNonNull(note, "a layer that is made has a note");
            String id = UnpackedLayers.this.place(made);
            Path link = Files.createSymbolicLink(workshop.path().resolve("link"), Path.of("../layers/" + id));
            StoreDirectory.place(link, directory.resolve("keys/" + key));
            markWritten(id);
            return new UnpackedLayer(id, layer(id).resolve(FILES), noted);
        }

        @Override
        public void close() {
            workshop.close();
        }
    }

    /** What packs the files of a layer as its archive had them. */
    static LayerPacker packer(TarWriter archive, Path files) throws IOException {
        return IS_ROOT ? new LayerPacker(archive, null) : LayerPacker.ofUnpacked(archive, Unkept.beside(files));
    }

    private static UnpackResult unpackInto(
            Path files, Digest diffId, Source source, UnpackLimits limits, List<Path> below) throws IOException {
        MessageDigest hash = diffId.newHash();
        UnpackResult result;
        try (InputStream archive =
                        new ReadAhead(new DigestInputStream(LayerCompression.decompress(source.open()), hash));
                Fd root = Kernel.open(files.toString(), DIRECTORY, 0);
                LowerLayers lower = new LowerLayers(below, IS_ROOT);
                LayerUnpacker unpacker = new LayerUnpacker(root, IS_ROOT, limits)) {
            result = unpacker.unpack(new TarReader(archive), lower);
        }
        if (!diffId.matches(hash.digest())) {
            throw new LayerException("unpacking the layer " + diffId + ": its archive has another digest");
        }
        return result;
    }

    private String place(Path layer) throws IOException {
        while (true) {
            String id = Integer.toString(ThreadLocalRandom.current().nextInt(IDS), RADIX);
            String padded = "0".repeat(ID_LENGTH - id.length()) + id;
            Path place = layer(padded);
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
        } catch (FileSystemException e) { // of no particular kind, as a directory is in the way
            if (Files.exists(place)) {
                return false;
            }
            throw e;
        }
    }

    /** In the background: it can take seconds, and only a power cut makes a difference. */
    private void markWritten(String id) {
        Thread.ofPlatform().daemon().name("lxc4j-sync").start(() -> {
            Path layer = layer(id);
            try (Fd open = Kernel.open(layer.toString(), DIRECTORY, 0)) {
                Kernel.check(Kernel.tryCall(Sys.SYNCFS, open.number()), Sys.SYNCFS, () -> open.toString());
                Files.createFile(layer.resolve(WRITTEN));
            } catch (IOException | ContainerException e) {
                LOG.debug("the layer {} is not marked as written", layer, e); // it may have been removed
            }
        });
    }

    // ---- what nobody needs

    /** The names of all links. */
    List<String> keys() {
        return directory.list("keys").stream().filter(Digest::isHash).toList();
    }

    /** All layers to which links lead, by the names of those. */
    Map<String, UnpackedLayer> all() throws IOException {
        Map<String, UnpackedLayer> all = new LinkedHashMap<>();
        for (String key : keys()) {
            if (leadsSomewhere(key)) {
                read(target(key)).ifPresent(layer -> all.put(key, layer));
            }
        }
        return all;
    }

    /** Whether a link leads to a layer. */
    boolean leadsSomewhere(String key) {
        try {
            Path layer = layer(target(key));
            return Files.isDirectory(layer.resolve(FILES))
                    && LayerNote.read(layer).isPresent();
        } catch (IOException _) {
            return false;
        }
    }

    /** Forgets a link; what it leads to is rubbish then. */
    void forget(String key) throws IOException {
        TreeRemover.remove(directory.resolve("keys/" + key));
    }

    /** Removes a layer, to which no link may lead any more. */
    void remove(String id) {
        TreeRemover.remove(layer(id));
    }

    /**
     * The short names of layers that nobody needs.
     *
     * @param names digests of those that are needed, and short names
     */
    Set<String> unneeded(Set<String> names) throws IOException {
        Set<String> unneeded = new TreeSet<>(directory.list("layers"));
        unneeded.removeAll(names);
        for (String key : keys()) {
            if (isAmong(names, key) && leadsSomewhere(key)) {
                unneeded.remove(target(key));
            }
        }
        return unneeded;
    }

    private static boolean isAmong(Set<String> names, String key) {
        return names.contains("sha256:" + key) || names.contains("sha512:" + key);
    }

    /** Removes all layers but those that are needed; nobody may be unpacking. */
    Set<String> retain(Set<String> names) throws IOException {
        Set<String> unneeded = unneeded(names);
        for (String key : keys()) {
            if (!isAmong(names, key) || !leadsSomewhere(key)) {
                forget(key);
            }
        }
        StoreDirectory.sync(directory.resolve("keys"));
        unneeded.forEach(this::remove);
        return unneeded;
    }
}
