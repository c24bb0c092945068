package io.lxc4j.layers.meter;

import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.progress.Progress;
import io.lxc4j.layers.progress.ProgressListener;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalLong;

/** Counts how far one thing has come, and tells of it every now and then. Thread-safe. */
public final class Meter {
    private static final long INTERVAL_NANOS = Duration.ofMillis(100).toNanos();

    private final ProgressListener listener;
    private final Activity activity;
    private final String place;
    private final String item;
    private final OptionalLong total;
    private final long start = System.nanoTime();
    private long told;
    private long done;
    private long moved;

    /**
     * Tells of the start.
     *
     * @param listener who is told
     * @param activity what is done
     * @param place with what
     * @param item which part of it
     * @param total how much there is to do, if that is known
     */
    public Meter(ProgressListener listener, Activity activity, String place, String item, OptionalLong total) {
        this.listener = listener;
        this.activity = activity;
        this.place = place;
        this.item = item;
        this.total = total;
        tell(start, isAll());
    }

    private boolean isAll() {
        return total.isPresent() && done == total.getAsLong();
    }

    /**
     * Something more is done.
     *
     * @param count how much
     */
    public synchronized void add(long count) {
        done += count;
        moved += count;
        long now = System.nanoTime();
        if (isAll() || now - told >= INTERVAL_NANOS) {
            tell(now, isAll());
        }
    }

    /**
     * Something is done again.
     *
     * @param from what stays done
     */
    public synchronized void restart(long from) {
        done = from;
    }

    /** That was all, where that could not be known before. */
    public synchronized void finish() {
        tell(System.nanoTime(), true);
    }

    private void tell(long now, boolean isComplete) {
        told = now;
        double seconds = Math.max(now - start, 1) / 1e9;
        listener.onProgress(new Progress(activity, place, item, done, total, moved / seconds, isComplete));
    }

    /**
     * Counts what is read.
     *
     * @param source where from; closed with the result
     * @return the same bytes
     */
    public InputStream count(InputStream source) {
        return new FilterInputStream(source) {
            @Override
            public int read() throws IOException {
                int one = in.read();
                if (one >= 0) {
                    add(1);
                }
                return one;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                int count = in.read(target, offset, length);
                if (count > 0) {
                    add(count);
                }
                return count;
            }

            @Override
            public boolean markSupported() {
                return false;
            }
        };
    }

    /**
     * Counts what is written.
     *
     * @param target where to; closed with the result
     * @return takes the same bytes
     */
    public OutputStream count(OutputStream target) {
        return new FilterOutputStream(target) {
            @Override
            public void write(int one) throws IOException {
                out.write(one);
                add(1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                out.write(bytes, offset, length);
                add(length);
            }
        };
    }
}
