/** Shows the benchmarks what the library keeps to itself about cgroups. */
@NullMarked
package io.lxc4j.cgroups;

import org.jspecify.annotations.NullMarked;
