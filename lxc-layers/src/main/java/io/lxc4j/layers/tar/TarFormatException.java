package io.lxc4j.layers.tar;

import java.io.IOException;

/** An archive is damaged, is none, or has what layers do not have. */
public final class TarFormatException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Something is wrong.
     *
     * @param message what, and where
     */
    public TarFormatException(String message) {
        super(message);
    }
}
