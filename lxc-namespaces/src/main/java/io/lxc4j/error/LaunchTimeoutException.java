package io.lxc4j.error;

import java.time.Duration;

/**
 * A process that did not become its program in the time that it had for that, and was killed. The host hangs, or something
 * that runs in the container has stopped the process on its way.
 */
public class LaunchTimeoutException extends ContainerException {
    private static final long serialVersionUID = 1L;

    /**
     * A process that was given up.
     *
     * @param limit the time that it had
     */
    public LaunchTimeoutException(Duration limit) {
        super("launching a process: it did not become its program within " + limit + " and was killed; the host is too"
                + " slow or hangs, or something in the container has stopped it");
    }
}
