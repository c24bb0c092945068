package io.lxc4j;

import java.util.Optional;

/**
 * What became of a command that ran to its end.
 *
 * @param exitValue the exit code, or 128 and the number of the signal that ended it
 * @param exitSignal the signal that ended it; empty if it exited by itself
 * @param output what it wrote to standard output, decoded as UTF-8
 * @param error what it wrote to standard error, decoded as UTF-8; empty if the two are merged
 * @param truncated whether it wrote more than the limit; the rest was read and thrown away
 * @param outOfMemory whether the kernel has ended a process of the container for want of memory meanwhile, be it this one or another;
 *     false as well where that is not known, as the container has no cgroup or the host does not count memory
 */
public record ContainerResult(
        int exitValue,
        Optional<Signal> exitSignal,
        String output,
        String error,
        boolean truncated,
        boolean outOfMemory) {
    /**
     * Whether the command exited by itself, with 0.
     *
     * @return whether it succeeded
     */
    public boolean isSuccess() {
        return exitValue == 0;
    }
}
