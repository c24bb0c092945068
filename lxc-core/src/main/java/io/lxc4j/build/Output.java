package io.lxc4j.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Passes on what a command writes, and keeps the end of it. Read when the thread that runs it has ended. */
final class Output implements Runnable {
    private static final int KEPT_BYTES = 8192;

    private final InputStream source;
    private final OutputStream sink;
    private byte[] kept = new byte[0];
    private @Nullable IOException failure;

    Output(InputStream source, OutputStream sink) {
        this.source = source;
        this.sink = sink;
    }

    @Override
    public void run() {
        byte[] chunk = new byte[KEPT_BYTES];
        int count;
        while ((count = read(chunk)) > 0) {
            keep(chunk, count);
            pass(chunk, count);
        }
    }

    /** What can't be read any more is the end. */
    private int read(byte[] chunk) {
        try {
            return source.read(chunk);
        } catch (IOException _) {
            return -1;
        }
    }

    private void keep(byte[] chunk, int count) {
        byte[] all = Arrays.copyOf(kept, kept.length + count);
        System.arraycopy(chunk, 0, all, kept.length, count);
        kept = Arrays.copyOfRange(all, Math.max(0, all.length - KEPT_BYTES), all.length);
    }

    /** The command goes on if nobody wants to hear of it any more, and the build ends after it. */
    private void pass(byte[] chunk, int count) {
        if (failure == null) {
            try {
                sink.write(chunk, 0, count);
                sink.flush();
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    /** Says if the sink has failed. */
    void check() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    String end() {
        return new String(kept, StandardCharsets.UTF_8);
    }
}
