package io.lxc4j;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.ProcessMemory;
import io.lxc4j.kernel.SystemCallNotice;
import io.lxc4j.seccomp.Abi;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * A system call of a process in a container, which waits for a {@link SystemCallHandler}. What its arguments point to lies in
 * memory that the process's other threads may change at any moment: read it once, and decide on what was read.
 *
 * <p>Thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html">seccomp_unotify(2)</a>
 */
public final class SystemCall {
    private static final int LONGEST_STRING = 4096;
    private static final int MOST_BYTES = 1 << 20;

    private final SystemCallNotice notice;
    private final String name;
    private final BooleanSupplier waiting;

    /**
     * A call.
     *
     * @param notice what the kernel tells
     * @param waiting whether it still waits
     */
    SystemCall(SystemCallNotice notice, BooleanSupplier waiting) {
        this.notice = notice;
        this.waiting = waiting;
        name = Abi.callName(notice.architecture(), notice.number()).orElse("");
    }

    /** The process has given an address that it can't use itself, or has ended. */
    static final class BadAddressException extends ContainerException {
        private static final long serialVersionUID = 1L;

        BadAddressException(String message, Throwable cause) {
            super(message, cause);
        }

        BadAddressException(String message) {
            super(message);
        }
    }

    /**
     * Which call it is.
     *
     * @return its name, for instance {@code mknodat}
     */
    public String name() {
        return name;
    }

    /**
     * Who makes it.
     *
     * @return the thread's id on the host, as this JVM sees it
     */
    public long pid() {
        return notice.pid();
    }

    /**
     * An argument as it is: a number, or an address in the process.
     *
     * @param index 0 to 5
     * @return the argument; of those that the call has not, anything
     * @throws IndexOutOfBoundsException if there is no such index
     */
    public long argument(int index) {
        return notice.arguments().get(index);
    }

    /**
     * The text that an argument points to.
     *
     * @param index 0 to 5
     * @return the text up to its NUL character, at most 4095 bytes; what is no UTF-8 is replaced
     * @throws ContainerException if there is none at that address, or the call waits no more
     */
    public String string(int index) {
        byte[] bytes = read(index, LONGEST_STRING);
        for (int length = 0; length < bytes.length; length++) {
            if (bytes[length] == 0) {
                return new String(bytes, 0, length, StandardCharsets.UTF_8);
            }
        }
        throw new BadAddressException(
                this + ": no text of at most " + (LONGEST_STRING - 1) + " bytes at argument " + index);
    }

    /**
     * The bytes that an argument points to.
     *
     * @param index 0 to 5
     * @param length how many, 1 to 1 Mi
     * @return the bytes
     * @throws IllegalArgumentException if it is another number of bytes
     * @throws ContainerException if there are fewer at that address, or the call waits no more
     */
    public byte[] bytes(int index, int length) {
        if (length < 1 || length > MOST_BYTES) {
            throw new IllegalArgumentException("1 to " + MOST_BYTES + " bytes can be read, not " + length);
        }
        byte[] bytes = read(index, length);
        if (bytes.length < length) {
            throw new BadAddressException(
                    this + ": only " + bytes.length + " of " + length + " bytes at argument " + index);
        }
        return bytes;
    }

    private byte[] read(int index, int length) {
        byte[] bytes;
        try {
            bytes = ProcessMemory.read(pid(), argument(index), length);
        } catch (SystemCallException e) {
            throw new BadAddressException(this + ": reading what argument " + index + " points to", e);
        }
        requireWaiting(); // else the id may have been another process's
        return bytes;
    }

    /**
     * Writes to where an argument points.
     *
     * @param index 0 to 5
     * @param bytes what
     * @throws ContainerException if it can't be written there, or the call waits no more
     */
    public void write(int index, byte[] bytes) {
        try (Fd memory = ProcessMemory.open(pid())) {
            requireWaiting(); // so what was opened is the memory of the process that waits
            long count = ProcessMemory.tryWrite(memory, argument(index), bytes);
            if (count != bytes.length) {
                throw new BadAddressException(this + ": no room for " + bytes.length + " bytes at argument " + index);
            }
        } catch (SystemCallException e) {
            throw new BadAddressException(this + ": writing to where argument " + index + " points", e);
        }
    }

    private void requireWaiting() {
        if (!waiting.getAsBoolean()) {
            throw new BadAddressException(this + ": it waits no more");
        }
    }

    @Override
    public String toString() {
        String arguments = notice.arguments().stream()
                .map(argument -> "0x" + Long.toHexString(argument))
                .collect(Collectors.joining(", "));
        return name + "(" + arguments + ") of process " + pid();
    }
}
