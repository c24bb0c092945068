package io.lxc4j.layers.files;

import io.lxc4j.error.ContainerException;

/** A layer can't be taken: it is damaged, breaks a rule, or holds more than it may. Nothing is kept of it. */
public final class LayerException extends ContainerException {
    private static final long serialVersionUID = 1;

    /**
     * Something is wrong.
     *
     * @param message what was being done, and what is wrong
     */
    public LayerException(String message) {
        super(message);
    }

    /**
     * Something is wrong.
     *
     * @param message what was being done, and what is wrong
     * @param cause what showed it
     */
    public LayerException(String message, Throwable cause) {
        super(message, cause);
    }
}
