package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.files.MergedTree;
import io.lxc4j.layers.files.MountStubs;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ExecutionParameters;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.store.BuiltLayer;
import io.lxc4j.layers.store.HeldLayer;
import io.lxc4j.layers.store.LayerSource;
import io.lxc4j.layers.store.NewLayer;
import io.lxc4j.layers.store.Store;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * An image in the making: one more layer or setting with each step, which gives another draft. Layers are made at once, and stay until the
 * store is closed; an image comes of them with {@link #commit}. Immutable and thread-safe.
 *
 * <p>What a step has made is remembered by what it was made of: the layers below, settings that matter, the step itself. As long as that
 * layer is in the store, the same step takes it instead of making it again, in whatever program. The same draft then gives the same image.
 */
public final class ImageDraft {
    private final ImageMaker maker;
    private final ImageConfig config;
    private final List<Descriptor> layers;

    /** What it was begun with. */
    private final List<Digest> parents;

    private final boolean remembers;

    ImageDraft(ImageMaker maker, ImageConfig config, List<Descriptor> layers, List<Digest> parents) {
        this(maker, config, layers, parents, true);
    }

    private ImageDraft(
            ImageMaker maker, ImageConfig config, List<Descriptor> layers, List<Digest> parents, boolean remembers) {
        this.maker = maker;
        this.config = config;
        this.layers = List.copyOf(layers);
        this.parents = parents;
        this.remembers = remembers;
    }

    private ImageDraft with(ImageConfig changed, List<Descriptor> all) {
        return new ImageDraft(maker, changed, all, parents, remembers);
    }

    private ImageDraft by(ImageMaker other) {
        return new ImageDraft(other, config, layers, parents, remembers);
    }

    /**
     * The same by an author.
     *
     * @param name who takes the following steps; empty for nobody, which is the default
     * @return the draft
     */
    public ImageDraft author(String name) {
        return by(maker.by(name));
    }

    /**
     * The same at a certain time, as {@link Versions#sourceDate}.
     *
     * @param time when the following steps are taken
     * @return the draft
     */
    public ImageDraft sourceDate(Instant time) {
        return by(maker.at(time));
    }

    /**
     * The same without a memory: following steps make all anew, for others to take.
     *
     * @return the draft
     */
    public ImageDraft anew() {
        return new ImageDraft(maker, config, layers, parents, false);
    }

    /**
     * How it starts, and which layers it has.
     *
     * @return the configuration, as far as it has come
     */
    public ImageConfig config() {
        return config;
    }

    /**
     * What it is now.
     *
     * @return an image that has no name, and stays until the store is closed
     * @throws InvalidSpecificationException if it has no layer yet
     */
    public Image image() {
        if (layers.isEmpty()) {
            throw new InvalidSpecificationException("the image has no files yet: copy some into it first");
        }
        try (Store.Use _ = maker.store().use()) {
            return maker.image(maker.finish(config, layers, parents));
        }
    }

    /**
     * Gives what it is now a name. A tag of that name is moved, and remembers what it stood for.
     *
     * @param reference the name
     * @return the image
     * @throws InvalidSpecificationException if it has no layer yet, the name has no such form or is a branch
     */
    public Image commit(String reference) {
        String name = ImageReference.parse(reference).toString();
        Image image = image();
        maker.store().name(name, image.descriptor(), "build");
        return image;
    }

    // ---- steps

    /**
     * Changes how it starts. The step has the time of the layer below, so that an image that is built again is the same.
     *
     * @param change what makes other parameters of those that it has
     * @param step what is done, for the history
     * @return the draft with the change
     */
    public ImageDraft configure(Function<? super ExecutionParameters, ExecutionParameters> change, String step) {
        Optional<Instant> time = maker.sourceDate().or(config::created);
        HistoryEntry entry = maker.step(step, "", true, time);
        return with(config.withParameters(change.apply(config.parameters()), entry), layers);
    }

    /**
     * Copies a file or a directory of the host, all that it holds. Permissions, times and extended attributes are kept. Directories that
     * the image has stay as they are; other files of the same name are replaced.
     *
     * <p>The same content and permissions at the same place are the same step, whatever the times of the files.
     *
     * @param source an absolute path of the host; a link at its end is followed, those in the directory are copied as such
     * @param target an absolute path inside, without {@code ..}; links on the way are followed as inside. A directory gets that name, or its
     *     content is added to the directory that is there. So does a file, unless the target ends with a slash, or is a directory: then it
     *     keeps its own name in there
     * @param owner to whom the copy belongs: {@code user} or {@code user:group}, as for {@link Image#user}; empty for root
     * @return the draft with the layer
     * @throws InvalidSpecificationException if the image has no such user, or has something at the target where a directory must be
     * @throws io.lxc4j.error.ContainerException if something can't be read, or be in a layer
     */
    public ImageDraft copy(Path source, String target, String owner) {
        checkTarget(target);
        Optional<Image> below = layers.isEmpty() ? Optional.empty() : Optional.of(image());
        ImageUser user = below.isPresent() ? below.get().user(owner) : UserFiles.NONE.find(owner);
        ImageMaker timeless = maker.at(Instant.EPOCH);
        Digest content = maker.store().digest(new CopiedFiles(timeless, below, source, target, user));
        String step = "copy " + (owner.isEmpty() ? "" : "as " + owner + " ") + source.getFileName() + " " + target;
        return add(key("copy", List.of(content.toString())), new CopiedFiles(maker, below, source, target, user), step);
    }

    /**
     * Checks where a copy is to go.
     *
     * @param target an absolute path inside
     * @throws InvalidSpecificationException if it is none, or has {@code ..}
     */
    public static void checkTarget(String target) {
        boolean goesUp = List.of(target.split("/", -1)).contains("..");
        if (!target.startsWith("/") || goesUp || target.indexOf('\0') >= 0) {
            throw new InvalidSpecificationException(
                    "copying to \"" + target.replace('\0', '?') + "\": it must be an absolute path without .. and NUL");
        }
    }

    /**
     * Looks whether running a command was a step before.
     *
     * @param command the program and its arguments
     * @return the draft with the layer that came of it; empty if it must be run
     */
    public Optional<ImageDraft> findRun(List<String> command) {
        try (Store.Use _ = maker.store().use()) {
            return known(runKey(command)).map(made -> add(made, runStep(command)));
        }
    }

    /**
     * Begins a step that is done in a container. This draft stays as it is.
     *
     * @return what takes the container's writes
     * @throws InvalidSpecificationException if it has no layer yet
     */
    public Changes change() {
        return new Changes(image());
    }

    /** What one container writes above the draft. Closing it throws that away, unless it was taken before. */
    public final class Changes implements AutoCloseable {
        private final Image image;
        private final HeldLayer held;
        private final Driver driver;
        private final RootFileSystem root;

        private Changes(Image image) {
            this.image = image;
            held = maker.store().temporary(image.descriptor());
            driver = Driver.of(image, maker.store(), maker.driver());
            root = new DiskRoot(
                    new LayerStore(maker.store(), maker.driver()), image, driver, held.data(), held::lent, true);
        }

        /**
         * What lies below.
         *
         * @return the image
         */
        public Image image() {
            return image;
        }

        /**
         * The root of that container, which writes to a disk.
         *
         * @return the root file system
         */
        public RootFileSystem root() {
            return root;
        }

        /**
         * Takes what was written as a layer, when the container has ended.
         *
         * @param command what ran in it
         * @param mounted where something was mounted. What was made for that alone does not get into the layer
         * @return the draft with the layer
         * @throws io.lxc4j.error.ContainerException if something can't be read, or be in a layer
         */
        public ImageDraft commit(List<String> command, Collection<String> mounted) {
            try (MergedTree files = image.files()) {
                MountStubs.of(files, mounted).removeFrom(held.isCopy() ? HeldLayer.copyIn(held.data()) : held.upper());
            }
            try (Store.Use _ = maker.store().use()) {
                return add(make(runKey(command), driver.layer(maker, held)), runStep(command));
            }
        }

        @Override
        public void close() {
            held.close();
        }
    }

    // ---- layers

    private static String runStep(List<String> command) {
        return "run " + String.join(" ", command);
    }

    private ImageDraft add(Digest key, LayerSource source, String step) {
        try (Store.Use _ = maker.store().use()) {
            return add(known(key).orElseGet(() -> make(key, source)), step);
        }
    }

    private Optional<BuiltLayer> known(Digest key) {
        return remembers ? maker.store().built(key) : Optional.empty();
    }

    private BuiltLayer make(Digest key, LayerSource source) {
        NewLayer layer = maker.store().pack(source);
        BuiltLayer made = new BuiltLayer(layer, maker.sourceDate().or(() -> Optional.of(Instant.now())));
        maker.store().noteBuilt(key, made);
        return made;
    }

    /** The layer is held before anybody could collect it. */
    private ImageDraft add(BuiltLayer made, String step) {
        HistoryEntry entry = maker.step(step, "", false, made.created());
        List<Descriptor> all = new ArrayList<>(layers);
        all.add(made.layer().blob());
        ImageDraft longer = with(config.withLayer(made.layer().diffId(), entry), all);
        Image _ = longer.image();
        return longer;
    }

    /** A program may look at all of these. */
    private Digest runKey(List<String> command) {
        ExecutionParameters parameters = config.parameters();
        List<String> parts = new ArrayList<>(command);
        parts.add(parameters.user());
        parts.add(parameters.workingDirectory());
        parts.addAll(parameters.env());
        parts.add(Integer.toString(command.size()));
        return key("run", parts);
    }

    /** No part has a NUL, so that two lists of one length are not joined alike. */
    private Digest key(String kind, List<String> parts) {
        List<String> all = new ArrayList<>(List.of(
                kind,
                maker.sourceDate().map(Instant::toString).orElse(""),
                config.platform().toString(),
                config.diffIds().isEmpty() ? "" : config.chainIds().getLast().toString()));
        all.addAll(parts);
        return Digest.of(String.join("\0", all).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "draft of an image with " + layers.size() + " layers";
    }
}
