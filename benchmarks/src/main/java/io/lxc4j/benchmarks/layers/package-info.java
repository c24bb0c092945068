/**
 * How fast images are unpacked, packed, fetched and started from, beside the programs that one would use instead. {@link
 * io.lxc4j.benchmarks.layers.LayersBenchmark} tells the story.
 */
@NullMarked
package io.lxc4j.benchmarks.layers;

import org.jspecify.annotations.NullMarked;
