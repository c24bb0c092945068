package io.lxc4j.launch;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.OpenHow;
import io.lxc4j.kernel.SocketMessage;
import io.lxc4j.kernel.Sys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A process in namespaces of a container that makes calls there for this JVM, with the rights that its plan has left it. What
 * it opens it can hand over. It runs no code but the launch engine's, can't be traced from inside, nor seen if its plan has
 * not joined the PID namespace, and ends when it is closed, or with this JVM.
 *
 * <p>A call that fails is a {@link LaunchException} that names it. Not thread-safe.
 */
public final class RemoteHand implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final byte[] WORD = {1};

    private final LaunchProgram program;
    private final Fd channel;
    private final Fd pidfd;

    RemoteHand(LaunchProgram program, Fd channel, Fd pidfd) {
        this.program = program;
        this.channel = channel;
        this.pidfd = pidfd;
    }

    /** A descriptor in the hand's table, not in this JVM's. */
    public final class Grip implements AutoCloseable {
        private final int number;
        private final String what;
        private boolean isOpen = true;

        private Grip(long number, String what) {
            this.number = (int) number;
            this.what = what;
        }

        private Argument argument() {
            return new Argument.Numeric(number, number + "<" + what + ">");
        }

        /** Closes it; a second call does nothing. */
        @Override
        public void close() {
            if (isOpen) {
                isOpen = false;
                var _ = call(Sys.CLOSE, argument());
            }
        }

        @Override
        public String toString() {
            return what;
        }
    }

    /**
     * Opens the root directory.
     *
     * @return a path descriptor
     */
    public Grip root() {
        return new Grip(
                check(
                        "opening the root of the container",
                        Sys.OPENAT,
                        Argument.flags(Constants.AT_FDCWD),
                        Argument.text("/"),
                        Argument.flags(Constants.O_PATH, Constants.O_DIRECTORY, Constants.O_CLOEXEC)),
                "/");
    }

    /**
     * Opens a file, {@code openat2(2)}.
     *
     * @param doing what for, as an error is to name it
     * @param directory where
     * @param path a relative path
     * @param flags {@code O_*}; {@code O_CLOEXEC} is added
     * @param mode permissions of a file that is made; else 0
     * @param resolve {@code RESOLVE_*}
     * @return its descriptor
     */
    public Grip open(String doing, Grip directory, String path, Constant flags, int mode, Constant resolve) {
        Constant all = Constant.or(flags, Constants.O_CLOEXEC);
        String shown =
                "{flags=" + all.name() + ", mode=0" + Integer.toOctalString(mode) + ", resolve=" + resolve.name() + "}";
        return new Grip(
                check(
                        doing,
                        Sys.OPENAT2,
                        directory.argument(),
                        Argument.text(path),
                        new Argument.Bytes(OpenHow.bytes(all.value(), mode, resolve.value()), shown),
                        Argument.number(OpenHow.SIZE)),
                path);
    }

    /**
     * Makes a directory, {@code mkdirat(2)}.
     *
     * @param doing what for
     * @param directory where
     * @param name its name
     * @param mode its permissions
     */
    public void makeDirectory(String doing, Grip directory, String name, int mode) {
        check(doing, Sys.MKDIRAT, directory.argument(), Argument.text(name), Argument.octal(mode));
    }

    /**
     * Makes a symbolic link, {@code symlinkat(2)}.
     *
     * @param doing what for
     * @param content what it points to
     * @param directory where
     * @param name its name
     */
    public void makeLink(String doing, String content, Grip directory, String name) {
        check(doing, Sys.SYMLINKAT, Argument.text(content), directory.argument(), Argument.text(name));
    }

    /**
     * Hands over a descriptor.
     *
     * @param grip the hand's, which stays open
     * @return this JVM's, which is the caller's to close
     */
    public Fd fetch(Grip grip) {
        Argument[] arguments = {
            Argument.number(Compiler.CHANNEL),
            Messages.withDescriptors(
                    new Argument.Bytes(WORD, "[…]"),
                    WORD.length,
                    new Argument.Bytes(SocketMessage.control(grip.number), grip.toString()),
                    1),
            Argument.flags(Constants.MSG_NOSIGNAL)
        };
        send(Sys.SENDMSG, arguments);
        SocketMessage message = receive(grip.toString());
        if (message.descriptors().isEmpty()) {
            checked(number(message), "handing over " + grip, Sys.SENDMSG, arguments);
            throw new ContainerException("handing over " + grip + " brought nothing");
        }
        var _ = number(receive("an answer"));
        return message.descriptors().getFirst();
    }

    private long check(String doing, Sys sys, Argument... arguments) {
        return checked(call(sys, arguments), doing, sys, arguments);
    }

    private static long checked(long result, String doing, Sys sys, Argument... arguments) {
        if (result < 0) {
            Errno errno = Errno.of((int) -result);
            throw new LaunchException(
                    doing, new Row(null, sys, List.of(arguments)).call(), errno, Hints.missingCall(sys, errno));
        }
        return result;
    }

    private long call(Sys sys, Argument... arguments) {
        send(sys, arguments);
        return number(receive("an answer"));
    }

    private void send(Sys sys, Argument... arguments) {
        byte[] message = program.message(sys, List.of(arguments));
        requireAlive(SocketMessage.trySend(channel, message, List.of()));
    }

    private SocketMessage receive(String what) {
        SocketMessage message;
        do {
            message = SocketMessage.tryReceive(channel, Report.SIZE, 0, 1, what);
        } while (message.result() == -Errno.EINTR.number());
        requireAlive(message.result());
        return message;
    }

    private static long number(SocketMessage message) {
        return ByteBuffer.wrap(message.content()).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static void requireAlive(long result) {
        if (result <= 0) {
            throw new ContainerException("the process that worked in the container was killed");
        }
    }

    /** Ends it and collects it. */
    @Override
    public void close() {
        channel.close();
        Kernel.trySignal(pidfd, SIGKILL);
        LaunchedProcess.reap(pidfd, 0);
        pidfd.close();
    }
}
