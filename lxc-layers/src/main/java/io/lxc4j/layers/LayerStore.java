package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.files.LayerPacker;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ExecutionParameters;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.registry.RegistryClient;
import io.lxc4j.layers.store.LayerSource;
import io.lxc4j.layers.store.NewLayer;
import io.lxc4j.layers.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Images on this machine: layers that are kept once however many images share them, and names that lead to them. Several JVMs of one user
 * can work with the same store at once.
 *
 * <pre>{@code
 * try (LayerStore store = LayerStore.openUsual()) {
 *     Image image = store.importTree(Path.of("/srv/debian"), "debian:12");
 *     Container.builder().root(image.root()).command("cat", "/etc/os-release").run();
 * }
 * }</pre>
 *
 * <p>Whatever ends a JVM, what it was doing is there whole or not at all. Thread-safe.
 */
public final class LayerStore implements AutoCloseable {
    private static final Path ROOTS = Path.of("/var/lib/lxc4j");

    private final Store store;

    private LayerStore(Store store) {
        this.store = store;
    }

    /**
     * Opens a store, or makes one.
     *
     * @param directory an absolute path; what is missing of it is made, for this user alone
     * @return the store, which is the caller's to close
     * @throws InvalidSpecificationException if it is something else, or not this user's alone
     */
    public static LayerStore open(Path directory) {
        return new LayerStore(new Store(directory.normalize()));
    }

    /**
     * Opens this user's usual store: of root in {@code /var/lib/lxc4j}, of others in {@code $XDG_DATA_HOME/lxc4j} or
     * {@code ~/.local/share/lxc4j}.
     *
     * @return the store, which is the caller's to close
     */
    public static LayerStore openUsual() {
        if (ProcessStatus.ofThisProcess().uid() == 0) {
            return open(ROOTS);
        }
        String data = System.getenv("XDG_DATA_HOME");
        Path home = Path.of(System.getProperty("user.home"));
        return open((data == null || data.isEmpty() ? home.resolve(".local/share") : Path.of(data)).resolve("lxc4j"));
    }

    /**
     * Where it is.
     *
     * @return its directory
     */
    public Path directory() {
        return store.root();
    }

    // ---- names

    /**
     * Looks for an image.
     *
     * @param reference its name, for instance {@code debian:12}
     * @return the image; of several, the one for this machine. Empty if there is none of that name
     * @throws InvalidSpecificationException if the name has no such form
     */
    public Optional<Image> find(String reference) {
        return store.find(canonical(reference)).map(this::image);
    }

    /**
     * The image of a name.
     *
     * @param reference its name, for instance {@code debian:12}
     * @return the image
     * @throws InvalidSpecificationException if there is none of that name
     */
    public Image image(String reference) {
        return find(reference)
                .orElseThrow(() -> new InvalidSpecificationException("the image " + canonical(reference)
                        + " is not in the store " + store.root() + "; it has " + names()));
    }

    private Image image(Descriptor target) {
        store.hold(target);
        return new Image(this, store, target);
    }

    /**
     * All names.
     *
     * @return the names, sorted
     */
    public List<String> names() {
        return List.copyOf(store.names().keySet());
    }

    /**
     * Lets a name stand for an image, too. What it stood for before is remembered.
     *
     * @param image an image of this store
     * @param reference the name
     */
    public void tag(Image image, String reference) {
        store.name(canonical(reference), image.descriptor(), "tag");
    }

    /**
     * Forgets a name, and all that it has stood for. What no other name leads to goes with {@link #collect()}.
     *
     * @param reference the name
     * @return whether it was there
     */
    public boolean untag(String reference) {
        return store.forget(canonical(reference));
    }

    /**
     * What a name has stood for.
     *
     * @param reference the name
     * @return up to 20 versions, the newest first; none if there is no such name
     */
    public List<ImageVersion> log(String reference) {
        return store.log(canonical(reference)).reversed().stream()
                .map(entry -> new ImageVersion(entry.time(), entry.target(), entry.action()))
                .toList();
    }

    /**
     * Lets a name stand for what it stood for before. The version that it is taken from is remembered as well, so that a second call
     * with 1 takes the first back.
     *
     * @param reference the name
     * @param versions how many versions ago, at least 1
     * @return the image that it stands for now
     * @throws InvalidSpecificationException if there is no such name, or not so many versions of it
     */
    public Image rollback(String reference, int versions) {
        String name = canonical(reference);
        List<ImageVersion> log = log(reference);
        if (versions < 1 || versions >= log.size()) {
            throw new InvalidSpecificationException("rolling back " + name + " by " + versions
                    + " versions: it must be at least 1, and " + Math.max(0, log.size() - 1) + " are remembered");
        }
        store.name(name, log.get(versions).target(), "rollback");
        return image(log.get(versions).target());
    }

    private static String canonical(String reference) {
        return ImageReference.parse(reference).toString();
    }

    // ---- making

    /**
     * Makes an image of one layer from a directory.
     *
     * @param directory what is to be the root of its files, an absolute path
     * @param reference its name
     * @return the image
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public Image importTree(Path directory, String reference) {
        String name = canonical(reference);
        if (!directory.isAbsolute() || !Files.isDirectory(directory)) {
            throw new InvalidSpecificationException(
                    "importing " + directory + ": it must be an absolute path of a directory");
        }
        return add(new ImageConfig(Platform.host()), List.of(), tree(directory), "import of a tree", name, "import");
    }

    /** What is in a directory. */
    static LayerSource tree(Path directory) {
        return archive -> {
            Constant how = Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY);
            try (Fd root = Kernel.open(directory.toString(), how, 0);
                    LayerPacker packer = new LayerPacker(archive, null)) {
                packer.pack(root);
            }
        };
    }

    /**
     * Makes an image from another one, with a layer of what is in a directory: files to add, and an overlay's marks of what to remove.
     *
     * @param base the image below, of this store
     * @param directory the upper directory, an absolute path
     * @param message what has changed; may be empty
     * @param reference the name of the new image
     * @return the image
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public Image commit(Image base, Path directory, String message, String reference) {
        return add(base.config(), base.manifest().layers(), tree(directory), message, canonical(reference), "commit");
    }

    /**
     * Makes an image of the same files with another configuration.
     *
     * @param base the image, of this store
     * @param parameters how its containers start, all of it
     * @param message what has changed; may be empty
     * @param reference the name of the new image
     * @return the image
     */
    public Image configure(Image base, ExecutionParameters parameters, String message, String reference) {
        String name = canonical(reference);
        try (Store.Use _ = store.use()) {
            return finish(
                    base.config().withParameters(parameters, step("configure", message, true)),
                    base.manifest().layers(),
                    name,
                    "configure");
        }
    }

    private static HistoryEntry step(String action, String message, boolean isEmptyLayer) {
        return new HistoryEntry(Optional.of(Instant.now()), "lxc4j " + action, "", message, isEmptyLayer, Map.of());
    }

    private Image finish(ImageConfig config, List<Descriptor> layers, String name, String action) {
        Manifest manifest =
                new Manifest(MediaType.MANIFEST, store.add(MediaType.CONFIG, config.toBytes()), layers, Map.of());
        Descriptor image = store.add(MediaType.MANIFEST, manifest.toBytes());
        store.name(name, image, action);
        return image(image);
    }

    private Image add(
            ImageConfig below,
            List<Descriptor> layersBelow,
            LayerSource source,
            String message,
            String name,
            String action) {
        try (Store.Use _ = store.use()) {
            NewLayer layer = store.pack(source);
            List<Descriptor> layers = new ArrayList<>(layersBelow);
            layers.add(layer.blob());
            return finish(below.withLayer(layer.diffId(), step(action, message, false)), layers, name, action);
        }
    }

    // ---- writable layers

    /**
     * Makes a layer that keeps what containers write above an image, any version of it.
     *
     * @param image the image, of this store
     * @param name its name: 1 to 64 of {@code a-z}, {@code 0-9}, {@code .}, {@code _} and {@code -}, a letter or digit at both ends
     * @return the layer, on which nothing has been written
     * @throws InvalidSpecificationException if there is one of that name, or the name has another form
     */
    public WritableLayer createWritable(Image image, String name) {
        store.createWritable(name, image.descriptor());
        return new WritableLayer(this, store, name, image);
    }

    /**
     * Looks for a writable layer.
     *
     * @param name its name
     * @return the layer; empty if there is none of that name
     * @throws InvalidSpecificationException if the name has no such form
     */
    public Optional<WritableLayer> findWritable(String name) {
        return store.baseOfWritable(name).map(base -> new WritableLayer(this, store, name, image(base)));
    }

    /**
     * A writable layer.
     *
     * @param name its name
     * @return the layer
     * @throws InvalidSpecificationException if there is none of that name
     */
    public WritableLayer writable(String name) {
        return findWritable(name)
                .orElseThrow(() -> new InvalidSpecificationException("the writable layer " + name
                        + " is not in the store " + store.root() + "; it has " + writableNames()));
    }

    /**
     * The names of all writable layers.
     *
     * @return the names, sorted
     */
    public List<String> writableNames() {
        return store.writableNames();
    }

    /**
     * Makes an image of what was written above another, while no container uses the layer, which stays as it is. That of a running
     * container can be had from the container itself.
     *
     * @param layer a layer of this store
     * @param message what has changed; may be empty
     * @param reference the name of the new image
     * @return the image
     * @throws io.lxc4j.error.ContainerException if it is in use, or something can't be read
     */
    public Image commit(WritableLayer layer, String message, String reference) {
        return layer.commit(message, reference);
    }

    // ---- registries

    /**
     * Fetches an image from a registry: what of it is not here yet, several layers at a time, and gives it its name here.
     *
     * @param reference its name, with a tag or a digest; of several images that it stands for, the one for this machine is fetched
     * @param registry what fetches it, which tells its listener how far it is
     * @return the image
     * @throws InvalidSpecificationException if none of its images is for this machine
     * @throws io.lxc4j.error.ContainerException if it can't be had, or is not what it must be; nothing of it is named then
     */
    public Image pull(String reference, RegistryClient registry) {
        ImageReference name = ImageReference.parse(reference);
        try (Store.Use _ = store.use()) {
            Descriptor image = new ImagePull(store, registry, name).pull();
            store.name(name.toString(), image, "pull");
            return image(image);
        }
    }

    /**
     * Sends an image to a registry: what of it the repository does not have.
     *
     * @param image an image of this store
     * @param reference the name that it gets there, with a tag
     * @param registry what sends it, which tells its listener how far it is
     * @throws io.lxc4j.error.ContainerException if the registry does not take it
     */
    public void push(Image image, String reference, RegistryClient registry) {
        ImageReference name = ImageReference.parse(reference);
        try (Store.Use _ = store.use()) {
            new ImagePush(store, registry, name).push(image);
        }
    }

    // ---- keeping it small

    /**
     * Removes all that no name leads to and no JVM uses. Waits until nobody adds anything.
     *
     * @return how many blobs and unpacked layers were removed
     */
    public int collect() {
        Store.Collected collected = store.collect();
        return collected.blobs() + collected.layers();
    }

    /**
     * Looks for damage, as of a disk or by somebody else. Reads all that is kept.
     *
     * @return what is wrong, a line each; nothing if all is well
     */
    public List<String> check() {
        return store.check();
    }

    /** Gives up what this JVM holds of the store. Images of it can't be used any more. */
    @Override
    public void close() {
        store.close();
    }

    @Override
    public String toString() {
        return "store " + store.root();
    }
}
