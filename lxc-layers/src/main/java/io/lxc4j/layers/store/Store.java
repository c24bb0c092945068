package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.files.UnpackLimits;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageDocument;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.tar.TarWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Blobs, unpacked layers, names, and what is in use: together, so that nothing is collected that somebody needs. Whatever adds to
 * the store or relies on what is there holds it open for that time ({@link #use}), and collecting waits for that.
 *
 * <p>Thread-safe.
 */
public final class Store implements AutoCloseable {
    private static final int GZIP_LEVEL = 6;
    private static final int BUFFER_BYTES = 1 << 16;

    private final StoreDirectory directory;
    private final Blobs blobs;
    private final UnpackedLayers layers;
    private final References references;
    private final WritableLayers writable;
    private final Lease lease;

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
        try (Use _ = use()) {
            lease = Lease.open(directory);
        }
        directory.sweep();
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
     * Opens a blob.
     *
     * @param digest which
     * @return its bytes, as they were received
     * @throws IOException if it can't be read
     */
    public java.io.InputStream open(Digest digest) throws IOException {
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
        MessageDigest diff = Digest.newSha256();
        try (Blobs.Writer blob = blobs.writer();
                ParallelGzip gzip = new ParallelGzip(blob, GZIP_LEVEL);
                OutputStream hashing = new DigestOutputStream(gzip, diff);
                OutputStream buffered = new BufferedOutputStream(hashing, BUFFER_BYTES)) {
            TarWriter archive = new TarWriter(buffered);
            source.write(archive);
            archive.finish();
            buffered.flush();
            gzip.finish();
            long size = blob.written();
            return new NewLayer(
                    new Descriptor(MediaType.LAYER_GZIP, blob.finish(), size), Digest.ofHash(diff.digest()));
        } catch (IOException e) {
            throw new LayerException("packing a layer: " + e.getMessage(), e);
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
            List<Digest> diffIds = config(manifest).diffIds();
            List<String> paths = new ArrayList<>();
            for (int i = diffIds.size() - 1; i >= 0; i--) {
                Descriptor blob = manifest.layers().get(i);
                UnpackedLayer layer = layers.unpack(diffIds.get(i), () -> blobs.open(blob.digest()), limits);
                paths.add(layersDirectory().relativize(layer.files()).toString());
            }
            return paths;
        }
    }

    // ---- names

    /**
     * Lets a name stand for an image.
     *
     * @param name the name
     * @param target the image, all of which is there
     * @param action why, a word
     */
    public void name(String name, Descriptor target, String action) {
        try (Use _ = use()) {
            requireWhole(target);
            references.set(name, target, action);
        }
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

    // ---- collecting

    /** The digests of all that these lead to, of blobs and of unpacked layers. What is not there leads nowhere. */
    private Set<Digest> reachable(List<Descriptor> roots) {
        Set<Digest> all = new HashSet<>();
        List<Descriptor> todo = new ArrayList<>(roots);
        while (!todo.isEmpty()) {
            Descriptor next = todo.removeLast();
            if (all.add(next.digest()) && next.mediaType().isDocument() && blobs.has(next.digest())) {
                switch (document(next)) {
                    case Index index -> todo.addAll(index.manifests());
                    case Manifest manifest -> {
                        todo.addAll(manifest.layers());
                        all.add(manifest.config().digest());
                        if (blobs.has(manifest.config().digest())
                                && manifest.config().mediaType().kind() == MediaType.Kind.CONFIG) {
                            all.addAll(config(manifest).diffIds());
                        }
                    }
                }
            }
        }
        return all;
    }

    /**
     * Looks for damage: blobs that are not what their digests say, names that lead to less than a whole image, unpacked layers that are not
     * there. Reads all blobs.
     *
     * @return what is wrong; nothing if all is well
     */
    public List<String> check() {
        List<String> problems = new ArrayList<>();
        try (Use _ = use()) {
            for (Digest digest : blobs.list()) {
                if (!blobs.isRight(digest)) {
                    problems.add("the blob " + digest + " is damaged");
                }
            }
            references
                    .all()
                    .forEach((name, log) -> log.forEach(entry -> {
                        try {
                            requireWhole(entry.target());
                        } catch (ContainerException e) {
                            problems.add(name + ": " + e.getMessage());
                        }
                    }));
            for (String name : writable.names()) {
                try {
                    writable.base(name).ifPresent(this::requireWhole);
                } catch (ContainerException e) {
                    problems.add("the writable layer " + name + ": " + e.getMessage());
                }
            }
            problems.addAll(layers.check());
        }
        return problems;
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
            List<Descriptor> roots = new ArrayList<>();
            references.all().values().forEach(log -> log.forEach(entry -> roots.add(entry.target())));
            roots.addAll(writable.bases());
            Set<Digest> needed = reachable(roots);
            needed.addAll(Lease.all(directory));
            int removed = 0;
            for (Digest digest : blobs.list()) {
                if (!needed.contains(digest)) {
                    blobs.remove(digest);
                    removed++;
                }
            }
            return new Collected(removed, layers.retain(needed).size());
        } catch (IOException e) {
            throw new ContainerException("collecting what nobody needs of the store " + root() + ": " + e, e);
        }
    }
}
