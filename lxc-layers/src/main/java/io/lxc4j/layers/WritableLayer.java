package io.lxc4j.layers;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.layers.store.HeldLayer;
import io.lxc4j.layers.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What containers write above an image, kept in a store under a name until it is removed: when the container has ended, this JVM, or this
 * machine was started anew. One container has it at a time; another start is an error until that has ended. If a JVM is killed its
 * containers end, and the layer is free.
 *
 * <pre>{@code
 * WritableLayer data = store.createWritable(store.image("debian:12"), "database");
 * Container.builder().root(data.root()).command("sh", "-c", "echo kept > /srv/file").run();
 * Container.builder().root(data.root()).command("cat", "/srv/file").run();
 * store.commit(data, "a file", "database:1");
 * }</pre>
 *
 * <p>The container needs a PID namespace of its own, so that nothing of it is left when it has ended. Immutable and thread-safe.
 */
public final class WritableLayer {
    private final LayerStore images;
    private final Store store;
    private final String name;
    private final Image image;

    WritableLayer(LayerStore images, Store store, String name, Image image) {
        this.images = images;
        this.store = store;
        this.name = name;
        this.image = image;
    }

    /**
     * Its name.
     *
     * @return the name, alone in its store
     */
    public String name() {
        return name;
    }

    /**
     * What it lies on.
     *
     * @return the image, which stays in the store as long as this layer
     */
    public Image image() {
        return image;
    }

    /**
     * The image's files with what has been written above them, as the root of one container at a time. What programs sync is on the disk
     * then, as anywhere.
     *
     * @return the root file system; starting from it while it is in use is a {@link ContainerException}
     * @throws ContainerException if a layer of the image can't be unpacked
     */
    public RootFileSystem root() {
        return root(false);
    }

    /**
     * The same, written to without syncs: what programs sync gets to the disk when the kernel likes to, which is faster. If the machine
     * goes down before that, the layer can't be used until it is {@linkplain #reset reset}.
     *
     * @return the root file system
     * @throws ContainerException if a layer of the image can't be unpacked
     * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html#volatile-mount">overlayfs: volatile mount</a>
     */
    public RootFileSystem volatileRoot() {
        return root(true);
    }

    private RootFileSystem root(boolean isVolatile) {
        return new DiskRoot(images, image, driver(), data(), () -> hold("starting a container"), isVolatile);
    }

    private Path data() {
        return store.root().resolve("writable").resolve(name).resolve("d");
    }

    /** One that is a copy already stays one. */
    private Driver driver() {
        boolean isCopy = Files.isDirectory(HeldLayer.copyIn(data()));
        return Driver.of(
                image, store, isCopy && images.driver() == LayerDriver.AUTOMATIC ? LayerDriver.COPY : images.driver());
    }

    private HeldLayer hold(String doing) {
        return store.holdWritable(name, doing);
    }

    /** Makes an image of it, while nobody uses it. */
    Image commit(String message, String reference) {
        try (HeldLayer held = hold("committing")) {
            return commit(images, image, held, message, reference);
        }
    }

    /** The container's root can take from an ordinary user, who is that root outside, the permission to read. */
    static Image commit(LayerStore images, Image image, HeldLayer held, String message, String reference) {
        try {
            return images.commit(image, held, message, reference);
        } catch (SystemCallException e) {
            throw new ContainerException(
                    "committing what was written to " + held.upper() + ": " + e.getMessage()
                            + (e.errno() == Errno.EACCES
                                    ? "; an ordinary user can commit what it may read only: chmod it in a container"
                                    : ""),
                    e);
        }
    }

    /**
     * What has been written: how the files differ from the image's, while nobody uses it. What a running container has changed
     * can be had from that.
     *
     * @return the changes: each directory before what is in it, names sorted by their bytes
     * @throws ContainerException if it is in use, or something can't be read
     */
    public List<Change> changes() {
        try (HeldLayer held = hold("comparing")) {
            return Driver.of(image, held).changes(held);
        }
    }

    /**
     * Takes back all that was written: the image's files are as they were, from one moment on, whatever happens meanwhile.
     *
     * @throws ContainerException if it is in use
     * @throws InvalidSpecificationException if it was removed
     */
    public void reset() {
        try (HeldLayer held = hold("resetting")) {
            held.reset();
        }
    }

    /**
     * Removes it with all that was written, for good.
     *
     * @throws ContainerException if it is in use
     * @throws InvalidSpecificationException if it was removed
     */
    public void remove() {
        try (HeldLayer held = hold("removing")) {
            held.remove();
        }
    }

    @Override
    public String toString() {
        return "writable layer " + name + " above " + image;
    }
}
