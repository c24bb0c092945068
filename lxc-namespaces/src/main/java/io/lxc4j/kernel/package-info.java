/**
 * The kernel's own interface: system calls, their numbers, constants and structs, and descriptors.
 *
 * <p>The only place where foreign functions are called. Nothing here decides what a container is; that is for
 * {@code io.lxc4j.launch} and above.
 */
@NullMarked
package io.lxc4j.kernel;

import org.jspecify.annotations.NullMarked;
