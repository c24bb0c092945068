/**
 * Control groups: limits on what processes may use, what they have used, and events about both. Nothing here knows
 * what a container is.
 */
@NullMarked
package io.lxc4j.cgroups;

import org.jspecify.annotations.NullMarked;
