package io.lxc4j;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Termios;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The terminal that this JVM was started from, whatever its standard streams are.
 *
 * <p>{@link #makeRaw()} changes the terminal's settings, which belong to the shell as well. They are restored by {@link #close()}, and
 * also when the JVM ends without it: by {@link System#exit}, or by {@code SIGTERM}, {@code SIGINT} or {@code SIGHUP}. After
 * {@code kill -9} or a crash of the JVM nobody can; {@code stty sane} repairs the terminal then.
 *
 * <p>Thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man4/tty.4.html">tty(4)</a>
 */
public final class Terminal implements AutoCloseable {
    private static final String PATH = "/dev/tty";

    private final TerminalDevice device;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable RawMode raw;

    private Terminal(TerminalDevice device) {
        this.device = device;
    }

    /**
     * Opens the controlling terminal of this JVM. The descriptor shares no mode with that of the shell.
     *
     * @return the terminal, to be closed
     * @throws ContainerException if there is none
     */
    public static Terminal current() {
        try {
            return new Terminal(
                    new TerminalDevice(Kernel.open(PATH, Constant.or(Constants.O_RDWR, Constants.O_NOCTTY), 0)));
        } catch (SystemCallException e) {
            throw new ContainerException(
                    "opening the terminal of this JVM: " + e.getMessage()
                            + "; it has none, as under cron, systemd or setsid: start it from a shell in a terminal",
                    e);
        }
    }

    /**
     * How many characters the terminal shows.
     *
     * @return the size; empty if the terminal does not know it, or is hung up or closed
     */
    public Optional<WindowSize> windowSize() {
        return device.windowSize();
    }

    /**
     * Has every key arrive at once and as it is, without echo, line editing and signals, and output shown unchanged, as
     * {@code cfmakeraw(3)} does. A second call does nothing.
     *
     * @throws ContainerException if this JVM is in the background, is ending, or the terminal is hung up or closed
     */
    public void makeRaw() {
        lock.lock();
        try {
            if (raw == null) {
                if (!device.isForeground()) {
                    throw new ContainerException("making the terminal raw: this JVM is not in the foreground of " + PATH
                            + "; bring it there with fg, or start it without &");
                }
                RawMode mode = new RawMode();
                mode.promiseToEnd();
                raw = mode;
                mode.set();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes the terminal raw again if a shell has changed it, as it does when this JVM was stopped. */
    void keepRaw() {
        lock.lock();
        try {
            if (raw != null && device.isForeground()) {
                raw.renew();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives the terminal the settings back that it had before it was made raw; does nothing if it is not. */
    public void restore() {
        lock.lock();
        try {
            if (raw != null) {
                raw.end();
                raw = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Restores the terminal and closes it. */
    @Override
    public void close() {
        restore();
        device.close();
    }

    FdInput keys() {
        return device.input();
    }

    FdOutput screen() {
        return device.output();
    }

    /** The time in which the terminal is raw. */
    private final class RawMode {
        private final byte[] before = device.settings()
                .orElseThrow(() -> new ContainerException(
                        "making the terminal raw: " + PATH + " is hung up or closed; nothing can be typed any more"));
        private final Thread hook =
                Thread.ofPlatform().name("lxc4j-restore-terminal").unstarted(Terminal.this::restore);
        private byte[] during = before;

        void promiseToEnd() {
            try {
                Runtime.getRuntime().addShutdownHook(hook);
            } catch (IllegalStateException e) {
                throw new ContainerException("making the terminal raw: this JVM is ending", e);
            }
        }

        /** Sets, and looks what has become of it, as a driver may change what it can't do. */
        void set() {
            device.set(Termios.raw(before));
            during = device.settings().orElse(during);
        }

        void renew() {
            if (!Arrays.equals(device.settings().orElse(during), during)) {
                set();
            }
        }

        /** In the background the shell has its own settings, and the kernel would stop us for changing them. */
        void end() {
            if (device.isForeground()) {
                device.set(before);
            }
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException _) {
                // the JVM is ending, and this may be the hook
            }
        }
    }
}
