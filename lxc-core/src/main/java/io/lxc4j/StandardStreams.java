package io.lxc4j;

import io.lxc4j.kernel.Fd;
import io.lxc4j.launch.LaunchedProcess;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * The three standard streams of a process: the descriptors that it starts with, and what this JVM keeps. Closing gives the
 * descriptors back; it is due after the launch. If the launch failed, the streams are to be abandoned.
 */
sealed interface StandardStreams extends AutoCloseable permits RedirectedStreams, TerminalStreams {
    /** The descriptor that the process starts with as 0, 1 or 2. */
    Fd child(int index);

    /** Takes over what the launch has made; until then this JVM's ends may be missing. */
    default void launched(LaunchedProcess process) {}

    /** Writes to the process. */
    OutputStream input();

    /** Reads what the process writes. */
    InputStream output();

    /** Reads what the process writes as errors. */
    InputStream error();

    /** The terminal, if the streams are one. */
    default Optional<PseudoTerminal> terminal() {
        return Optional.empty();
    }

    /** Closes the child's ends in this process. */
    @Override
    void close();

    /** Closes this process's ends. */
    void closeKept();

    /** Closes both. */
    default void abandon() {
        close();
        closeKept();
    }

    /** The process has ended: takes what it has left, and frees the descriptors. */
    void drain();

    /** Its output ends with what there is by now, whoever else could still write. */
    default void endOutput() {
        for (InputStream stream : List.of(output(), error())) {
            if (stream instanceof FdInput pipe) {
                pipe.endNow();
            }
        }
    }
}
