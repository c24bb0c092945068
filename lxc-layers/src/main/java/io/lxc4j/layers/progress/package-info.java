/**
 * How far something long has come: one listener for all that this library transfers, packs, unpacks, reads and removes.
 *
 * <p>What measures it does not belong here.
 */
@NullMarked
package io.lxc4j.layers.progress;

import org.jspecify.annotations.NullMarked;
