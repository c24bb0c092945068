package io.lxc4j.layers.store;

import io.lxc4j.layers.oci.Digest;
import java.util.List;

/**
 * How much room a store takes.
 *
 * @param blobBytes of all blobs
 * @param layerBytes of all unpacked layers on the disk, what they share counted once
 * @param collectableBytes what a collection would give back
 * @param images each image
 */
public record Usage(long blobBytes, long layerBytes, long collectableBytes, List<OfImage> images) {
    /**
     * How much room an image takes.
     *
     * @param image its digest
     * @param names what stands for it now
     * @param compressedBytes of its blobs
     * @param unpackedBytes of its unpacked layers on the disk
     * @param sharedBytes how much of both other images have, too
     */
    public record OfImage(
            Digest image, List<String> names, long compressedBytes, long unpackedBytes, long sharedBytes) {}
}
