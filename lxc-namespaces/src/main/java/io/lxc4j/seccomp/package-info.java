/**
 * Which system calls a process may make: rules and profiles, their compilation to the kernel's BPF, and the means to look at
 * and to try what came out. Nothing here makes a call: a filter is installed by the launch engine.
 */
@NullMarked
package io.lxc4j.seccomp;

import org.jspecify.annotations.NullMarked;
