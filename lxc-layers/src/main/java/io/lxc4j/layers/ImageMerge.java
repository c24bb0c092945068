package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.files.LayerJoiner;
import io.lxc4j.layers.files.MergedTree;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ExecutionParameters;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.store.LayerSource;
import io.lxc4j.layers.tar.TarEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Merges an image into another: a layer more on that, with what the one has changed since both were the same. */
final class ImageMerge {
    private final ImageMaker maker;
    private final Image ours;
    private final Image theirs;
    private final Optional<Image> base;
    private final MergeStrategy strategy;

    /**
     * A merge.
     *
     * @param base what both were made from; if it is not known, that is the layers which both have at the bottom
     */
    ImageMerge(ImageMaker maker, Image ours, Image theirs, Optional<Image> base, MergeStrategy strategy) {
        this.maker = maker;
        this.ours = ours;
        this.theirs = theirs;
        this.base = base;
        this.strategy = strategy;
        if (!ours.config().platform().equals(theirs.config().platform())) {
            throw new InvalidSpecificationException("merging an image for "
                    + theirs.config().platform() + " into one for "
                    + ours.config().platform() + ": take images of one platform");
        }
    }

    MergeResult merge(String message) {
        TreeMerge tree = new TreeMerge(baseLayers(), ours.layerDirectories(), theirs.layerDirectories(), strategy);
        ConfigurationMerge configuration = new ConfigurationMerge(
                base.map(image -> image.config().parameters()).orElse(ExecutionParameters.NONE),
                ours.config().parameters(),
                theirs.config().parameters(),
                strategy == MergeStrategy.THEIRS);
        ExecutionParameters parameters = configuration.merged();
        List<Conflict> conflicts = new ArrayList<>(tree.conflicts());
        conflicts.addAll(configuration.conflicts());
        if (!conflicts.isEmpty() && strategy == MergeStrategy.REPORT) {
            return new MergeResult(Optional.empty(), conflicts);
        }
        return new MergeResult(Optional.of(make(tree, parameters, message)), conflicts);
    }

    private List<Path> baseLayers() {
        if (base.isPresent()) {
            return base.get().layerDirectories();
        }
        List<Digest> mine = ours.config().diffIds();
        List<Digest> others = theirs.config().diffIds();
        int common = 0;
        while (common < Math.min(mine.size(), others.size()) && mine.get(common).equals(others.get(common))) {
            common++;
        }
        if (common == 0) {
            throw new InvalidSpecificationException("merging " + theirs + " into " + ours
                    + ": they have no common ancestor in this store, and no common layer");
        }
        List<Path> all = ours.layerDirectories();
        return all.subList(all.size() - common, all.size());
    }

    private Image make(TreeMerge tree, ExecutionParameters parameters, String message) {
        boolean isEmpty = tree.taken().isEmpty() && tree.hidden().isEmpty();
        HistoryEntry step = maker.step("merge", message, isEmpty);
        ImageConfig below = ours.config();
        ImageConfig config = new ImageConfig(
                below.platform(),
                below.created(),
                below.author(),
                parameters,
                below.diffIds(),
                below.history(),
                below.other());
        List<Digest> parents = List.of(ours.digest(), theirs.digest());
        List<Descriptor> layers = ours.manifest().layers();
        return maker.image(
                isEmpty
                        ? maker.finish(config.withParameters(parameters, step), layers, parents)
                        : maker.add(config, layers, layer(tree), step, parents));
    }

    private LayerSource layer(TreeMerge tree) {
        return archive -> {
            for (TarEntry way : ways(tree)) {
                archive.begin(way);
            }
            List<LayerJoiner.Archive> archives = new ArrayList<>();
            theirs.manifest()
                    .layers()
                    .reversed()
                    .forEach(blob -> archives.add(() -> maker.store().archive(blob)));
            new LayerJoiner(archives, archive, maker.sourceDate().orElse(null))
                    .take(tree.taken()::contains, tree.taken().size());
            for (String path : tree.hidden()) {
                archive.begin(LayerJoiner.whiteout(path));
            }
        };
    }

    /**
     * The directories above, as ours has them: programs that unpack the layer would make them anew. An ordinary user's store does not show
     * whose they are, so there they are left out.
     */
    private List<TarEntry> ways(TreeMerge tree) {
        if (ProcessStatus.ofThisProcess().uid() != 0) {
            return List.of();
        }
        List<TarEntry> ways = new ArrayList<>();
        try (MergedTree files = ours.files()) {
            for (String path : tree.ways()) {
                files.look(path, entry -> ways.add(maker.directory(path, FileMetadata.of(entry))));
            }
        }
        return ways;
    }
}
