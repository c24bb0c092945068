package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Follows documents to all that they name. What is not there leads nowhere. */
final class ImageWalk {
    private final Store store;
    private final Predicate<Digest> isThere;
    private final Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
    private final Set<Document> walked = new HashSet<>();
    private final List<Contents> images = new ArrayList<>();
    private final Deque<Descriptor> todo = new ArrayDeque<>();

    /**
     * Walks.
     *
     * @param roots where it begins
     * @param isThere which blobs can be read
     */
    ImageWalk(Store store, Collection<Descriptor> roots, Predicate<Digest> isThere) {
        this.store = store;
        this.isThere = isThere;
        todo.addAll(roots);
        while (!todo.isEmpty()) {
            Descriptor next = todo.removeLast();
            blobs.putIfAbsent(next.digest(), next);
            if (next.mediaType().isDocument()
                    && walked.add(new Document(next.digest(), next.mediaType()))
                    && isThere.test(next.digest())) {
                visit(next);
            }
        }
    }

    /** What a blob is said to be. One image can say of another's manifest that it is a layer, and must not hide what that needs. */
    private record Document(Digest digest, MediaType mediaType) {}

    private void visit(Descriptor document) {
        try {
            switch (store.document(document)) {
                case Index index -> todo.addAll(index.manifests());
                case Manifest manifest -> visit(document, manifest);
            }
        } catch (InvalidSpecificationException _) {
            // the index that lists it was wrong: what has this digest is no such document, and leads nowhere
        }
    }

    private void visit(Descriptor image, Manifest manifest) {
        todo.addAll(manifest.layers());
        Descriptor config = manifest.config();
        blobs.putIfAbsent(config.digest(), config);
        if (config.mediaType().kind() == MediaType.Kind.CONFIG && isThere.test(config.digest())) {
            try {
                images.add(new Contents(image, manifest, LayerKey.of(store.config(manifest))));
            } catch (ContainerException _) {
                // no image can be made of it, and nothing has been unpacked for it
            }
        }
    }

    /** All that is named, whether or not it is there. */
    Collection<Descriptor> blobs() {
        return blobs.values();
    }

    /** The images whose documents are there. */
    List<Contents> images() {
        return images;
    }

    /** What blobs and unpacked layers are named by, as leases have it. */
    Set<String> names() {
        Set<String> names = new HashSet<>();
        blobs.keySet().forEach(digest -> names.add(digest.toString()));
        for (Contents image : images) {
            for (LayerKey key : image.keys()) {
                names.add(key.diffId().toString());
                names.add(key.chainId().toString());
            }
        }
        return names;
    }
}
