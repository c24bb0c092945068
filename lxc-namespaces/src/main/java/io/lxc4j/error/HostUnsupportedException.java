package io.lxc4j.error;

/** Something that this host, its kernel or its configuration does not offer. The message names the remedy. */
public class HostUnsupportedException extends ContainerException {
    private static final long serialVersionUID = 1L;

    /**
     * A missing ability.
     *
     * @param message what was wanted, what is missing, and the remedy
     */
    public HostUnsupportedException(String message) {
        super(message);
    }

    /**
     * A missing ability that a failed attempt has shown.
     *
     * @param message what was wanted, what is missing, and the remedy
     * @param cause the failed attempt
     */
    public HostUnsupportedException(String message, Throwable cause) {
        super(message, cause);
    }
}
