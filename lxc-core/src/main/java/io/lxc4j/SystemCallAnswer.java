package io.lxc4j;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import java.nio.file.Path;

/** What a {@link SystemCallHandler} decides. Immutable. */
public abstract sealed class SystemCallAnswer {
    private SystemCallAnswer() {}

    /** The call succeeds without being made. */
    static final class Value extends SystemCallAnswer {
        final long value;

        Value(long value) {
            this.value = value;
        }
    }

    /** The call fails without being made. */
    static final class Failure extends SystemCallAnswer {
        final Errno error;

        Failure(Errno error) {
            this.error = error;
        }
    }

    /** The kernel makes the call. */
    static final class Proceed extends SystemCallAnswer {}

    /** The call gives a descriptor that this JVM opens. */
    static final class Opened extends SystemCallAnswer {
        final Path file;
        final boolean isWritable;

        Opened(Path file, boolean isWritable) {
            if (!file.isAbsolute()) {
                throw new InvalidSpecificationException("answer with the file " + file
                        + ": it must be an absolute path of the host, whatever directory this JVM works in");
            }
            this.file = file;
            this.isWritable = isWritable;
        }
    }

    /**
     * The call succeeds, without the kernel's doing.
     *
     * @param value what it returns; to programs -4095 to -1 are errors, as {@link #error} gives them
     * @return the answer
     */
    public static SystemCallAnswer value(long value) {
        return new Value(value);
    }

    /**
     * The call fails, without the kernel's doing.
     *
     * @param error the error
     * @return the answer
     */
    public static SystemCallAnswer error(Errno error) {
        return new Failure(error);
    }

    /**
     * The kernel makes the call, with the rights of the process. What was read from the process's memory may be something else
     * by then, as another thread can change it: so this is no protection, only what one would allow anyway.
     *
     * @return the answer
     */
    public static SystemCallAnswer proceed() {
        return new Proceed();
    }

    /**
     * The call gives a descriptor, close-on-exec, of a file of the host that this JVM opens for reading. The process can use it
     * whatever its own rights.
     *
     * @param file an absolute path of the host; if it can't be opened, the call fails with that error
     * @return the answer
     * @throws InvalidSpecificationException if it is not absolute
     */
    public static SystemCallAnswer readable(Path file) {
        return new Opened(file, false);
    }

    /**
     * The same for reading and writing.
     *
     * @param file an absolute path of the host, of a file that exists; if it can't be opened, the call fails with that error
     * @return the answer
     * @throws InvalidSpecificationException if it is not absolute
     */
    public static SystemCallAnswer writable(Path file) {
        return new Opened(file, true);
    }
}
