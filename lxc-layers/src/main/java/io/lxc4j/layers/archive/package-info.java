/**
 * Images on their way into a store and out of it: OCI image layouts, as directories and archives, and Docker's archives; and what these
 * have in common with registries.
 *
 * <p>The layers themselves are not unpacked here.
 */
@NullMarked
package io.lxc4j.layers.archive;

import org.jspecify.annotations.NullMarked;
