package io.lxc4j.layers;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.files.MergedTree;
import io.lxc4j.layers.files.UnpackLimits;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.store.Store;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A version of a file system with what is to be run in it, in a store of this machine: layers that other images may share, and a
 * configuration. Immutable and thread-safe; it stays in the store at least until the store is closed.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/spec.md">OCI Image Format Specification</a>
 */
public final class Image {
    private final Store store;
    private final LayerDriver driver;
    private final Descriptor descriptor;
    private final Manifest manifest;
    private final ImageConfig config;

    Image(Store store, LayerDriver driver, Descriptor descriptor) {
        this.store = store;
        this.driver = driver;
        this.descriptor = descriptor;
        if (!(store.document(descriptor) instanceof Manifest read)) {
            throw new InvalidSpecificationException(descriptor.digest() + " is an index of images, not one");
        }
        read.requireImage();
        manifest = read;
        config = store.config(manifest);
    }

    /**
     * What names it by its content.
     *
     * @return the digest of its manifest
     */
    public Digest digest() {
        return descriptor.digest();
    }

    /**
     * What leads to it.
     *
     * @return type, digest and size of its manifest
     */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Its layers as they are kept, and what its makers say of it.
     *
     * @return the manifest
     */
    public Manifest manifest() {
        return manifest;
    }

    /**
     * What runs in it, and how it was made.
     *
     * @return the configuration
     */
    public ImageConfig config() {
        return config;
    }

    /**
     * Its files as a container's root, below a tmpfs that takes what is written and vanishes with the container; with {@link
     * LayerDriver#COPY}, a copy on the disk, without that limit.
     *
     * @return the root file system, with room for 1 GiB of writes in memory
     * @throws io.lxc4j.error.ContainerException if a layer can't be unpacked
     */
    public RootFileSystem root() {
        return isCopied() ? temporaryRoot() : root(RootFileSystem.DEFAULT_SIZE_BYTES);
    }

    /**
     * Its files as a container's root, as {@link #root()}, with a limit on what is written.
     *
     * @param sizeBytes room for writes, in bytes of memory, at least 4096
     * @return the root file system
     * @throws InvalidSpecificationException if the size is too small
     * @throws HostUnsupportedException if it would be a copy, which has no limit
     * @throws io.lxc4j.error.ContainerException if a layer can't be unpacked
     */
    public RootFileSystem root(long sizeBytes) {
        RootFileSystem.checkSize(sizeBytes);
        if (isCopied()) {
            throw new HostUnsupportedException("a root with room for " + sizeBytes + " bytes: it would be a copy of the"
                    + " image's files on the disk, which can't be limited; use root(), or an overlay");
        }
        return root(LayeredRoot.Writes.vanishing(sizeBytes));
    }

    /**
     * Its files as a container's root, to be read only. It must have the directories {@code /proc}, {@code /sys} and {@code /dev}.
     *
     * @return the root file system
     * @throws io.lxc4j.error.ContainerException if a layer can't be unpacked
     */
    public RootFileSystem readOnlyRoot() {
        return isCopied() ? temporaryRoot(new CopyDriver(this, true)) : root(LayeredRoot.Writes.none());
    }

    /**
     * Its files as a container's root, below a directory of the store that takes what is written and is removed with the container: for
     * more than fits into memory. It is written to without syncs, as nothing of it is needed later. Each container has one of its own;
     * what a JVM that is killed leaves is removed when the store is opened or {@linkplain LayerStore#collect collected}.
     *
     * @return the root file system
     * @throws io.lxc4j.error.ContainerException if a layer can't be unpacked
     */
    public RootFileSystem temporaryRoot() {
        return temporaryRoot(Driver.of(this, store, driver));
    }

    private RootFileSystem temporaryRoot(Driver chosen) {
        return new DiskRoot(
                new LayerStore(store, driver),
                this,
                chosen,
                store.root().resolve("tmp/temporary/layer/d"),
                () -> store.temporary(descriptor),
                true);
    }

    private boolean isCopied() {
        return driver == LayerDriver.COPY || (driver == LayerDriver.AUTOMATIC && !Driver.Choice.hasOverlay());
    }

    /**
     * Looks for a user in its {@code /etc/passwd} and {@code /etc/group}.
     *
     * @param user {@code user} or {@code user:group}, names or ids from 0 to 2147483647; empty for root. Without a group, it is that of the
     *     user, and the supplementary groups are those that list the user
     * @return the user
     * @throws InvalidSpecificationException if the image has none of that name, or no such group
     * @throws io.lxc4j.error.ContainerException if a layer can't be unpacked or one of the files is larger than 1 MiB
     */
    public ImageUser user(String user) {
        try (MergedTree files = files()) {
            return new UserFiles(files).find(user);
        }
    }

    /** What a container of it would see. */
    MergedTree files() {
        return new MergedTree(layerDirectories());
    }

    /** Its layers, unpacked, the top one first. */
    List<Path> layerDirectories() {
        return store.unpack(descriptor, manifest, UnpackLimits.USUAL).stream()
                .map(store.layersDirectory()::resolve)
                .toList();
    }

    /** The same below one more, which may be somewhere else. */
    List<Path> layersBelow(Path upper) {
        List<Path> all = new ArrayList<>(layerDirectories());
        all.addFirst(upper);
        return all;
    }

    LayeredRoot rootKeptIn(Path directory, boolean isVolatile) {
        LayeredRoot.Writes kept = LayeredRoot.Writes.keptIn(directory);
        return root(isVolatile ? kept.unsynced() : kept);
    }

    private LayeredRoot root(LayeredRoot.Writes writes) {
        List<String> layers = store.unpack(descriptor, manifest, UnpackLimits.USUAL);
        return new LayeredRoot(store.layersDirectory(), layers, writes, true);
    }

    /** Whether it is the same image of the same store. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Image image
                && image.store.root().equals(store.root())
                && image.descriptor.equals(descriptor);
    }

    @Override
    public int hashCode() {
        return descriptor.hashCode();
    }

    @Override
    public String toString() {
        return "image " + digest();
    }
}
