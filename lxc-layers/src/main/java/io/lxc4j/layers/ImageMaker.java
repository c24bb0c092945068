package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.layers.files.LayerPacker;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.HistoryEntry;
import io.lxc4j.layers.oci.ImageConfig;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.store.Ancestors;
import io.lxc4j.layers.store.LayerSource;
import io.lxc4j.layers.store.NewLayer;
import io.lxc4j.layers.store.Store;
import io.lxc4j.layers.tar.TarEntry;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Writes new images, which have no names yet. Whoever makes one holds the store open from before its first part is written.
 *
 * @param store where
 * @param driver how they become roots of containers
 * @param author who makes them; empty if nobody is to be named
 * @param sourceDate when they were made, and what times of files are cut to; empty for the present, and times as they are
 */
record ImageMaker(Store store, LayerDriver driver, String author, Optional<Instant> sourceDate) {
    private static final String SOURCE_DATE_EPOCH = "SOURCE_DATE_EPOCH";

    /** By nobody; at the time that the environment says, if it does. */
    static ImageMaker of(Store store, LayerDriver driver) {
        return new ImageMaker(store, driver, "", parse(System.getenv().getOrDefault(SOURCE_DATE_EPOCH, "")));
    }

    ImageMaker by(String name) {
        return new ImageMaker(store, driver, name, sourceDate);
    }

    ImageMaker at(Instant time) {
        return new ImageMaker(store, driver, author, Optional.of(time));
    }

    static Optional<Instant> parse(String seconds) {
        try {
            return seconds.isEmpty() ? Optional.empty() : Optional.of(Instant.ofEpochSecond(Long.parseLong(seconds)));
        } catch (NumberFormatException | DateTimeException e) {
            throw new InvalidSpecificationException(
                    "the environment variable " + SOURCE_DATE_EPOCH + " is \"" + seconds
                            + "\"; it must be a number of seconds since 1970-01-01",
                    e);
        }
    }

    /** All that is in a directory. */
    LayerSource tree(Path directory) {
        return tree(directory, _ -> true);
    }

    /** What is wanted of a directory, by its path. Of an ordinary user, it has the owners that a container of that user shows. */
    LayerSource tree(Path directory, Predicate<String> wanted) {
        return archive -> {
            Constant how = Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY);
            OwnersInside owners = OwnersInside.ofThisUser();
            try (Fd root = Kernel.open(directory.toString(), how, 0);
                    LayerPacker packer = new LayerPacker(
                            archive,
                            sourceDate.orElse(null),
                            entry -> Optional.of(entry)
                                    .filter(each -> wanted.test(each.path()))
                                    .map(owners::of))) {
                packer.pack(root);
            }
        };
    }

    /** A directory that an image has, in the archive of a layer above. */
    TarEntry directory(String path, FileMetadata metadata) {
        return TarEntry.directory(
                        path,
                        metadata.mode(),
                        metadata.uid(),
                        metadata.gid(),
                        metadata.modified(),
                        metadata.attributes())
                .until(sourceDate.orElse(null));
    }

    HistoryEntry step(String action, String message, boolean isEmptyLayer) {
        return step(action, message, isEmptyLayer, Optional.of(sourceDate.orElseGet(Instant::now)));
    }

    HistoryEntry step(String action, String message, boolean isEmptyLayer, Optional<Instant> time) {
        return new HistoryEntry(time, "lxc4j " + action, author, message, isEmptyLayer, Map.of());
    }

    /** A commit: an image of another one and a layer more. */
    Image commit(Image base, LayerSource source, String message) {
        return image(add(
                base.config(),
                base.manifest().layers(),
                source,
                step("commit", message, false),
                List.of(base.digest())));
    }

    /** An image of other layers and one more. */
    Descriptor add(
            ImageConfig below,
            List<Descriptor> layersBelow,
            LayerSource source,
            HistoryEntry step,
            List<Digest> parents) {
        NewLayer layer = store.pack(source);
        List<Descriptor> layers = new ArrayList<>(layersBelow);
        layers.add(layer.blob());
        return finish(below.withLayer(layer.diffId(), step), layers, parents);
    }

    /** An image of layers that are there. */
    Descriptor finish(ImageConfig config, List<Descriptor> layers, List<Digest> parents) {
        Descriptor configuration = store.add(MediaType.CONFIG, config.toBytes());
        Manifest manifest = new Manifest(MediaType.MANIFEST, configuration, layers, Ancestors.annotations(parents));
        return store.add(MediaType.MANIFEST, manifest.toBytes());
    }

    Image image(Descriptor made) {
        store.hold(made);
        return new Image(store, driver, made);
    }
}
