package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.archive.ImageLoad;
import io.lxc4j.layers.archive.ImageSave;
import io.lxc4j.layers.archive.LayerImport;
import io.lxc4j.layers.archive.PlatformChoice;
import io.lxc4j.layers.oci.Compression;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ExecutionParameters;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.progress.ProgressListener;
import io.lxc4j.layers.registry.RegistryClient;
import io.lxc4j.layers.store.HeldLayer;
import io.lxc4j.layers.store.LayerSource;
import io.lxc4j.layers.store.NewLayer;
import io.lxc4j.layers.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

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
    private final LayerDriver driver;
    private final ImageMaker maker;

    LayerStore(Store store, LayerDriver driver) {
        this.store = store;
        this.driver = driver;
        maker = ImageMaker.of(store, driver);
    }

    /**
     * Opens a store, or makes one.
     *
     * @param directory an absolute path; what is missing of it is made, for this user alone
     * @return the store, which is the caller's to close
     * @throws InvalidSpecificationException if it is something else, or not this user's alone
     */
    public static LayerStore open(Path directory) {
        return new LayerStore(new Store(directory.normalize()), LayerDriver.AUTOMATIC);
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

    /**
     * The same store, which tells somebody how far it is with what takes long: packing and unpacking layers, loading, saving, pulling,
     * pushing, checking and collecting.
     *
     * @param listener who is told
     * @return a store that shares all with this one; closing one closes both
     */
    public LayerStore withProgress(ProgressListener listener) {
        return new LayerStore(store.withProgress(listener), driver);
    }

    /**
     * The same store, which compresses the layers that are made here in another way. By default it is gzip, which all others read.
     * Zstandard is several times as fast, and layers are as small or smaller.
     *
     * @param compression how; Zstandard needs the library {@code com.github.luben:zstd-jni}
     * @return a store that shares all with this one; closing one closes both
     */
    public LayerStore withCompression(Compression compression) {
        return new LayerStore(store.withCompression(compression), driver);
    }

    /**
     * The same store, whose images become roots of containers in another way.
     *
     * @param how for the images that are found or made by that store; by default {@link LayerDriver#AUTOMATIC}
     * @return a store that shares all with this one; closing one closes both
     */
    public LayerStore withDriver(LayerDriver how) {
        return new LayerStore(store, how);
    }

    LayerDriver driver() {
        return driver;
    }

    // ---- names

    /**
     * Looks for an image.
     *
     * @param reference its name, for instance {@code debian:12}
     * @return the image; of several, the one for this machine. Empty if there is none of that name
     * @throws InvalidSpecificationException if the name has no such form, or stands for several images, none of which is for this machine
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
        return image(target(reference));
    }

    /**
     * The image of a name for a certain platform, which need not be this machine's.
     *
     * @param reference its name
     * @param platform what it runs on
     * @return the image
     * @throws InvalidSpecificationException if there is none of that name, or none that runs on the platform
     */
    public Image image(String reference, Platform platform) {
        Image image = image(target(reference), platform);
        PlatformChoice.require(image.config().platform(), platform);
        return image;
    }

    /**
     * What the images of a name run on.
     *
     * @param reference the name
     * @return one platform for each image that is here
     * @throws InvalidSpecificationException if there is none of that name
     */
    public List<Platform> platforms(String reference) {
        return PlatformChoice.platforms(store, target(reference));
    }

    private Descriptor target(String reference) {
        String name = canonical(reference);
        return store.find(name).orElseThrow(() -> missing(name));
    }

    private InvalidSpecificationException missing(String name) {
        return new InvalidSpecificationException(
                "the image " + name + " is not in the store " + store.root() + "; it has " + names());
    }

    private Image image(Descriptor target) {
        return image(target, Platform.host());
    }

    private Image image(Descriptor target, Platform platform) {
        store.hold(target);
        return new Image(store, driver, PlatformChoice.choose(store, target, platform));
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
        tag(image.descriptor(), canonical(reference));
    }

    private void tag(Descriptor target, String name) {
        if (!store.make(name, target, false)
                && !store.find(name).map(Descriptor::digest).equals(Optional.of(target.digest()))) {
            throw new InvalidSpecificationException("tagging " + target.digest() + " as " + name
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
     * Lets a name stand for what another one stands for, too: with all platforms, if that are several.
     *
     * @param name what is there
     * @param reference the name
     * @throws InvalidSpecificationException if there is none of that name, or the new one stands for something else
     */
    public void tag(String name, String reference) {
        tag(target(name), canonical(reference));
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
     * Makes an image of one layer from an archive of its files, as {@code tar}, {@code docker export} and {@code mmdebstrap} write it.
     *
     * @param archive a tar archive, which may be compressed by gzip or Zstandard, and which anybody may have made
     * @param reference its name
     * @return the image
     * @throws io.lxc4j.error.ContainerException if it can't be read, is no such archive, or has what no layer may have; nothing is named then
     */
    public Image importArchive(Path archive, String reference) {
        String name = canonical(reference);
        try (Store.Use _ = store.use()) {
            NewLayer layer = new LayerImport(store, archive).take();
            ImageConfig config = new ImageConfig(Platform.host())
                    .withLayer(layer.diffId(), maker.step("import", "import of an archive", false));
            Image image = maker.image(maker.finish(config, List.of(layer.blob()), List.of()));
            var _ = image.layerDirectories(); // refuses what is no layer
            return named(name, image.descriptor(), "import");
        }
    }

    /**
     * Begins an image with what another one has.
     *
     * @param base the image below, of this store
     * @return a draft, to which steps are added
     */
    public ImageDraft draft(Image base) {
        return new ImageDraft(maker, base.config(), base.manifest().layers(), List.of(base.digest()));
    }

    /**
     * Begins an image that has nothing, for this machine.
     *
     * @return a draft, to which files are to be copied first
     */
    public ImageDraft draft() {
        return new ImageDraft(maker, new ImageConfig(Platform.host()), List.of(), List.of());
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

    /** Makes an image of what has been written to a layer that nobody else uses now. */
    Image commit(Image base, HeldLayer layer, String message, String reference) {
        String name = canonical(reference);
        try (Store.Use _ = store.use()) {
            LayerSource written = Driver.of(base, layer).layer(maker, layer);
            return named(name, maker.commit(base, written, message).descriptor(), "commit");
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
        return image(pull(reference, Optional.of(Platform.host()), registry));
    }

    /**
     * Fetches an image for a certain platform, as {@link #pull(String, RegistryClient)} does.
     *
     * @param reference its name, with a tag or a digest
     * @param platform what it is to run on
     * @param registry what fetches it
     * @return the image
     * @throws InvalidSpecificationException if none of its images is for that platform
     * @throws io.lxc4j.error.ContainerException if it can't be had, or is not what it must be; nothing of it is named then
     */
    public Image pull(String reference, Platform platform, RegistryClient registry) {
        return image(pull(reference, Optional.of(platform), registry), platform);
    }

    /**
     * Fetches all images of a name, for whatever platforms, and what else their index lists, as statements on how they were made. The name
     * then stands for the index, which can be pushed and saved as it is.
     *
     * @param reference the name, with a tag or a digest
     * @param registry what fetches them
     * @return the platforms
     * @throws io.lxc4j.error.ContainerException if it can't be had, or is not what it must be; nothing of it is named then
     */
    public List<Platform> pullAllPlatforms(String reference, RegistryClient registry) {
        return PlatformChoice.platforms(store, pull(reference, Optional.empty(), registry));
    }

    private Descriptor pull(String reference, Optional<Platform> platform, RegistryClient registry) {
        ImageReference name = ImageReference.parse(reference);
        try (Store.Use _ = store.use()) {
            Descriptor image = new ImagePull(store, registry, name).pull(platform);
            store.name(name.toString(), image, "pull");
            store.hold(image);
            return image;
        }
    }

    /**
     * Sends what a name stands for to the registry that it names: an image, or an index with all of its images.
     *
     * @param reference the name, here and there, with a tag
     * @param registry what sends it
     * @throws InvalidSpecificationException if there is none of that name, or not all is here that its index lists
     * @throws io.lxc4j.error.ContainerException if the registry does not take it
     */
    public void push(String reference, RegistryClient registry) {
        push(target(reference), reference, registry);
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
        push(image.descriptor(), reference, registry);
    }

    private void push(Descriptor image, String reference, RegistryClient registry) {
        ImageReference name = ImageReference.parse(reference);
        try (Store.Use _ = store.use()) {
            new ImagePush(store, registry, name).push(image);
        }
    }

    // ---- files

    /**
     * Saves images as files for other programs or machines. Digests stay as they are; in Docker's form, which has no manifests, those of the
     * configurations do.
     *
     * @param references their names: in the OCI's forms each goes with all of its platforms that are here, in Docker's with the one for this
     *     machine, and an image for another platform is saved by a name of its own
     * @param target an archive, which replaces one of that name, or a directory, which is made, or keeps what a layout has already
     * @param format what is written
     * @throws InvalidSpecificationException if there is none of a name, the format can't hold it, or the target is something else
     * @throws io.lxc4j.error.ContainerException if it can't be written; the target then is as it was, but for blobs that its index does not
     *     list
     */
    public void save(List<String> references, Path target, ImageFormat format) {
        try (Store.Use _ = store.use()) {
            SequencedMap<ImageReference, Descriptor> images = new LinkedHashMap<>();
            for (String reference : references) {
                Descriptor image = target(reference);
                images.put(
                        ImageReference.parse(reference),
                        format == ImageFormat.DOCKER_ARCHIVE
                                ? PlatformChoice.choose(store, image, Platform.host())
                                : image);
            }
            ImageSave save = new ImageSave(store, target, images);
            switch (format) {
                case OCI_DIRECTORY -> save.inLayoutDirectory();
                case OCI_ARCHIVE -> save.asLayoutArchive();
                case DOCKER_ARCHIVE -> save.asDockerArchive();
            }
        }
    }

    /**
     * Saves one image, or an index with all of its images that are here, as {@link #save(List, Path, ImageFormat)} does.
     *
     * @param reference its name
     * @param target an archive or a directory
     * @param format what is written
     */
    public void save(String reference, Path target, ImageFormat format) {
        save(List.of(reference), target, format);
    }

    /**
     * Loads all named images that are in an OCI image layout, a directory or an archive, or in Docker's archive. Which of them it is shows in
     * what it has; archives may be compressed. Of an index all is taken that is there.
     *
     * @param source the directory or archive, which anybody may have made
     * @return the names, in the order in which they stand there
     * @throws InvalidSpecificationException if it is none of these, or damaged, or an image has no full name: load it by one then. Nothing is
     *     named then
     * @throws io.lxc4j.error.ContainerException if it can't be read
     */
    public List<String> load(Path source) {
        try (Store.Use _ = store.use()) {
            return List.copyOf(new ImageLoad(store, source).all().keySet());
        }
    }

    /**
     * Loads one image by a name, as {@link #load(Path)} does: the only one that is there, or else the one that is called so. An image that
     * is called by a tag alone, as umoci and skopeo do it, is the one that is meant by any name with that tag.
     *
     * @param source the directory or archive
     * @param reference the name that it gets
     * @return the image; of an index, which is kept as it is, the one for this machine
     * @throws InvalidSpecificationException if it is none of these, or damaged, or not clear which image is meant, or none of it is for this
     *     machine. Nothing is named then
     * @throws io.lxc4j.error.ContainerException if it can't be read
     */
    public Image load(Path source, String reference) {
        return load(source, reference, Optional.empty(), Platform.host());
    }

    /**
     * Loads one image for a certain platform, as {@link #load(Path, String)} does, and nothing of others.
     *
     * @param source the directory or archive
     * @param reference the name that it gets
     * @param platform what it is to run on
     * @return the image
     */
    public Image load(Path source, String reference, Platform platform) {
        return load(source, reference, Optional.of(platform), platform);
    }

    private Image load(Path source, String reference, Optional<Platform> only, Platform platform) {
        ImageReference name = ImageReference.parse(reference);
        try (Store.Use _ = store.use()) {
            return image(new ImageLoad(store, source).one(name, only, platform), platform);
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
     * Adds up how much room images take, and what a collection would give back. Looks at each file of unpacked layers.
     *
     * @return the account, of this moment
     */
    public StoreUsage usage() {
        return StoreUsage.of(store.usage());
    }

    /**
     * Keeps equal files of unpacked layers once: where the file system can (XFS, Btrfs), they share their room. Else those that are equal
     * in content, permissions, owners, times and attributes become one file with several names; programs in a container see how many, and
     * a write to one of them still changes no other. Reads all files that could be equal, so it takes time in proportion to them; call it
     * when that is worth the room.
     *
     * <p>Layers that are in use stay as they are until they are not, and give their room back with {@link #collect()} then.
     *
     * @return what was saved
     */
    public StoreUsage.Saved deduplicate() {
        Store.Saved saved = store.deduplicate();
        return new StoreUsage.Saved(saved.files(), saved.bytes());
    }

    /**
     * Looks for damage, as of a disk or by somebody else. Reads all that is kept, and unpacks each layer once more, for a time, to compare
     * its files: it takes as long as that, and room for the largest layer.
     *
     * @return what is wrong; nothing if all is well
     */
    public List<StoreProblem> check() {
        return store.check().stream().map(StoreProblem::of).toList();
    }

    /**
     * Puts right what {@link #check()} finds, as far as that is possible here: unpacked layers come anew from their archives, archives that
     * were packed here from their files. Other damaged blobs are removed, so that the next pull fetches them. If there is something to be
     * done, it waits until nobody adds anything, and keeps others from it meanwhile. Containers that run on a damaged layer keep that.
     *
     * @return what was wrong, and what was done about it; nothing if all was well
     */
    public List<StoreProblem> repair() {
        return store.repair().stream().map(StoreProblem::of).toList();
    }

    /**
     * Gives up what this JVM holds of the store: images that were looked for or made, and their layers, are kept for it until here, named or
     * not. Images of it can't be used any more, and containers of them should have ended, since their files may be collected now.
     */
    @Override
    public void close() {
        store.close();
    }

    @Override
    public String toString() {
        return "store " + store.root();
    }
}
