package io.lxc4j;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.kernel.Termios;
import io.lxc4j.kernel.Winsize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * An open terminal, or this JVM's end of a pseudo terminal: a stream in each direction, and the requests of
 * {@code ioctl_tty(2)}. The kernel takes the terminal as closed when both streams are.
 *
 * <p>Thread-safe.
 */
final class TerminalDevice implements AutoCloseable {
    private final String name;
    private final FdInput input;
    private final FdOutput output;

    /** Takes the descriptor over, also if this fails. */
    TerminalDevice(Fd fd) {
        name = fd.toString();
        Fd forOutput = null;
        try {
            // The reactor's epoll takes a descriptor once only.
            forOutput = Kernel.duplicate(fd.number(), 0, "output to " + fd);
            input = new FdInput(fd);
            output = new FdOutput(forOutput);
        } catch (RuntimeException | Error e) {
            fd.close();
            if (forOutput != null) {
                forOutput.close();
            }
            throw e;
        }
    }

    FdInput input() {
        return input;
    }

    FdOutput output() {
        return output;
    }

    /** The size; empty if nobody has set one, or the terminal is gone. */
    Optional<WindowSize> windowSize() {
        byte[] size = new byte[Winsize.SIZE];
        if (isGone(Constants.TIOCGWINSZ, size) || Winsize.columns(size) == 0 || Winsize.rows(size) == 0) {
            return Optional.empty();
        }
        return Optional.of(new WindowSize(Winsize.columns(size), Winsize.rows(size)));
    }

    /** Sets the size, of which the kernel tells the foreground process group by {@code SIGWINCH}. */
    void resize(WindowSize size) {
        var _ = isGone(Constants.TIOCSWINSZ, Winsize.bytes(size.columns(), size.rows()));
    }

    /** The settings, see {@link Termios}; empty if the terminal is gone. */
    Optional<byte[]> settings() {
        byte[] settings = new byte[Termios.SIZE];
        return isGone(Constants.TCGETS, settings) ? Optional.empty() : Optional.of(settings);
    }

    /**
     * Changes the settings at once. {@code TCSETSW} would wait until all output is shown, which a stopped terminal
     * (ctrl-s) never does.
     *
     * @return whether the terminal is still there
     */
    boolean set(byte[] settings) {
        return !isGone(Constants.TCSETS, settings);
    }

    /** Whether this process may change settings; the kernel stops one in the background that tries ({@code SIGTTOU}). */
    boolean isForeground() {
        byte[] group = new byte[Integer.BYTES];
        return request(Constants.TIOCGPGRP, group) >= 0
                && MemorySegment.ofArray(group).get(JAVA_INT_UNALIGNED, 0) == Kernel.tryCall(Sys.GETPGID, 0);
    }

    /** Makes a request, and tells whether it failed as the other end is closed. */
    private boolean isGone(Constant request, byte[] argument) {
        long result = request(request, argument);
        if (result != -Errno.EIO.number()) {
            Kernel.check(result, Sys.IOCTL, () -> name + ", " + request.name() + ", …");
        }
        return result < 0;
    }

    private long request(Constant request, byte[] argument) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(JAVA_BYTE, argument);
            ToLongFunction<Fd> call = fd -> Kernel.tryCall(Sys.IOCTL, fd.number(), request.value(), memory.address());
            OptionalLong result = input.whileOpen(call);
            if (result.isEmpty()) {
                result = output.whileOpen(call);
            }
            MemorySegment.copy(memory, JAVA_BYTE, 0, argument, 0, argument.length);
            return result.orElse(-Errno.EIO.number());
        }
    }

    /** Closes both streams. */
    @Override
    public void close() {
        input.close();
        output.close();
    }
}
