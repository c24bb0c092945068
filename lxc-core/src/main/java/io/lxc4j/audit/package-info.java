/** What a running container is really allowed, as the kernel says. What it was to be allowed is its specification. */
@NullMarked
package io.lxc4j.audit;

import org.jspecify.annotations.NullMarked;
