package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.files.MergedTree;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.store.Store;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Images as versions of a file system, with the verbs of Git. Immutable and thread-safe.
 *
 * <pre>{@code
 * Versions versions = store.versions().author("Ada <ada@example.org>");
 * versions.branch("app:main", store.image("debian:12"));
 * versions.commit("app:main", upperDirectory, "Add the program");
 * versions.log(store.image("app:main")).forEach(System.out::println);
 * }</pre>
 *
 * <p>A name is a tag or a branch. A tag stays where it is until {@link LayerStore#retag}, or an import, a pull or a commit that names it,
 * moves it. A branch moves by commits and merges to it, and only from the image that these were made of. What either has stood for is
 * its {@linkplain LayerStore#reflog reflog}, which {@link LayerStore#rollback} goes back in.
 *
 * <p>An image says what it was made from, by annotations of its manifest: {@code org.opencontainers.image.base.digest}, and
 * {@code io.lxc4j.merged} for what was merged into it. As long as a name leads to an image, {@link LayerStore#collect} keeps what it was made
 * from; that costs little, as they share layers. {@link #squash(Image, String)} makes an image that has no such past. Images that are made here
 * stay until the store is closed, and longer if they get a name.
 *
 * <p>Two trees are compared as they are on the disk. Each name of a file with several is a file of its own. In an ordinary user's store
 * all files belong to that user and devices are missing, so owners and devices are not compared there; what is written to images has them.
 */
public final class Versions {
    private final ImageMaker maker;
    private final History history;

    Versions(ImageMaker maker) {
        this.maker = maker;
        history = new History(maker.store());
    }

    /**
     * The same by an author.
     *
     * @param name who makes new images, for instance {@code Ada <ada@example.org>}; empty for nobody, which is the default
     * @return versions by that author
     */
    public Versions author(String name) {
        return new Versions(maker.by(name));
    }

    /**
     * The same at a certain time, so that the same files give the same image. The default is that of the environment variable
     * {@code SOURCE_DATE_EPOCH}, and without that the present.
     *
     * @param time when new images are made; files of new layers that were changed later are said to have been changed then
     * @return versions at that time
     * @see <a href="https://reproducible-builds.org/specs/source-date-epoch/">SOURCE_DATE_EPOCH</a>
     */
    public Versions sourceDate(Instant time) {
        return new Versions(maker.at(time));
    }

    // ---- commits and branches

    /**
     * Makes an image from another one, with a layer of what is in a directory: files to add, and an overlay's marks of what to remove.
     *
     * @param base the image below, of this store
     * @param upper the upper directory, an absolute path
     * @param message what has changed; may be empty
     * @return the image, which has no name yet
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public Image commit(Image base, Path upper, String message) {
        Store store = maker.store();
        try (Store.Use _ = store.use()) {
            return maker.commit(base, maker.tree(upper), message);
        }
    }

    /**
     * Commits to a branch.
     *
     * @param branch its name; the image that it stands for is the one below
     * @param upper the upper directory, an absolute path
     * @param message what has changed; may be empty
     * @return the image that the branch stands for now
     * @throws InvalidSpecificationException if there is no such branch, or somebody has moved it meanwhile
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public Image commit(String branch, Path upper, String message) {
        Image base = tip(branch);
        Image made = commit(base, upper, message);
        move(branch, base, made, "commit");
        return made;
    }

    /**
     * Makes a branch.
     *
     * @param name its name, without a digest
     * @param at the image that it begins with
     * @throws InvalidSpecificationException if there is something of that name, or it has no such form
     */
    public void branch(String name, Image at) {
        ImageReference reference = ImageReference.parse(name);
        if (reference.digest().isPresent()) {
            throw new InvalidSpecificationException(
                    "the branch " + reference + ": it can't have a digest, as it moves");
        }
        if (!maker.store().make(reference.toString(), at.descriptor(), true)) {
            throw new InvalidSpecificationException(
                    "making the branch " + reference + ": there is an image of that name; take another, or untag it");
        }
    }

    /**
     * All branches.
     *
     * @return their names, sorted
     */
    public List<String> branches() {
        return maker.store().names().keySet().stream()
                .filter(maker.store()::isBranch)
                .toList();
    }

    /**
     * Moves a branch to any image, as one that was rebased or squashed.
     *
     * @param branch its name
     * @param from the image that it stands for
     * @param to the image that it is to stand for
     * @throws InvalidSpecificationException if there is no such branch, or it stands for something else
     */
    public void move(String branch, Image from, Image to) {
        tip(branch);
        move(branch, from, to, "move");
    }

    private void move(String branch, Image from, Image to, String action) {
        String name = ImageReference.parse(branch).toString();
        if (!maker.store().move(name, from.descriptor(), to.descriptor(), action)) {
            throw new InvalidSpecificationException("moving the branch " + name + " to " + to
                    + ": it does not stand for " + from + " any more; merge what it stands for now");
        }
    }

    private Image tip(String branch) {
        String name = ImageReference.parse(branch).toString();
        if (!maker.store().isBranch(name)) {
            throw new InvalidSpecificationException(
                    "the name " + name + " is no branch; there are " + branches() + ", and branch(…) makes one");
        }
        return maker.image(maker.store().find(name).orElseThrow());
    }

    // ---- looking

    /**
     * The image of a digest: one that the log shows, for instance.
     *
     * @param digest of its manifest
     * @return the image; empty if it is not in this store, or not all of it
     */
    public Optional<Image> image(Digest digest) {
        return history.find(digest).map(maker::image);
    }

    /**
     * How an image came to be.
     *
     * @param image an image of this store
     * @return itself and all that it was made from and that is here, the latest first, none after what it was made from
     */
    public List<Commit> log(Image image) {
        return history.log(image.descriptor());
    }

    /**
     * What is different in another image. Layers that both have at the bottom are not read, and the content of two files of the same size is
     * compared unless they are the same file of the same layer: times are not trusted.
     *
     * @param from the earlier image
     * @param to the later image
     * @return the changes: each directory before what is in it, names sorted by their bytes
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public List<Change> diff(Image from, Image to) {
        List<Change> changes = new ArrayList<>();
        diff(from, to, changes::add);
        return List.copyOf(changes);
    }

    /**
     * Tells what is different in another image, one change after the other, so that there may be any number of them.
     *
     * @param from the earlier image
     * @param to the later image
     * @param each told of each change, in the order of {@link #diff(Image, Image)}
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public void diff(Image from, Image to, Consumer<? super Change> each) {
        TreeDiff.run(from.layerDirectories(), to.layerDirectories(), each);
    }

    /**
     * What a commit of an upper directory would change.
     *
     * @param base the image below
     * @param upper the upper directory of an overlay, an absolute path; nothing may write to it meanwhile
     * @return the changes, as of {@link #diff(Image, Image)}
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public List<Change> diff(Image base, Path upper) {
        List<Change> changes = new ArrayList<>();
        diff(base, upper, changes::add);
        return List.copyOf(changes);
    }

    /**
     * Tells what a commit of an upper directory would change, one change after the other.
     *
     * @param base the image below
     * @param upper the upper directory of an overlay, an absolute path; nothing may write to it meanwhile
     * @param each told of each change, in the order of {@link #diff(Image, Image)}
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public void diff(Image base, Path upper, Consumer<? super Change> each) {
        TreeDiff.run(base.layerDirectories(), base.layersBelow(upper), each);
    }

    /**
     * Where a path comes from.
     *
     * @param image an image of this store
     * @param path a path from its root, a character for each byte; links on it are not followed
     * @return its origin, and if it is a directory the origins of what is in it, sorted by name; none if nothing is there
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public List<Origin> blame(Image image, String path) {
        List<Origin> origins = new ArrayList<>();
        try (MergedTree files = image.files()) {
            files.look(path, entry -> {
                origins.add(origin(image.config(), entry));
                if (entry.status().isDirectory()) {
                    try (MergedTree.Directory directory = entry.openDirectory()) {
                        directory
                                .names()
                                .forEach(name -> directory
                                        .find(name)
                                        .ifPresent(inside -> origins.add(origin(image.config(), inside))));
                    }
                }
                return true;
            });
        }
        return List.copyOf(origins);
    }

    private static Origin origin(ImageConfig config, MergedTree.Entry entry) {
        int layer = config.diffIds().size() - 1 - entry.layer();
        List<HistoryEntry> steps =
                config.history().stream().filter(step -> !step.isEmptyLayer()).toList();
        boolean isKnown = steps.size() == config.diffIds().size();
        return new Origin(
                entry.path(),
                layer,
                config.diffIds().get(layer),
                isKnown ? Optional.of(steps.get(layer)) : Optional.empty());
    }

    // ---- joining

    /**
     * The latest image that two were made from.
     *
     * @param one an image of this store
     * @param other another one
     * @return their common ancestor, which is one of them if the other was made from it; empty if none is in this store
     */
    public Optional<Image> mergeBase(Image one, Image other) {
        return history.mergeBase(one.descriptor(), other.descriptor()).flatMap(this::image);
    }

    /**
     * Merges, and makes no image if there are conflicts.
     *
     * @param ours what is merged into
     * @param theirs what is merged
     * @param message why; may be empty
     * @return the image, or the conflicts
     * @throws InvalidSpecificationException if they have neither a common ancestor nor a common layer, or are for different platforms
     * @throws io.lxc4j.error.ContainerException if something can't be read
     * @see #merge(Image, Image, String, MergeStrategy)
     */
    public MergeResult merge(Image ours, Image theirs, String message) {
        return merge(ours, theirs, message, MergeStrategy.REPORT);
    }

    /**
     * Puts a layer on an image, with all that another one has changed since both were the same: files as a whole, the properties of the
     * configuration one by one. What one has changed in nothing but its time yields to whatever the other has done. If one was made from the other, it is the result itself. Without a {@link #mergeBase} it counts what is in
     * the layers that both have at the bottom.
     *
     * @param ours what is merged into
     * @param theirs what is merged
     * @param message why; may be empty
     * @param strategy what to do where both have changed something
     * @return the image, or the conflicts
     * @throws InvalidSpecificationException if they have neither a common ancestor nor a common layer, or are for different platforms
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public MergeResult merge(Image ours, Image theirs, String message, MergeStrategy strategy) {
        try (Store.Use _ = maker.store().use()) {
            Optional<Image> base = mergeBase(ours, theirs);
            if (base.equals(Optional.of(ours)) || base.equals(Optional.of(theirs))) {
                return new MergeResult(Optional.of(base.get().equals(ours) ? theirs : ours), List.of());
            }
            return new ImageMerge(maker, ours, theirs, base, strategy).merge(message);
        }
    }

    /**
     * Merges into a branch, which moves if there are no conflicts.
     *
     * @param branch its name
     * @param theirs what is merged
     * @param message why; may be empty
     * @return the image that the branch stands for now, or the conflicts
     * @throws InvalidSpecificationException as for images, if there is no such branch, or somebody has moved it meanwhile
     * @throws io.lxc4j.error.ContainerException if something can't be read
     */
    public MergeResult merge(String branch, Image theirs, String message) {
        Image ours = tip(branch);
        MergeResult result = merge(ours, theirs, message);
        result.image().ifPresent(merged -> move(branch, ours, merged, "merge"));
        return result;
    }

    // ---- rewriting

    /**
     * Joins all layers to one, without a past.
     *
     * @param image an image of this store
     * @param message what is said of the new layer; may be empty
     * @return an image of the same files and configuration
     * @throws io.lxc4j.error.ContainerException if a layer can't be read
     */
    public Image squash(Image image, String message) {
        try (Store.Use _ = maker.store().use()) {
            return new ImageRewrite(maker).squash(image, Optional.empty(), message);
        }
    }

    /**
     * Joins the layers above a base to one.
     *
     * @param image an image of this store
     * @param base what it is built on, and the new image is
     * @param message what is said of the new layer; may be empty
     * @return an image of the same files and configuration
     * @throws InvalidSpecificationException if the image is not built on the base
     * @throws io.lxc4j.error.ContainerException if a layer can't be read
     */
    public Image squash(Image image, Image base, String message) {
        try (Store.Use _ = maker.store().use()) {
            return new ImageRewrite(maker).squash(image, Optional.of(base), message);
        }
    }

    /**
     * Puts the layers of an image onto another base, as if it had been built on that. They are not read and stay what they are. Of the
     * configuration, what the new base has changed is taken, unless the image has set it itself.
     *
     * @param image an image of this store
     * @param oldBase what it is built on
     * @param newBase what the new image is built on
     * @return the image
     * @throws InvalidSpecificationException if the image is not built on the old base, or the new one is for another platform
     */
    public Image rebase(Image image, Image oldBase, Image newBase) {
        try (Store.Use _ = maker.store().use()) {
            return new ImageRewrite(maker).rebase(image, oldBase, newBase);
        }
    }
}
