package io.lxc4j.layers.store;

import io.lxc4j.layers.files.TreeFiles;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds up how much room the parts of a store take: blobs, and unpacked layers by their short names. Not thread-safe. */
final class Accounting {
    private static final int BLOCK_BYTES = 512;

    private final Map<String, Long> blobs = new HashMap<>();
    private final Map<String, Long> layers = new HashMap<>();

    /** What each file and directory adds to what was counted before. */
    private final Set<Long> counted = new HashSet<>();

    private long layerBytes;

    Accounting(StoreDirectory directory, Blobs allBlobs) {
        for (Digest digest : allBlobs.list()) {
            blobs.put(digest.toString(), allBlobs.size(digest).orElse(0));
        }
        for (String id : directory.list("layers")) {
            layers.put(id, room(directory, id));
        }
    }

    private long room(StoreDirectory directory, String id) {
        Set<Long> own = new HashSet<>();
        long[] sum = {0};
        TreeFiles.walk(directory.resolve("layers/" + id), (_, _, _, status) -> {
            long bytes = status.blocks() * BLOCK_BYTES;
            if (own.add(status.inode())) {
                sum[0] += bytes;
            }
            if (counted.add(status.inode())) {
                layerBytes += bytes;
            }
        });
        return sum[0];
    }

    /**
     * The whole account.
     *
     * @param walk all images that names lead to
     * @param names what stands for each manifest now
     * @param unpacked finds the unpacked layers of an image
     * @param needed what is not collected
     */
    Usage usage(ImageWalk walk, Map<Digest, List<String>> names, UnpackedLayers unpacked, Set<String> needed)
            throws IOException {
        Map<Digest, Set<String>> parts = new LinkedHashMap<>();
        Map<String, Integer> uses = new HashMap<>();
        for (Contents image : walk.images()) {
            Set<String> own = parts(image, unpacked);
            parts.put(image.image().digest(), own);
            own.forEach(part -> uses.merge(part, 1, Integer::sum));
        }
        List<Usage.OfImage> images = new ArrayList<>();
        parts.forEach((image, own) -> images.add(new Usage.OfImage(
                image,
                names.getOrDefault(image, List.of()),
                sum(blobs, own),
                sum(layers, own),
                own.stream()
                        .filter(part -> uses.getOrDefault(part, 0) > 1)
                        .mapToLong(this::size)
                        .sum())));
        Set<String> unneeded = new HashSet<>(blobs.keySet());
        unneeded.removeAll(needed);
        unneeded.addAll(unpacked.unneeded(needed));
        long collectable = unneeded.stream().mapToLong(this::size).sum();
        return new Usage(
                blobs.values().stream().mapToLong(Long::longValue).sum(), layerBytes, collectable, List.copyOf(images));
    }

    private static Set<String> parts(Contents image, UnpackedLayers unpacked) {
        Set<String> parts = new HashSet<>();
        parts.add(image.image().digest().toString());
        parts.add(image.manifest().config().digest().toString());
        for (Descriptor layer : image.manifest().layers()) {
            parts.add(layer.digest().toString());
        }
        for (LayerKey key : image.keys()) {
            unpacked.find(key).ifPresent(layer -> parts.add(layer.id()));
        }
        return parts;
    }

    private long size(String part) {
        return blobs.getOrDefault(part, 0L) + layers.getOrDefault(part, 0L);
    }

    private static long sum(Map<String, Long> sizes, Set<String> parts) {
        return parts.stream().mapToLong(part -> sizes.getOrDefault(part, 0L)).sum();
    }
}
