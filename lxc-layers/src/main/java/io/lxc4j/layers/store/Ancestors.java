package io.lxc4j.layers.store;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;

/**
 * What images were made from, by their manifests' annotations: the standard one for the image that one is based on, whose layers it shares,
 * and one of our own for others that were merged into it. What they name need not be here.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/annotations.md">OCI annotations</a>
 */
public final class Ancestors {
    /** Names the image that one is based on. */
    public static final String BASE = "org.opencontainers.image.base.digest";

    /** Names those that were merged into it, with spaces between them. */
    public static final String MERGED = "io.lxc4j.merged";

    /** Nobody merges more at a time, and who says so is not believed. */
    private static final int MOST_PARENTS = 16;

    private final Store store;

    Ancestors(Store store) {
        this.store = store;
    }

    /**
     * The annotations of an image.
     *
     * @param parents what it was made from, the first what it is based on; may be empty
     * @return the annotations
     */
    public static Map<String, String> annotations(List<Digest> parents) {
        Map<String, String> annotations = new LinkedHashMap<>();
        if (!parents.isEmpty()) {
            annotations.put(BASE, parents.getFirst().toString());
        }
        if (parents.size() > 1) {
            List<String> merged = parents.stream().skip(1).map(Digest::toString).toList();
            annotations.put(MERGED, String.join(" ", merged));
        }
        return annotations;
    }

    /**
     * What an image was made from. Anybody may have written that: what is no digest is passed over.
     *
     * @param manifest the image's
     * @return digests of manifests, the first that of the image it is based on, if it says so
     */
    public static List<Digest> parents(Manifest manifest) {
        String base = manifest.annotations().getOrDefault(BASE, "");
        String merged = manifest.annotations().getOrDefault(MERGED, "");
        SequencedSet<Digest> parents = new LinkedHashSet<>();
        for (String each : (base + " " + merged).split(" ", MOST_PARENTS + 1)) {
            try {
                parents.add(Digest.parse(each));
            } catch (InvalidSpecificationException _) {
                // no digest
            }
        }
        return List.copyOf(parents);
    }

    /** These images and all that they were made from, as far as it is here. */
    List<Descriptor> withAncestors(List<Descriptor> images) {
        List<Descriptor> all = new ArrayList<>(images);
        Set<Descriptor> seen = new HashSet<>();
        for (int i = 0; i < all.size(); i++) { // which grows meanwhile
            Descriptor image = all.get(i);
            if (!store.has(image.digest()) || !image.mediaType().isDocument() || !seen.add(image)) {
                continue;
            }
            try {
                switch (store.document(image)) {
                    case Index index -> all.addAll(index.manifests());
                    case Manifest manifest ->
                        parents(manifest)
                                .forEach(parent -> store.manifest(parent).ifPresent(all::add));
                }
            } catch (InvalidSpecificationException _) {
                // the index that lists it was wrong: it has no ancestors
            }
        }
        return all;
    }
}
