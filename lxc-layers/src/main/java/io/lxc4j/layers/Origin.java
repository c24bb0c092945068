package io.lxc4j.layers;

import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.HistoryEntry;
import java.util.Optional;

/**
 * Where a path of an image comes from. Immutable.
 *
 * @param path the path from the root, without a slash at either end, a character for each byte; empty for the root itself
 * @param layer the number of the layer, from 0 for the lowest; of a directory, the topmost that has it
 * @param diffId the digest of that layer's archive without compression
 * @param step how the layer was made; empty if the image does not say
 */
public record Origin(String path, int layer, Digest diffId, Optional<HistoryEntry> step) {}
