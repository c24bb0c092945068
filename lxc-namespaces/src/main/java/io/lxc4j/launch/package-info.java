/**
 * The launch engine: a {@link io.lxc4j.launch.LaunchPlan} is data made of {@link io.lxc4j.launch.Operation}s, the
 * compiler turns it into a table of system calls, and the {@link io.lxc4j.launch.Launcher} has the kernel execute it.
 *
 * <p>What a container consists of is decided above; here is only how it is carried out.
 */
@NullMarked
package io.lxc4j.launch;

import org.jspecify.annotations.NullMarked;
