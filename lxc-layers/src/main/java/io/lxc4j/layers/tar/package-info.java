/**
 * The tar format as layers have it: ustar, PAX and GNU, read from and written to streams. No file system is touched here.
 *
 * <p>Names and values are strings of bytes: each character is a byte from 0 to 255 as it stands in the archive, since names need not be
 * UTF-8 and the values of extended attributes are no text at all. {@link io.lxc4j.layers.tar.ByteStrings} converts what is text.
 */
@NullMarked
package io.lxc4j.layers.tar;

import org.jspecify.annotations.NullMarked;
