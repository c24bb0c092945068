package io.lxc4j;

import io.lxc4j.error.ContainerException;
import java.time.Duration;

/** A command that did not end in time. The container has been ended. */
public final class ContainerTimeoutException extends ContainerException {
    private static final long serialVersionUID = 1L;

    /** What it had written by then. */
    private final transient ContainerResult result;

    ContainerTimeoutException(String command, Duration timeout, ContainerResult result) {
        super("running " + command + ": not ended after " + timeout + "; it was killed");
        this.result = result;
    }

    /**
     * What the command had written by then.
     *
     * @return the result, ended by {@code SIGKILL}
     */
    public ContainerResult result() {
        return result;
    }
}
