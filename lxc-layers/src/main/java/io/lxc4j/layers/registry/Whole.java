package io.lxc4j.layers.registry;

import java.io.ByteArrayInputStream;

/** An answer that has been read as a whole. */
final class Whole {
    private final Response head;
    private final byte[] body;

    Whole(Response head, byte[] body) {
        this.head = head.with(new ByteArrayInputStream(body));
        this.body = body;
    }

    /** Its status and headers; what it says of an error can be read from it again. */
    Response head() {
        return head;
    }

    byte[] body() {
        return body;
    }
}
