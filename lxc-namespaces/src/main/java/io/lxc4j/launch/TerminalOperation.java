package io.lxc4j.launch;

/**
 * How a process gets a terminal of its own. Its files lie below {@code /}, which is the working directory: that of a new
 * root, or of a container that was joined.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/pty.7.html">pty(7)</a>
 */
public sealed interface TerminalOperation extends Operation {
    @Override
    default Phase phase() {
        return Phase.SYSTEM;
    }

    /**
     * Makes a pseudo terminal in the file system of {@code /dev/pts}, and hands both ends to the parent. Nothing but a
     * devpts gives one, whatever the container has put there.
     *
     * @param columns how many characters a row has, from 1 to 65535
     * @param rows how many rows there are, from 1 to 65535
     */
    record MakeTerminal(int columns, int rows) implements TerminalOperation {
        @Override
        public String summary() {
            return "making a terminal of " + columns + " columns and " + rows + " rows";
        }
    }

    /** Mounts the terminal on {@code /dev/console}, by descriptor, whatever the root file system has there. */
    record BindConsole() implements TerminalOperation {
        @Override
        public String summary() {
            return "binding the terminal on /dev/console";
        }
    }

    /** Takes the terminal as its controlling terminal and its standard streams; it must lead a session without one. */
    record TakeTerminal() implements TerminalOperation {
        @Override
        public Phase phase() {
            return Phase.DESCRIPTORS; // in the process that becomes the program
        }

        @Override
        public String summary() {
            return "taking the terminal as its own";
        }
    }
}
