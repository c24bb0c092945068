/**
 * How this library fails: one unchecked root and its few kinds.
 *
 * <p>Here belongs what a caller may catch. What detects a failure does not.
 */
@NullMarked
package io.lxc4j.error;

import org.jspecify.annotations.NullMarked;
