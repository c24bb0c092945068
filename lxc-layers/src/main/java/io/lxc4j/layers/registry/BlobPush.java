package io.lxc4j.layers.registry;

import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Descriptor;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pushes one blob: at once if it is small, else in chunks, so that a break costs no more than one. */
final class BlobPush {
    private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");

    private final Exchanger exchanger;
    private final Call session;
    private final Descriptor blob;
    private final BlobSource source;
    private final Meter meter;
    private final long chunkBytes;

    /** The source failed or gave too little, or the listener wants no more: not the registry's fault, and no better the next time. */
    private volatile Optional<Exception> sourceFailure = Optional.empty();

    /**
     * A push.
     *
     * @param session the call that begins an upload
     */
    BlobPush(Exchanger exchanger, Call session, Descriptor blob, BlobSource source, Meter meter, long chunkBytes) {
        this.exchanger = exchanger;
        this.session = session;
        this.blob = blob;
        this.source = source;
        this.meter = meter;
        this.chunkBytes = chunkBytes;
    }

    void run() {
        for (int failures = 1; ; failures++) {
            try {
                meter.restart(0);
                upload();
                return;
            } catch (Broken e) {
                if (sourceFailure.orElse(null) instanceof RuntimeException listener) {
                    throw listener;
                }
                if (sourceFailure.isPresent()) {
                    throw new RegistryException(
                            session.doing() + ": the blob can't be read: " + sourceFailure.get(), sourceFailure.get());
                }
                exchanger.pause(session, failures, e.wanted, e.failure);
            }
        }
    }

    /** An upload that may succeed if it is begun again. */
    private static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        private final transient Optional<Duration> wanted;
        private final transient RegistryException failure;

        Broken(RegistryException failure, Optional<Duration> wanted) {
            super(failure);
            this.failure = failure;
            this.wanted = wanted;
        }
    }

    private void upload() throws Broken {
        URI location;
        long chunk = chunkBytes;
        try (Response begun = exchanger.exchange(session)) {
            if (begun.status() != 202) {
                throw session.failed(begun);
            }
            location = location(session, begun);
            chunk = Math.max(chunk, least(begun));
        }
        if (blob.size() <= chunk) {
            finish(location, 0);
            return;
        }
        long sent = 0;
        int failures = 0;
        while (sent < blob.size()) {
            long count = Math.min(chunk, blob.size() - sent);
            Call patch = call("PATCH", location)
                    .with("Content-Type", "application/octet-stream")
                    .with("Content-Range", sent + "-" + (sent + count - 1));
            try (Response response = send(patch, sent, count)) {
                if (response.status() != 202) {
                    throw patch.failed(response);
                }
                location = location(patch, response);
                sent += count;
                failures = 0;
            } catch (Broken e) {
                failures++;
                if (sourceFailure.isPresent()) {
                    throw e;
                }
                exchanger.pause(patch, failures, e.wanted, e.failure);
                Progress there = progress(location, sent, count, e);
                location = there.location;
                sent = there.bytes;
                meter.restart(sent);
            }
        }
        finish(location, blob.size());
    }

    private record Progress(URI location, long bytes) {}

    /** What the registry has of a chunk that was broken. */
    private Progress progress(URI location, long sent, long count, Broken broken) throws Broken {
        Call question = call("GET", location);
        try (Response response = exchanger.exchange(question)) {
            Matcher range = RANGE.matcher(response.header("Range").orElse(""));
            if (response.status() != 204 || !range.matches()) {
                throw broken;
            }
            // "0-0" is what a registry says that has nothing, and one that has a byte.
            long last = Long.parseLong(range.group(1));
            long bytes = last == 0 ? 0 : last + 1;
            if (bytes < sent || bytes > sent + count) {
                throw broken;
            }
            return new Progress(
                    response.header("Location").isPresent() ? location(question, response) : location, bytes);
        }
    }

    private void finish(URI location, long sent) throws Broken {
        String digest = "digest=" + blob.digest().toString().replace(":", "%3A");
        URI uri = URI.create(location + (location.getRawQuery() == null ? "?" : "&") + digest);
        Call put = call("PUT", uri).with("Content-Type", "application/octet-stream");
        try (Response response = send(put, sent, blob.size() - sent)) {
            if (response.status() != 201) {
                throw put.failed(response);
            }
        }
    }

    private Response send(Call call, long from, long count) throws Broken {
        AtomicLong counter = new AtomicLong();
        Call sending = call.with(() -> publisher(from, count, counter), counter);
        try {
            Response response = exchanger.once(sending);
            if (response.isTemporary()) {
                throw new Broken(sending.failed(response), Retries.wanted(response));
            }
            return response;
        } catch (IOException e) {
            throw new Broken(sending.failed(e), Optional.empty());
        }
    }

    private BodyPublisher publisher(long from, long count, AtomicLong counter) {
        if (count == 0) {
            return BodyPublishers.noBody();
        }
        return BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> {
                    try {
                        return new Part(source.open(), from, count, counter);
                    } catch (IOException e) {
                        sourceFailure = Optional.of(e);
                        throw new UncheckedIOException(e);
                    }
                }),
                count);
    }

    /** A part of the blob, which is counted as it is read. */
    private final class Part extends FilterInputStream {
        private final AtomicLong counter;
        private long left;

        Part(InputStream all, long from, long count, AtomicLong counter) throws IOException {
            super(all);
            left = count;
            this.counter = counter;
            try {
                all.skipNBytes(from);
            } catch (IOException e) {
                all.close();
                throw e;
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                close();
                return -1;
            }
            try {
                int count = in.read(target, offset, (int) Math.min(length, left));
                if (count < 0) {
                    throw new IOException("it ends " + left + " bytes early");
                }
                left -= count;
                counter.addAndGet(count);
                meter.add(count);
                return count;
            } catch (IOException | RuntimeException e) {
                sourceFailure = Optional.of(e);
                close();
                throw e;
            }
        }
    }

    private Call call(String method, URI uri) {
        return Call.of(session.doing(), session.endpoint(), method, uri, session.scope());
    }

    private URI location(Call call, Response response) {
        return exchanger.sender().follow(call, response.uri(), response);
    }

    /** The smallest chunk that the registry takes. */
    private static long least(Response response) {
        String least = response.header("OCI-Chunk-Min-Length").orElse("");
        return least.matches("[0-9]{1,12}") ? Long.parseLong(least) : 0;
    }
}
