/**
 * The files of layers in directories of this machine: unpacking archives into them and packing them again, by descriptor beneath one
 * directory. What the entries of an archive look like is {@link io.lxc4j.layers.tar}'s business.
 */
@NullMarked
package io.lxc4j.layers.files;

import org.jspecify.annotations.NullMarked;
