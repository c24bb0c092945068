/** Measurements of the library's parts, by JMH, and the program that starts all measurements. */
@NullMarked
package io.lxc4j.benchmarks;

import org.jspecify.annotations.NullMarked;
