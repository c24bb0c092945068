package io.lxc4j.layers.registry;

import io.lxc4j.error.ContainerException;
import java.util.OptionalInt;

/** A registry can't be reached, refuses, or answers with something else than what was asked for. */
public final class RegistryException extends ContainerException {
    private static final long serialVersionUID = 1;

    /** The status of the answer; -1 if that was not the problem. */
    private final int status;

    RegistryException(String message) {
        super(message);
        status = -1;
    }

    RegistryException(String message, Throwable cause) {
        super(message, cause);
        status = -1;
    }

    RegistryException(String message, int status) {
        super(message);
        this.status = status;
    }

    /**
     * The status of the registry's answer.
     *
     * @return for instance 404 if there is no such image or 401 if credentials are needed; empty if the answer was not the problem
     */
    public OptionalInt status() {
        return status < 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }
}
