/** Contenders in one interleaved run, and how their times are shown; what is measured is not here. */
@NullMarked
package io.lxc4j.benchmarks.race;

import org.jspecify.annotations.NullMarked;
