package io.lxc4j.launch;

import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchTimeoutException;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.SocketMessage;
import io.lxc4j.kernel.Sys;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parent's end of the socket to a process that is being launched. Used by one thread at a time. */
final class Channel implements AutoCloseable {
    private static final byte[] GO = {1};

    private final Fd fd;
    private final Duration limit;
    private final List<Fd> received = new ArrayList<>();
    private boolean ready;

    /**
     * A parent's end.
     *
     * @param fd the socket, now the channel's
     * @param limit how long to wait for each word of the child
     */
    Channel(Fd fd, Duration limit) {
        this.fd = fd;
        this.limit = limit;
        Kernel.limitReceive(fd, limit);
    }

    /** Lets the child go on, and hands descriptors over. A child that is gone already is found by what it said. */
    void goAhead(List<Fd> handed) {
        int from = 0;
        do {
            int to = Math.min(handed.size(), from + SocketMessage.MOST_DESCRIPTORS);
            SocketMessage.trySend(fd, GO, handed.subList(from, to));
            from = to;
        } while (from < handed.size());
    }

    /** Waits until the child's end is closed, by the exec or by its end; gives the failure it told of. */
    @Nullable
    Report awaitExec() {
        Report report;
        while ((report = receive(0)) != null) {
            switch (report.stage()) {
                case READY -> ready = true;
                case TERMINAL, LISTENER -> {} // what came along is kept
                default -> {
                    return report;
                }
            }
        }
        return null;
    }

    /** Waits until the child says that it is ready; gives the failure it told of instead. */
    @Nullable
    Report awaitReady() {
        Report report = receive(0);
        ready = report != null && report.stage() == Report.Stage.READY;
        return ready ? null : report;
    }

    /** Another descriptor of this end, at which nobody is in a hurry. */
    Fd keep() {
        Kernel.limitReceive(fd, Duration.ZERO);
        return Kernel.duplicate(fd.number(), 0, fd.toString());
    }

    /** Waits until the child has come into its namespaces; gives that, a failure, or null if it was killed before. */
    @Nullable
    Report awaitMeeting() {
        return receive(0);
    }

    /** A failure that has already been told. */
    @Nullable
    Report pending() {
        return receive(Constants.MSG_DONTWAIT.value());
    }

    /** Whether the child came as far as its exec. */
    boolean ready() {
        return ready;
    }

    /** Takes the descriptor that the child has handed over last; the caller closes it. */
    @Nullable
    Fd take() {
        return received.isEmpty() ? null : received.removeLast();
    }

    /** Takes the terminal that the child has made; null if it, or an end of it, has not come. */
    @Nullable
    MadeTerminal takeTerminal() {
        if (received.size() < 2) {
            return null;
        }
        Fd slave = received.removeLast();
        return new MadeTerminal(received.removeLast(), slave);
    }

    private @Nullable Report receive(long flags) {
        SocketMessage message;
        long result;
        do {
            // A reset comes once and before what the child has written: it ended without reading our word.
            message = SocketMessage.tryReceive(fd, Report.SIZE, flags, 1, "descriptor of a child");
            result = message.result();
        } while (result == -Errno.EINTR.number() || result == -Errno.ECONNRESET.number());
        if (result == -Errno.EAGAIN.number() && flags == 0) {
            throw new LaunchTimeoutException(limit);
        }
        if (result == 0 || result == -Errno.EAGAIN.number()) {
            return null;
        }
        Kernel.check(result, Sys.RECVMSG, () -> fd + ", …");
        received.addAll(message.descriptors());
        return Report.parse(ByteBuffer.wrap(message.content()));
    }

    /** Closes it, and what was handed over and not taken. */
    @Override
    public void close() {
        fd.close();
        received.forEach(Fd::close);
    }
}
