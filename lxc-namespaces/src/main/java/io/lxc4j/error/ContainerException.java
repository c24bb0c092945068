package io.lxc4j.error;

/**
 * The root of all failures of this library.
 *
 * <p>Its message is one line: what was being done, the system call where there was one, the error, and what to do
 * about it. After it is thrown nothing of what was being built is left behind.
 */
public class ContainerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A failure.
     *
     * @param message what was being done, what went wrong, what to do
     */
    public ContainerException(String message) {
        super(message);
    }

    /**
     * A failure with its cause.
     *
     * @param message what was being done, what went wrong, what to do
     * @param cause the failure below
     */
    public ContainerException(String message, Throwable cause) {
        super(message, cause);
    }
}
