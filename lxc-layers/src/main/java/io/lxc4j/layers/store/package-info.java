/**
 * Where images are kept on this machine: blobs by their digests, and layers unpacked for overlays, shared by all JVMs of a user. What an
 * image is, and where it comes from, is not known here.
 */
@NullMarked
package io.lxc4j.layers.store;

import org.jspecify.annotations.NullMarked;
