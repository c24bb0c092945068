/**
 * How long it takes to start a process in a container and to wait for its end, beside what one would use instead.
 * {@link io.lxc4j.benchmarks.launch.LaunchBenchmark} tells the story. Nothing here is a test: it states numbers.
 */
@NullMarked
package io.lxc4j.benchmarks.launch;

import org.jspecify.annotations.NullMarked;
