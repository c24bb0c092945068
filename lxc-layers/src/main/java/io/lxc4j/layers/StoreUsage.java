package io.lxc4j.layers;

import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.store.Usage;
import java.util.List;

/**
 * How much room a store takes, in bytes.
 *
 * @param blobBytes of all blobs: compressed layers and documents
 * @param layerBytes of all unpacked layers on the disk; files that several share are counted once, but not content that a file system
 *     shares between files
 * @param collectableBytes what {@link LayerStore#collect()} would give back, or a little less where files are shared
 * @param images all images that names stand for, or have stood for
 */
public record StoreUsage(long blobBytes, long layerBytes, long collectableBytes, List<ImageUsage> images) {
    /** Makes the list immutable. */
    public StoreUsage {
        images = List.copyOf(images);
    }

    /**
     * How much room an image takes, in bytes.
     *
     * @param image its digest
     * @param names what stands for it now; none for a former version
     * @param compressedBytes of its layers and documents, as they are sent
     * @param unpackedBytes of its layers on the disk, as far as they have been unpacked
     * @param sharedBytes how much of both belongs to other images, too
     */
    public record ImageUsage(
            Digest image, List<String> names, long compressedBytes, long unpackedBytes, long sharedBytes) {
        /** Makes the list immutable. */
        public ImageUsage {
            names = List.copyOf(names);
        }

        /**
         * How much belongs to this image alone.
         *
         * @return bytes that a collection would give back if nothing stood for it any more
         */
        public long uniqueBytes() {
            return compressedBytes + unpackedBytes - sharedBytes;
        }
    }

    /**
     * What a deduplication has saved.
     *
     * @param files how many files became one with others, or share their room now
     * @param bytes how much room they took, in bytes
     */
    public record Saved(long files, long bytes) {}

    static StoreUsage of(Usage usage) {
        return new StoreUsage(
                usage.blobBytes(),
                usage.layerBytes(),
                usage.collectableBytes(),
                usage.images().stream()
                        .map(image -> new ImageUsage(
                                image.image(),
                                image.names(),
                                image.compressedBytes(),
                                image.unpackedBytes(),
                                image.sharedBytes()))
                        .toList());
    }
}
