package io.lxc4j.layers.archive;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.store.Store;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** All that an image, or an index of some, is made of. */
public final class ImageContents {
    private static final int DEEPEST = 5;

    private final Store store;
    private final boolean isWhole;
    private final SequencedMap<Digest, Descriptor> found = new LinkedHashMap<>();

    private ImageContents(Store store, boolean isWhole) {
        this.store = store;
        this.isWhole = isWhole;
    }

    /**
     * Lists what is in the store of it.
     *
     * @param store the store
     * @param root the image or index
     * @param isWhole whether an index must be there with all that it lists
     * @return each part once, after all that it leads to
     * @throws InvalidSpecificationException if not all is there that must be
     */
    public static List<Descriptor> list(Store store, Descriptor root, boolean isWhole) {
        ImageContents contents = new ImageContents(store, isWhole);
        contents.add(root, 0);
        return List.copyOf(contents.found.values());
    }

    private void add(Descriptor entry, int depth) {
        if (depth > DEEPEST) {
            throw new InvalidSpecificationException("an index lists indexes, more than " + DEEPEST + " deep");
        }
        switch (store.document(entry)) {
            case Manifest manifest -> {
                manifest.layers().forEach(this::addPart);
                addPart(manifest.config());
            }
            case Index index -> index.manifests().forEach(listed -> addListed(entry, listed, depth));
        }
        found.putIfAbsent(entry.digest(), entry);
    }

    private void addPart(Descriptor part) {
        found.putIfAbsent(part.digest(), part);
    }

    private void addListed(Descriptor index, Descriptor listed, int depth) {
        if (listed.mediaType().isDocument() && store.has(listed.digest())) {
            add(listed, depth + 1);
        } else if (isWhole) {
            throw new InvalidSpecificationException("the index " + index.digest() + " lists " + listed.digest()
                    + listed.platform().map(platform -> " for " + platform).orElse("")
                    + ", which is not in the store: pull all platforms, or take the image of one");
        }
    }
}
