package io.lxc4j.layers.registry;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;

/** Takes a blob into memory. */
final class MemorySink implements BlobSink {
    private ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int opened;

    @Override
    public OutputStream open() {
        opened++;
        bytes = new ByteArrayOutputStream();
        return bytes;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    int opened() {
        return opened;
    }
}
