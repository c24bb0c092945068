/**
 * What the processes of a container may do, whoever they are: capabilities and what takes rights away. Where they are and what
 * they see is {@code io.lxc4j.namespaces}.
 */
@NullMarked
package io.lxc4j.security;

import org.jspecify.annotations.NullMarked;
