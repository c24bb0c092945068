package io.lxc4j.error;

/** A specification that no host could carry out, found by a builder's {@code build()} or one of its setters. */
public class InvalidSpecificationException extends ContainerException {
    private static final long serialVersionUID = 1L;

    /**
     * A rejected value.
     *
     * @param message the setting, the value as given, and what is accepted
     */
    public InvalidSpecificationException(String message) {
        super(message);
    }

    /**
     * One that what was tried on the host has shown.
     *
     * @param message what was rejected, and what to do
     * @param cause the call that failed
     */
    public InvalidSpecificationException(String message, Throwable cause) {
        super(message, cause);
    }
}
