/**
 * The documents of images as the OCI specifications define them: digests, descriptors, manifests, indexes, configurations, references.
 * They are read and written here; where they are kept and how they travel is not decided here.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/spec.md">OCI Image Format Specification</a>
 */
@NullMarked
package io.lxc4j.layers.oci;

import org.jspecify.annotations.NullMarked;
