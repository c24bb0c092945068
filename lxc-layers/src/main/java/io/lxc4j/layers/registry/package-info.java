/**
 * Images from and to registries, by the OCI distribution specification. What is fetched is verified and handed over as streams; where it
 * is kept, and how an image is put together from it, is not decided here.
 *
 * <p>{@link io.lxc4j.layers.registry.RegistryClient} is where to begin.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md">OCI Distribution Specification</a>
 */
@NullMarked
package io.lxc4j.layers.registry;

import org.jspecify.annotations.NullMarked;
