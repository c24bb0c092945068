/**
 * What a container's files are: its root file system and the layers it is made of.
 *
 * <p>A root file system describes what is to be mounted; the launch engine mounts it.
 */
@NullMarked
package io.lxc4j.layers;

import org.jspecify.annotations.NullMarked;
