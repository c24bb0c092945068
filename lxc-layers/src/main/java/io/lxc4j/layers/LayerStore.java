package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ExecutionParameters;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.registry.RegistryClient;
import io.lxc4j.layers.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    private final ImageMaker maker;

    private LayerStore(Store store) {
        this.store = store;
        maker = ImageMaker.of(store);
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
        return new Image(store, target);
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
     * Gives an image a name, too. A tag stays where it is: if there is something else of that name, nothing is done.
     *
     * @param image an image of this store
     * @param reference the name
     * @throws InvalidSpecificationException if the name stands for another image; {@link #retag} moves it
     */
    public void tag(Image image, String reference) {
        String name = canonical(reference);
        if (!store.make(name, image.descriptor(), false)
                && !store.find(name).map(Descriptor::digest).equals(Optional.of(image.digest()))) {
            throw new InvalidSpecificationException("tagging " + image + " as " + name
                    + ": that name stands for another image; move it with retag, or take another name");
        }
    }

    /**
     * Lets a tag stand for another image, or makes it. What it stood for before is remembered.
     *
     * @param image an image of this store
     * @param reference the name
     * @throws InvalidSpecificationException if the name is a branch
     */
    public void retag(Image image, String reference) {
        store.name(canonical(reference), image.descriptor(), "retag");
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
     * What a name has stood for, wherever it was moved. How an image came to be is told by {@link Versions#log}.
     *
     * @param reference the name
     * @return up to 20 versions, the newest first; none if there is no such name
     */
    public List<ImageVersion> reflog(String reference) {
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
        List<ImageVersion> log = reflog(reference);
        if (versions < 1 || versions >= log.size()) {
            throw new InvalidSpecificationException("rolling back " + name + " by " + versions
                    + " versions: it must be at least 1, and " + Math.max(0, log.size() - 1) + " are remembered");
        }
        Descriptor target = log.get(versions).target();
        if (!store.move(name, log.getFirst().target(), target, "rollback")) {
            throw new InvalidSpecificationException(
                    "rolling back " + name + ": somebody has moved it meanwhile; look at its reflog, and try again");
        }
        return image(target);
    }

    private static String canonical(String reference) {
        return ImageReference.parse(reference).toString();
    }

    /**
     * What Git would do with images: commits, branches, differences, merges.
     *
     * @return the versions, by an author without a name
     */
    public Versions versions() {
        return new Versions(maker);
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
        try (Store.Use _ = store.use()) {
            return named(
                    name,
                    maker.add(
                            new ImageConfig(Platform.host()),
                            List.of(),
                            maker.tree(directory),
                            maker.step("import", "import of a tree", false),
                            List.of()),
                    "import");
        }
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
        String name = canonical(reference);
        try (Store.Use _ = store.use()) {
            return named(name, versions().commit(base, directory, message).descriptor(), "commit");
        }
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
            return named(
                    name,
                    maker.finish(
                            base.config().withParameters(parameters, maker.step("configure", message, true)),
                            base.manifest().layers(),
                            List.of(base.digest())),
                    "configure");
        }
    }

    private Image named(String name, Descriptor image, String action) {
        store.name(name, image, action);
        return image(image);
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
