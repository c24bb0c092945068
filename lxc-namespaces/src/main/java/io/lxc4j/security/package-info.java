/**
 * What the processes of a container may do, whoever they are: capabilities, Landlock, and what else takes rights away. Where they
 * are and what they see is {@code io.lxc4j.namespaces}.
 */
@NullMarked
package io.lxc4j.security;

import org.jspecify.annotations.NullMarked;
