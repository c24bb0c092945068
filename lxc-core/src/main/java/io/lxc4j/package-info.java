/**
 * Containers: {@link io.lxc4j.Container} is where to begin.
 *
 * <p>Here it is decided how namespaces, cgroups and layers play together. What each of them is stands in its own module.
 */
@NullMarked
package io.lxc4j;

import org.jspecify.annotations.NullMarked;
