package io.lxc4j;

import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Termios;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * This JVM's end, the master, of a pseudo terminal that a container's process has as its own.
 *
 * <p>It is read until no process has the other end open any more. Closing the stream to it types what ends the input, so that a program that
 * reads up to the end of file finds it as it would with a pipe; in raw mode there is no such thing, and the
 * program is not told. When both streams are closed the terminal is hung up, and the process gets {@code SIGHUP}.
 *
 * <p>Thread-safe. Readers and writers park.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/pty.7.html">pty(7)</a>
 */
final class PseudoTerminal implements AutoCloseable {
    private final TerminalDevice master;
    private final Keyboard keyboard = new Keyboard();

    /**
     * Takes the descriptor over.
     *
     * @param master the master, whose other end is or will be open in the container
     */
    PseudoTerminal(Fd master) {
        this.master = new TerminalDevice(master);
    }

    /** What is shown. */
    FdInput screen() {
        return master.input();
    }

    /** What is typed. */
    OutputStream keyboard() {
        return keyboard;
    }

    /** Types as {@link #keyboard()} does, but an interrupt ends the wait. */
    void typeInterruptibly(byte[] keys) throws IOException, InterruptedException {
        keyboard.note(keys, 0, keys.length);
        master.output().writeInterruptibly(keys, keys.length);
    }

    /** The size that the process sees; empty if nobody has set one, or the terminal is closed. */
    Optional<WindowSize> windowSize() {
        return master.windowSize();
    }

    /** Sets the size that the process sees, of which it is told by {@code SIGWINCH}; nothing happens if it has ended. */
    void resize(WindowSize size) {
        master.resize(size);
    }

    /** The container has ended: takes what is left on the screen, and frees the descriptors. */
    void drain() {
        master.input().drain();
        master.output().close();
    }

    /** Hangs up. */
    @Override
    public void close() {
        master.close();
    }

    private final class Keyboard extends OutputStream {
        private volatile boolean atStartOfLine = true;

        void note(byte[] bytes, int offset, int length) {
            if (length > 0) {
                byte last = bytes[offset + length - 1];
                atStartOfLine = last == '\n' || last == '\r';
            }
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            master.output().write(bytes, offset, length);
            note(bytes, offset, length);
        }

        /** Types the end of file; within a line the first one only gives the line so far to the program. */
        @Override
        public void close() {
            byte end = master.settings()
                    .filter(Termios::readsLines)
                    .map(Termios::endOfFile)
                    .orElse((byte) 0);
            byte[] last = end == 0 ? new byte[0] : atStartOfLine ? new byte[] {end} : new byte[] {end, end};
            master.output().close(last);
        }
    }
}
