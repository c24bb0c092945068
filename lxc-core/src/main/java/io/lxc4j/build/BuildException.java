package io.lxc4j.build;

import io.lxc4j.error.ContainerException;

/** A command that is a step of a build has failed. Nothing of that step is kept; those before it need not be done again. */
public final class BuildException extends ContainerException {
    private static final long serialVersionUID = 1;

    /** How the command ended. */
    private final int exitValue;

    /** What it wrote last. */
    private final String output;

    BuildException(String message, int exitValue, String output) {
        super(message);
        this.exitValue = exitValue;
        this.output = output;
    }

    /**
     * How the command ended.
     *
     * @return its exit code, or 128 and the number of the signal that ended it
     */
    public int exitValue() {
        return exitValue;
    }

    /**
     * What the command wrote last, to standard output and standard error.
     *
     * @return at most 8192 bytes, decoded as UTF-8
     */
    public String output() {
        return output;
    }
}
