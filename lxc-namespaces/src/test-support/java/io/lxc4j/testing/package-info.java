/**
 * What the tests of all modules need of the machine, and how they run its tools.
 *
 * <p>Here belongs what knows nothing of this library: the package is also used outside of its module.
 */
@NullMarked
package io.lxc4j.testing;

import org.jspecify.annotations.NullMarked;
