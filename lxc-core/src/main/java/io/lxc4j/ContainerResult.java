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
 */
public record ContainerResult(
        int exitValue, Optional<Signal> exitSignal, String output, String error, boolean truncated) {
    /**
     * Whether the command exited by itself, with 0.
     *
     * @return whether it succeeded
     */
    public boolean isSuccess() {
        return exitValue == 0;
    }
}
