package io.lxc4j.layers.archive;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageDocument;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which images of a store a name stands for: one, or some for several platforms, of which not all need be there. */
public final class PlatformChoice {
    private static final int DEEPEST = 4;

    private PlatformChoice() {}

    /**
     * Chooses an image.
     *
     * @param store the store
     * @param target what a name stands for
     * @param platform where the image is to run
     * @return what leads to its manifest
     * @throws InvalidSpecificationException if none that is there runs on that
     */
    public static Descriptor choose(Store store, Descriptor target, Platform platform) {
        Descriptor chosen = target;
        for (int depth = 0; store.document(chosen) instanceof Index index; depth++) {
            if (depth > DEEPEST) {
                throw new InvalidSpecificationException(target.digest() + " is an index of indexes, too deep");
            }
            chosen = new Index(index.mediaType(), present(store, index), Map.of()).select(platform);
        }
        return new Descriptor(chosen.mediaType(), chosen.digest(), chosen.size());
    }

    private static List<Descriptor> present(Store store, Index index) {
        return index.manifests().stream()
                .filter(entry -> entry.mediaType().isDocument() && store.has(entry.digest()))
                .toList();
    }

    /**
     * Insists that an image runs on a platform.
     *
     * @param image what the image is for
     * @param platform where it is to run
     * @throws InvalidSpecificationException if it does not
     */
    public static void require(Platform image, Platform platform) {
        Descriptor any = new Descriptor(MediaType.MANIFEST, Digest.of(new byte[0]), 0);
        new Index(MediaType.INDEX, List.of(any.withPlatform(image)), Map.of()).select(platform);
    }

    /**
     * Lists the platforms that there are images for.
     *
     * @param store the store
     * @param target what a name stands for
     * @return the platforms, in the order of the index
     */
    public static List<Platform> platforms(Store store, Descriptor target) {
        List<Platform> platforms = new ArrayList<>();
        add(store, target, Optional.empty(), platforms, 0);
        return List.copyOf(platforms);
    }

    private static void add(
            Store store, Descriptor entry, Optional<Platform> listed, List<Platform> platforms, int depth) {
        ImageDocument document;
        try {
            document = store.document(entry);
        } catch (InvalidSpecificationException _) {
            return; // the index says wrong things of what has this digest
        }
        if (document instanceof Index index && depth <= DEEPEST) {
            present(store, index).forEach(each -> add(store, each, each.platform(), platforms, depth + 1));
        } else if (document instanceof Manifest manifest
                && manifest.config().mediaType().kind() == MediaType.Kind.CONFIG) {
            platforms.add(listed.orElseGet(() -> store.config(manifest).platform()));
        }
    }
}
