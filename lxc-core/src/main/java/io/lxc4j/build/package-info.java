/** Making images step by step, as a Dockerfile does: run a command, copy files, say how a container starts. */
@NullMarked
package io.lxc4j.build;

import org.jspecify.annotations.NullMarked;
