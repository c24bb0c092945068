package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.files.LayerPacker;
import io.lxc4j.layers.files.UnpackLimits;
import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Compression;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageDocument;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.progress.ProgressListener;
import io.lxc4j.layers.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blobs, unpacked layers, names, and what is in use: together, so that nothing is collected that somebody needs. Whatever adds to
 * the store or relies on what is there holds it open for that time ({@link #use}), and collecting waits for that.
 *
 * <p>Thread-safe.
 */
public final class Store implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final int BUFFER_BYTES = 1 << 16;

    private final StoreDirectory directory;
    private final Blobs blobs;
    private final UnpackedLayers layers;
    private final References references;
    private final WritableLayers writable;
    private final Steps steps;
    private final Lease lease;
    private final ProgressListener listener;
    private final Compression compression;

    /**
     * Opens a store, or makes one.
     *
     * @param root an absolute path
     */
    public Store(Path root) {
        directory = new StoreDirectory(root);
        blobs = new Blobs(directory);
        layers = new UnpackedLayers(directory);
        references = new References(directory);
        writable = new WritableLayers(directory);
        steps = new Steps(directory);
        try (Use _ = use()) {
            lease = Lease.open(directory);
        }
        directory.sweep();
        listener = ProgressListener.NONE;
        compression = Compression.GZIP;
    }

    private Store(Store other, ProgressListener listener, Compression compression) {
        directory = other.directory;
        blobs = other.blobs;
        layers = other.layers;
        references = other.references;
        writable = other.writable;
        steps = other.steps;
        lease = other.lease;
        this.listener = listener;
        this.compression = compression;
    }

    /**
     * The same store, which tells somebody how far it is with what takes long.
     *
     * @param told who is told
     * @return a store that shares all with this one
     */
    public Store withProgress(ProgressListener told) {
        return new Store(this, told, compression);
    }

    /**
     * The same store, which compresses new layers in another way.
     *
     * @param how which
     * @return a store that shares all with this one
     */
    public Store withCompression(Compression how) {
        return new Store(this, listener, how);
    }

    /**
     * Who is told how far this store is.
     *
     * @return the listener
     */
    public ProgressListener listener() {
        return listener;
    }

    Meter meter(Activity activity, String item, OptionalLong total) {
        return new Meter(listener, activity, root().toString(), item, total);
    }

    /**
     * Where it is.
     *
     * @return the directory
     */
    public Path root() {
        return directory.root();
    }

    /**
     * Where the unpacked layers lie.
     *
     * @return the directory
     */
    public Path layersDirectory() {
        return directory.resolve("layers");
    }

    @Override
    public void close() {
        lease.close();
    }

    // ---- using

    /** A time in which nothing is collected. */
    public final class Use implements AutoCloseable {
        private final StoreLock lock = StoreLock.shared(directory.resolve("locks/collect"));

        private Use() {}

        @Override
        public void close() {
            lock.close();
        }
    }

    /**
     * Keeps from collecting for a while.
     *
     * @return to be closed
     */
    public Use use() {
        return new Use();
    }

    /**
     * Keeps an image, and all that it needs, until this store is closed.
     *
     * @param image its manifest
     */
    public void hold(Descriptor image) {
        try (Use _ = use()) {
            lease.hold(reachable(List.of(image)));
        }
    }

    // ---- content

    /**
     * Whether a blob is there.
     *
     * @param digest which
     * @return whether it is
     */
    public boolean has(Digest digest) {
        return blobs.has(digest);
    }

    /**
     * How long a blob is.
     *
     * @param digest which
     * @return its size in bytes; empty if it is not there
     */
    public OptionalLong size(Digest digest) {
        return blobs.size(digest);
    }

    /**
     * Opens a blob.
     *
     * @param digest which
     * @return its bytes, as they were received
     * @throws IOException if it can't be read
     */
    public InputStream open(Digest digest) throws IOException {
        return blobs.open(digest);
    }

    /**
     * Takes in a blob that comes from somewhere.
     *
     * @param descriptor its digest and size, which are verified
     * @return where to write it
     * @throws IOException if it can't be made
     */
    public Blobs.Writer writer(Descriptor descriptor) throws IOException {
        return blobs.writer(descriptor.digest(), descriptor.size());
    }

    /**
     * Takes in a blob whose digest will be known at its end.
     *
     * @return where to write it
     * @throws IOException if it can't be made
     */
    public Blobs.Writer writer() throws IOException {
        return blobs.writer();
    }

    /**
     * A file for what is needed for a while only.
     *
     * @return an empty file without a name, open for reading and writing, which is gone when it is closed
     * @throws IOException if it can't be made
     */
    public FileChannel temporaryFile() throws IOException {
        return directory.temporaryFile();
    }

    /**
     * Keeps a document.
     *
     * @param mediaType what it is
     * @param content its bytes
     * @return its descriptor
     */
    public Descriptor add(MediaType mediaType, byte[] content) {
        blobs.add(content);
        return Descriptor.of(mediaType, content);
    }

    /**
     * Reads an image's manifest, or an index.
     *
     * @param descriptor what leads there
     * @return the document
     */
    public ImageDocument document(Descriptor descriptor) {
        return ImageDocument.parse(blobs.document(descriptor.digest()), descriptor.mediaType());
    }

    /**
     * Looks for an image by its digest alone.
     *
     * @param digest of its manifest
     * @return what leads there; empty if it is not here, or is no manifest
     */
    public Optional<Descriptor> manifest(Digest digest) {
        if (!blobs.has(digest)) {
            return Optional.empty();
        }
        for (MediaType type : List.of(MediaType.MANIFEST, MediaType.DOCKER_MANIFEST)) {
            try {
                byte[] content = blobs.document(digest);
                Manifest.parse(content, type);
                return Optional.of(new Descriptor(type, digest, content.length));
            } catch (InvalidSpecificationException _) {
                // the other, or none
            }
        }
        return Optional.empty();
    }

    /**
     * Opens a layer's archive.
     *
     * @param blob the layer
     * @return the archive without compression
     * @throws IOException if it can't be read
     */
    public java.io.InputStream archive(Descriptor blob) throws IOException {
        return LayerCompression.decompress(blobs.open(blob.digest()));
    }

    /**
     * Reads an image's configuration.
     *
     * @param manifest its manifest
     * @return the configuration
     */
    public ImageConfig config(Manifest manifest) {
        ImageConfig config = ImageConfig.parse(blobs.document(manifest.config().digest()));
        config.checkMatches(manifest);
        return config;
    }

    /**
     * Packs a new layer.
     *
     * @param source what writes its entries
     * @return the layer
     * @throws LayerException if that fails
     */
    public NewLayer pack(LayerSource source) {
        try (Blobs.Writer blob = blobs.writer()) {
            return pack(source, compression, blob);
        } catch (IOException e) {
            throw new LayerException("packing a layer: " + e.getMessage(), e);
        }
    }

    private NewLayer pack(LayerSource source, Compression how, Blobs.Writer blob) throws IOException {
        MessageDigest diff = Digest.newSha256();
        Meter meter = meter(Activity.PACK, "layer", OptionalLong.empty());
        try (LayerCompression.Compressor compressor = LayerCompression.compress(how, blob);
                OutputStream hashing = new DigestOutputStream(compressor, diff);
                OutputStream buffered = new BufferedOutputStream(meter.count(hashing), BUFFER_BYTES)) {
            TarWriter archive = new TarWriter(buffered);
            source.write(archive);
            archive.finish();
            buffered.flush();
            compressor.finish();
            long size = blob.written();
            Descriptor kept = new Descriptor(MediaType.layer(how), blob.finish(), size);
            meter.finish();
            return new NewLayer(kept, Digest.ofHash(diff.digest()));
        }
    }

    /**
     * Names what a layer would be, without keeping it.
     *
     * @param source what writes its entries
     * @return the digest of the archive without compression
     * @throws LayerException if that fails
     */
    public Digest digest(LayerSource source) {
        MessageDigest diff = Digest.newSha256();
        try (OutputStream hashing = new DigestOutputStream(OutputStream.nullOutputStream(), diff);
                OutputStream buffered = new BufferedOutputStream(hashing, BUFFER_BYTES)) {
            TarWriter archive = new TarWriter(buffered);
            source.write(archive);
            archive.finish();
            buffered.flush();
            return Digest.ofHash(diff.digest());
        } catch (IOException e) {
            throw new LayerException("packing a layer: " + e.getMessage(), e);
        }
    }

    /** Packs a layer that is to have the same bytes as before; gives whether it has. */
    boolean packAgain(Descriptor layer, Path files) {
        Constant how = Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY);
        try (Fd root = Kernel.open(files.toString(), how, 0);
                Blobs.Writer blob = writer(layer)) {
            NewLayer _ = pack(
                    archive -> {
                        try (LayerPacker packer = UnpackedLayers.packer(archive, files)) {
                            packer.pack(root);
                        }
                    },
                    layer.mediaType().compression().orElse(compression),
                    blob);
            return true;
        } catch (IOException | ContainerException e) {
            LOG.debug("the files of {} are packed to another archive", layer.digest(), e);
            return false;
        }
    }

    /**
     * Unpacks an image's layers, as far as that has not been done, and holds them.
     *
     * @param image what leads to its manifest
     * @param manifest the manifest
     * @param limits how much each layer may hold
     * @return paths of the layers below {@link #layersDirectory}, the top one first
     */
    public List<String> unpack(Descriptor image, Manifest manifest, UnpackLimits limits) {
        try (Use _ = use()) {
            lease.hold(reachable(List.of(image)));
            List<LayerKey> keys = LayerKey.of(config(manifest));
            List<Path> files = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                Descriptor blob = manifest.layers().get(i);
                UnpackedLayer layer = layers.unpack(keys.get(i), () -> openMetered(blob.digest()), limits, files);
                lease.hold(Set.of(layer.id()));
                files.addFirst(layer.files());
            }
            return files.stream()
                    .map(layer -> layersDirectory().relativize(layer).toString())
                    .toList();
        }
    }

    private InputStream openMetered(Digest blob) throws IOException {
        return meter(Activity.UNPACK, blob.toString(), blobs.size(blob)).count(blobs.open(blob));
    }

    // ---- names

    /**
     * Lets a tag stand for an image.
     *
     * @param name the name
     * @param target the image, all of which is there
     * @param action why, a word
     * @throws InvalidSpecificationException if the name is a branch
     */
    public void name(String name, Descriptor target, String action) {
        try (Use _ = use()) {
            requireWhole(target);
            references.set(name, target, action);
        }
    }

    /**
     * Makes a name that is not there.
     *
     * @param name the name
     * @param target the image, all of which is there
     * @param isBranch whether it is a branch, or a tag
     * @return whether there was nothing of that name, so that it was made
     */
    public boolean make(String name, Descriptor target, boolean isBranch) {
        try (Use _ = use()) {
            requireWhole(target);
            return references.make(name, target, isBranch);
        }
    }

    /**
     * Lets a name stand for another image, if nobody has moved it meanwhile.
     *
     * @param name the name
     * @param expected what it must still stand for
     * @param target the image, all of which is there
     * @param action why, a word
     * @return whether it stood for that, and so was moved
     */
    public boolean move(String name, Descriptor expected, Descriptor target, String action) {
        try (Use _ = use()) {
            requireWhole(target);
            return references.move(name, expected, target, action);
        }
    }

    /**
     * Whether a name is a branch.
     *
     * @param name the name
     * @return whether there is such a name, and it is one
     */
    public boolean isBranch(String name) {
        return references.isBranch(name);
    }

    /**
     * What a name stands for.
     *
     * @param name the name
     * @return the image; empty if there is no such name
     */
    public Optional<Descriptor> find(String name) {
        return references.find(name);
    }

    /**
     * What a name has stood for.
     *
     * @param name the name
     * @return the newest last; none if there is no such name
     */
    public List<References.Entry> log(String name) {
        return references.log(name);
    }

    /**
     * All names.
     *
     * @return what each has stood for, the newest last
     */
    public SortedMap<String, List<References.Entry>> names() {
        return references.all();
    }

    /**
     * Forgets a name.
     *
     * @param name the name
     * @return whether it was there
     */
    public boolean forget(String name) {
        return references.remove(name);
    }

    /** A name never leads to less than a whole image; an index may name images that were not wanted. */
    private void requireWhole(Descriptor target) {
        if (document(target) instanceof Manifest manifest) {
            List<Descriptor> parts = new ArrayList<>(manifest.layers());
            parts.add(manifest.config());
            for (Descriptor part : parts) {
                if (!blobs.has(part.digest())) {
                    throw new LayerException("naming the image " + target.digest() + ": its part " + part.digest()
                            + " is not in the store");
                }
            }
            if (manifest.config().mediaType().kind() == MediaType.Kind.CONFIG) {
                config(manifest);
            }
        }
    }

    // ---- writable layers

    /**
     * Makes a writable layer that is kept.
     *
     * @param name its name
     * @param image the image that it lies on, all of which is there
     * @throws io.lxc4j.error.InvalidSpecificationException if there is one of that name
     */
    public void createWritable(String name, Descriptor image) {
        try (Use _ = use()) {
            requireWhole(image);
            writable.create(name, image);
        }
    }

    /**
     * Makes a writable layer for one container.
     *
     * @param image the image that it lies on
     * @return the layer, whose closing removes it
     */
    public HeldLayer temporary(Descriptor image) {
        return writable.temporary(image);
    }

    /**
     * Takes a writable layer for oneself.
     *
     * @param name its name
     * @param doing what for, as an error is to name it
     * @return the layer, which is the caller's to close
     * @throws ContainerException if somebody uses it, or there is no such layer
     */
    public HeldLayer holdWritable(String name, String doing) {
        return writable.hold(name, doing);
    }

    /**
     * The image that a writable layer lies on.
     *
     * @param name its name
     * @return the image; empty if there is no such layer
     */
    public Optional<Descriptor> baseOfWritable(String name) {
        return writable.base(name);
    }

    /**
     * The names of all writable layers.
     *
     * @return the names, sorted
     */
    public List<String> writableNames() {
        return writable.names();
    }

    // ---- steps of builds

    /**
     * Looks for what a step of a build has made. The store must be in use.
     *
     * @param key what the step is known by
     * @return the layer; empty if it was not made here, or is gone
     */
    public Optional<BuiltLayer> built(Digest key) {
        return steps.find(key).filter(made -> blobs.has(made.layer().blob().digest()));
    }

    /**
     * Remembers what a step of a build has made, as long as it is there.
     *
     * @param key what the step is known by
     * @param made the layer
     */
    public void noteBuilt(Digest key, BuiltLayer made) {
        steps.note(key, made);
    }

    // ---- collecting

    private Set<String> reachable(List<Descriptor> roots) {
        return new ImageWalk(this, roots, blobs::has).names();
    }

    /** What all names stand for, or have stood for, and what writable layers lie on. */
    private List<Descriptor> named() {
        List<Descriptor> named = new ArrayList<>(writable.bases());
        references.all().values().forEach(log -> log.forEach(entry -> named.add(entry.target())));
        return named;
    }

    /**
     * What was collected.
     *
     * @param blobs how many blobs
     * @param layers how many unpacked layers
     */
    public record Collected(int blobs, int layers) {}

    /**
     * Removes all that no name leads to and no JVM holds, as soon as nobody adds anything.
     *
     * @return what was removed
     */
    public Collected collect() {
        try (StoreLock _ = StoreLock.exclusive(directory.resolve("locks/collect"))) {
            directory.sweep();
            directory.sweepLocks();
            Set<String> needed = reachable(new Ancestors(this).withAncestors(named()));
            needed.addAll(Lease.all(directory));
            int removed = 0;
            List<Digest> all = blobs.list();
            Meter meter = meter(Activity.COLLECT, "blobs", OptionalLong.of(all.size()));
            for (Digest digest : all) {
                if (!needed.contains(digest.toString())) {
                    blobs.remove(digest);
                    removed++;
                }
                meter.add(1);
            }
            steps.retain(blobs::has);
            return new Collected(removed, layers.retain(needed).size());
        } catch (IOException e) {
            throw new ContainerException("collecting what nobody needs of the store " + root() + ": " + e, e);
        }
    }

    // ---- room

    /**
     * Adds up how much room all takes.
     *
     * @return the account
     */
    public Usage usage() {
        try (Use _ = use()) {
            ImageWalk walk = new ImageWalk(this, named(), blobs::has);
            Set<String> needed = walk.names();
            needed.addAll(Lease.all(directory));
            Map<Digest, List<String>> names = new HashMap<>();
            references
                    .all()
                    .forEach((name, log) -> names.computeIfAbsent(
                                    log.getLast().target().digest(), _ -> new ArrayList<>())
                            .add(name));
            return new Accounting(directory, blobs).usage(walk, names, layers, needed);
        } catch (IOException e) {
            throw new ContainerException("adding up what the store " + root() + " takes: " + e, e);
        }
    }

    /**
     * What was saved.
     *
     * @param files how many files have become one with others, or share their room
     * @param bytes how much room they took
     */
    public record Saved(long files, long bytes) {}

    /**
     * Keeps equal files of unpacked layers once. Reads all that could be equal.
     *
     * @return what was saved
     */
    public Saved deduplicate() {
        Deduplication work = new Deduplication(directory, layers);
        try {
            try (StoreLock _ = StoreLock.exclusive(directory.resolve("locks/deduplicate"));
                    Use _ = use()) {
                work.run();
            }
            try (StoreLock _ = StoreLock.exclusive(directory.resolve("locks/collect"))) {
                Set<String> needed = Lease.all(directory);
                layers.all().values().forEach(layer -> needed.add(layer.id()));
                work.replaced().stream().filter(id -> !needed.contains(id)).forEach(layers::remove);
            }
            return new Saved(work.files(), work.bytes());
        } catch (IOException e) {
            throw new ContainerException("deduplicating the store " + root() + ": " + e, e);
        }
    }

    // ---- damage

    /**
     * Looks for damage: blobs that are not what their digests say, names that lead to less than a whole image, unpacked layers that are
     * not as their archives say. Reads all blobs, and unpacks each layer once more to compare.
     *
     * @return what is wrong; nothing if all is well
     */
    public List<Finding> check() {
        try (Use _ = use()) {
            return inspect(false);
        }
    }

    /**
     * Puts right what {@link #check} finds, as far as that can be done here. If something is found, it waits until nobody adds anything.
     *
     * @return what was wrong, and what was done
     */
    public List<Finding> repair() {
        if (check().isEmpty()) {
            return List.of();
        }
        try (StoreLock _ = StoreLock.exclusive(directory.resolve("locks/collect"))) {
            directory.sweep();
            directory.sweepLocks();
            return inspect(true);
        } catch (IOException e) {
            throw new ContainerException("repairing the store " + root() + ": " + e, e);
        }
    }

    private List<Finding> inspect(boolean repairs) {
        try {
            return new Inspection(this, directory, blobs, layers, references, writable, repairs).run();
        } catch (IOException e) {
            throw new ContainerException("looking for damage in the store " + root() + ": " + e, e);
        }
    }
}
