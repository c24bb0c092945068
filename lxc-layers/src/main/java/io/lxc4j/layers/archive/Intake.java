package io.lxc4j.layers.archive;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageDocument;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.store.Blobs;
import io.lxc4j.layers.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Takes what a name stands for into a store: one image, or an index with all the images that its source has of it. Documents are kept as
 * they came, so their digests stay. To be used by one thread, once, while the store is {@linkplain Store#use in use}.
 */
public final class Intake {
    private static final int DEEPEST = 4;
    private static final int MOST_DOCUMENTS = 1000;
    private static final int MOST_PARTS = 100_000;

    private final Store store;
    private final ImageSource source;
    private final Optional<Platform> platform;
    private final Map<Digest, Descriptor> parts = new LinkedHashMap<>();
    private final List<Manifest> images = new ArrayList<>();
    private int documents;

    /**
     * An intake.
     *
     * @param store what takes it
     * @param source where it comes from
     * @param platform whose image is taken; empty for all that there are
     */
    public Intake(Store store, ImageSource source, Optional<Platform> platform) {
        this.store = store;
        this.source = source;
        this.platform = platform;
    }

    /**
     * Takes it.
     *
     * @param root what the name stands for
     * @param bytes that document, verified
     * @return what was taken: the root, or the image that was selected. All of it is there
     * @throws InvalidSpecificationException if it is not what can be taken
     * @throws IOException if it can't be read or kept
     */
    public Descriptor take(Descriptor root, byte[] bytes) throws IOException {
        Descriptor wanted = root;
        byte[] content = bytes;
        if (platform.isPresent()) {
            for (int depth = 0; ImageDocument.parse(content, wanted.mediaType()) instanceof Index index; depth++) {
                checkDepth(depth);
                wanted = selectPresent(index, platform.get());
                content = require(wanted);
            }
        }
        ImageDocument document = ImageDocument.parse(content, wanted.mediaType());
        if (document instanceof Manifest manifest) {
            manifest.requireImage();
        }
        gather(wanted, content, document, 0);
        if (images.isEmpty()) {
            throw new InvalidSpecificationException(
                    "the index " + wanted.digest() + " lists no image that is there with it");
        }
        Transfers.run(parts.values().stream()
                .filter(this::isMissing)
                .<Runnable>map(part -> () -> fetch(part))
                .toList());
        images.forEach(store::config); // what it says must fit the manifest
        return new Descriptor(wanted.mediaType(), wanted.digest(), wanted.size());
    }

    private static void checkDepth(int depth) {
        if (depth > DEEPEST) {
            throw new InvalidSpecificationException(
                    "an index lists an index that lists an index, more than " + DEEPEST + " deep");
        }
    }

    private Descriptor selectPresent(Index index, Platform wanted) throws IOException {
        List<Descriptor> there = new ArrayList<>();
        for (Descriptor entry : index.manifests()) {
            if (entry.mediaType().isDocument() && source.has(entry)) {
                there.add(entry);
            }
        }
        return new Index(index.mediaType(), there, Map.of()).select(wanted);
    }

    private byte[] require(Descriptor entry) throws IOException {
        return source.document(entry)
                .orElseThrow(() -> new InvalidSpecificationException("the document " + entry.digest() + " is missing"));
    }

    // ---- documents

    private void gather(Descriptor entry, byte[] bytes, ImageDocument document, int depth) throws IOException {
        checkDepth(depth);
        if (++documents > MOST_DOCUMENTS) {
            throw new InvalidSpecificationException("an index leads to more than " + MOST_DOCUMENTS + " documents");
        }
        switch (document) {
            case Manifest manifest -> gather(manifest);
            case Index index -> {
                for (Descriptor listed : index.manifests()) {
                    gatherListed(index, listed, depth);
                }
            }
        }
        keep(entry, bytes);
    }

    private void gather(Manifest manifest) {
        if (manifest.layers().stream().anyMatch(layer -> layer.mediaType().isForeign())) {
            manifest.requireImage(); // which says why not
        }
        manifest.layers().forEach(this::addPart);
        addPart(manifest.config());
        if (manifest.config().mediaType().kind() == MediaType.Kind.CONFIG) {
            images.add(manifest);
        }
    }

    /** What an index lists may be missing: that is how one platform of several is saved. */
    private void gatherListed(Index index, Descriptor listed, int depth) throws IOException {
        if (!listed.mediaType().isDocument()) {
            throw new InvalidSpecificationException(
                    "the index lists " + listed.digest() + " of the unknown type " + listed.mediaType() + " among its "
                            + index.manifests().size() + " images; take one platform of it");
        }
        Optional<byte[]> bytes = source.document(listed);
        if (bytes.isPresent()) {
            gather(listed, bytes.get(), ImageDocument.parse(bytes.get(), listed.mediaType()), depth + 1);
        }
    }

    private void addPart(Descriptor part) {
        Descriptor before = parts.putIfAbsent(part.digest(), part);
        if (before != null && before.size() != part.size()) {
            throw wrongSize(part, before.size());
        }
        if (parts.size() > MOST_PARTS) {
            throw new InvalidSpecificationException("an image has more than " + MOST_PARTS + " layers");
        }
    }

    private void keep(Descriptor entry, byte[] bytes) throws IOException {
        if (isMissing(entry)) {
            try (Blobs.Writer writer = store.writer(entry)) {
                writer.write(bytes, 0, bytes.length);
                writer.finish();
            }
        }
    }

    // ---- parts

    /** What is there was verified when it came, but not against this size. */
    private boolean isMissing(Descriptor part) {
        OptionalLong there = store.size(part.digest());
        if (there.isPresent() && there.getAsLong() != part.size()) {
            throw wrongSize(part, there.getAsLong());
        }
        return there.isEmpty();
    }

    private static InvalidSpecificationException wrongSize(Descriptor part, long size) {
        return new InvalidSpecificationException(
                part.digest() + " is said to have " + part.size() + " bytes, and has " + size);
    }

    private void fetch(Descriptor part) {
        try {
            source.fetch(part);
        } catch (IOException e) {
            throw new ContainerException("taking " + part.digest() + " into the store: " + e, e);
        }
    }
}
