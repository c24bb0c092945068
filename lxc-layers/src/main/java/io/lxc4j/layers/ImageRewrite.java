package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.files.LayerJoiner;
import io.lxc4j.layers.files.MergedTree;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.store.LayerSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Makes an image of the same files out of fewer layers, or puts its layers onto others. */
final class ImageRewrite {
    private final ImageMaker maker;

    ImageRewrite(ImageMaker maker) {
        this.maker = maker;
    }

    // ---- squash

    /** Joins the layers above a base, or all. */
    Image squash(Image image, Optional<Image> base, String message) {
        image.layerDirectories(); // what can't be unpacked is refused before its archive is trusted
        int below = base.map(each -> layersOf(image, each, "squashing")).orElse(0);
        ImageConfig config = image.config();
        ImageConfig lower = new ImageConfig(
                config.platform(),
                config.created(),
                config.author(),
                config.parameters(),
                config.diffIds().subList(0, below),
                base.map(each -> each.config().history()).orElse(List.of()),
                config.other());
        List<Digest> parents = base.map(each -> List.of(each.digest())).orElse(List.of());
        List<Descriptor> layers = image.manifest().layers();
        return maker.image(maker.add(
                lower,
                layers.subList(0, below),
                joined(layers.subList(below, layers.size()), base),
                maker.step("squash", message, false),
                parents));
    }

    private LayerSource joined(List<Descriptor> layers, Optional<Image> base) {
        return archive -> {
            List<LayerJoiner.Archive> archives = new ArrayList<>();
            layers.reversed().forEach(blob -> archives.add(() -> maker.store().archive(blob)));
            LayerJoiner joiner =
                    new LayerJoiner(archives, archive, maker.sourceDate().orElse(null));
            if (base.isEmpty()) {
                joiner.join(_ -> false);
                return;
            }
            try (MergedTree files = base.get().files()) {
                joiner.join(below(files));
            }
        };
    }

    /** An ordinary user's store lacks devices, so there nothing is said to be missing. */
    private static Predicate<String> below(MergedTree files) {
        boolean asRoot = ProcessStatus.ofThisProcess().uid() == 0;
        return path -> !asRoot || files.look(path, _ -> true).isPresent();
    }

    // ---- rebase

    /** Puts the layers above an old base onto a new one. */
    Image rebase(Image image, Image oldBase, Image newBase) {
        int below = layersOf(image, oldBase, "rebasing");
        ImageConfig config = image.config();
        ImageConfig onto = newBase.config();
        if (!config.platform().equals(onto.platform())) {
            throw new InvalidSpecificationException("rebasing an image for " + config.platform() + " onto one for "
                    + onto.platform() + ": take a base of the same platform");
        }
        List<HistoryEntry> own = ownHistory(config, oldBase.config(), below);
        ImageConfig rebased = new ImageConfig(
                onto.platform(),
                maker.sourceDate().or(() -> maker.step("rebase", "", true).created()),
                config.author(),
                new ConfigurationMerge(oldBase.config().parameters(), config.parameters(), onto.parameters(), false)
                        .merged(),
                joined(
                        onto.diffIds(),
                        config.diffIds().subList(below, config.diffIds().size())),
                joined(onto.history(), own),
                config.other());
        List<Descriptor> layers = image.manifest().layers();
        return maker.image(maker.finish(
                rebased,
                joined(newBase.manifest().layers(), layers.subList(below, layers.size())),
                List.of(newBase.digest())));
    }

    /** The steps after those of the base: by the base's own steps if they are the same, else by the number of its layers. */
    private static List<HistoryEntry> ownHistory(ImageConfig config, ImageConfig base, int layers) {
        List<HistoryEntry> steps = config.history();
        int known = base.history().size();
        if (known <= steps.size() && steps.subList(0, known).equals(base.history())) {
            return steps.subList(known, steps.size());
        }
        int at = 0;
        for (int left = layers; at < steps.size() && left > 0; at++) {
            left -= steps.get(at).isEmptyLayer() ? 0 : 1;
        }
        return steps.subList(at, steps.size());
    }

    private static <T> List<T> joined(List<T> lower, List<T> upper) {
        List<T> all = new ArrayList<>(lower);
        all.addAll(upper);
        return all;
    }

    /** How many layers the base has, all of which the image must have at the bottom. */
    private static int layersOf(Image image, Image base, String doing) {
        List<Digest> all = image.config().diffIds();
        List<Digest> lower = base.config().diffIds();
        if (lower.size() > all.size() || !all.subList(0, lower.size()).equals(lower)) {
            throw new InvalidSpecificationException(doing + " " + image + ": it is not built on " + base
                    + ", whose layers it does not have at the bottom");
        }
        return lower.size();
    }
}
