/** Measures how far something has come; what is told of it is in {@code progress}. */
@NullMarked
package io.lxc4j.layers.meter;

import org.jspecify.annotations.NullMarked;
