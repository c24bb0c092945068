/**
 * What this machine offers: {@link io.lxc4j.host.Host#probe()} tells, and found it out by trying.
 *
 * <p>Nothing here is asked when a container starts; the launch itself tells best what it lacks.
 */
@NullMarked
package io.lxc4j.host;

import org.jspecify.annotations.NullMarked;
