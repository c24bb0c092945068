package io.lxc4j.layers.store;

import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Manifest;
import java.util.List;

/**
 * An image as its documents describe it.
 *
 * @param image what leads to its manifest
 * @param manifest the manifest
 * @param keys what its layers are named by once they are unpacked, one for each in the manifest
 */
record Contents(Descriptor image, Manifest manifest, List<LayerKey> keys) {}
