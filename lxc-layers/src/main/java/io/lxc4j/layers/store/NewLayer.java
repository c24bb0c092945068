package io.lxc4j.layers.store;

import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;

/**
 * A layer that was made here.
 *
 * @param blob its compressed archive, in the store
 * @param diffId the digest of the archive without compression
 */
public record NewLayer(Descriptor blob, Digest diffId) {}
