/**
 * What a process can see: its namespaces and the pseudo file systems that belong to them.
 *
 * <p>How they are made is the launch engine's; which files a container has is the layers' module's.
 */
@NullMarked
package io.lxc4j.namespaces;

import org.jspecify.annotations.NullMarked;
