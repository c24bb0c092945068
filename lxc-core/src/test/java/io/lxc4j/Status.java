package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

/** How a process ends, awaited with a limit of time. */
final class Status {
    private static final int LIMIT_SECONDS = 20;

    private Status() {}

    /** The exit status of a process that is about to end. */
    static int of(Process process) throws InterruptedException {
        assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
                .as("ended within %d s", LIMIT_SECONDS)
                .isTrue();
        return process.exitValue();
    }

    /** The exit status of a container's first process. */
    static int of(Container container) throws InterruptedException {
        return of(container.process());
    }
}
