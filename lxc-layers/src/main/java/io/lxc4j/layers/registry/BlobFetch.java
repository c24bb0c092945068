package io.lxc4j.layers.registry;

import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Descriptor;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fetches one blob from one registry: goes on where a connection broke, verifies, takes no byte more than it has. */
final class BlobFetch {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,19}|\\*)");
    private static final int BUFFER_BYTES = 64 * 1024;

    /** A registry that breaks every connection has to give that much for one more try. */
    private static final long WORTH_ANOTHER_TRY_BYTES = 1 << 20;

    private final Exchanger exchanger;
    private final Call call;
    private final Descriptor blob;
    private final Meter meter;
    private final MessageDigest hash;
    private long done;

    BlobFetch(Exchanger exchanger, Call call, Descriptor blob, Meter meter) {
        this.exchanger = exchanger;
        this.call = call;
        this.blob = blob;
        this.meter = meter;
        hash = blob.digest().newHash();
    }

    void into(BlobSink sink) {
        meter.restart(0);
        try (OutputStream target = sink.open()) {
            transfer(target);
            if (!blob.digest().matches(hash.digest())) {
                throw call.failed("answered with other content than " + blob.digest() + "; nothing of it must be used");
            }
        } catch (IOException e) {
            throw new RegistryException(call.doing() + ": what came can't be written: " + e, e);
        }
    }

    private void transfer(OutputStream target) throws IOException {
        int failures = 0;
        while (true) {
            long before = done;
            RegistryException failure;
            try (Response response = exchanger.exchange(request())) {
                failure = receive(response, target);
            }
            if (failure == null) {
                return;
            }
            failures = done - before >= WORTH_ANOTHER_TRY_BYTES ? 1 : failures + 1;
            exchanger.pause(call, failures, Optional.empty(), failure);
        }
    }

    private Call request() {
        return done == 0 ? call : call.with("Range", "bytes=" + done + "-");
    }

    /** Receives what is left; the failure if the connection breaks, null at the end. */
    private @Nullable RegistryException receive(Response response, OutputStream target) throws IOException {
        long skip = check(response);
        byte[] buffer = new byte[BUFFER_BYTES];
        while (true) {
            int count;
            try {
                count = response.body().read(buffer);
            } catch (IOException e) {
                return call.failed(e);
            }
            if (count < 0) {
                return done == blob.size()
                        ? null
                        : call.failed("ended after " + done + " of " + blob.size() + " bytes");
            }
            int skipped = (int) Math.min(skip, count);
            skip -= skipped;
            int fresh = count - skipped;
            if (fresh > blob.size() - done) {
                throw call.failed("answered with more than the " + blob.size() + " bytes that the blob has");
            }
            target.write(buffer, skipped, fresh);
            hash.update(buffer, skipped, fresh);
            done += fresh;
            meter.add(fresh);
        }
    }

    /** What of the answer has been received before. */
    private long check(Response response) {
        String coding = response.header("Content-Encoding").orElse("identity");
        if (!coding.equals("identity")) {
            throw call.failed("answered in the coding " + Shown.text(coding, 40) + ", which was not asked for");
        }
        if (response.status() == 200) {
            checkLength(response, blob.size());
            return done;
        }
        if (response.status() == 206 && done > 0) {
            Matcher range =
                    CONTENT_RANGE.matcher(response.header("Content-Range").orElse(""));
            if (!range.matches()
                    || Long.parseLong(range.group(1)) != done
                    || !(range.group(2).equals("*") || range.group(2).equals(Long.toString(blob.size())))) {
                throw call.failed("answered with another range than the one from byte " + done + " of " + blob.size());
            }
            checkLength(response, blob.size() - done);
            return 0;
        }
        throw call.failed(response);
    }

    private void checkLength(Response response, long expected) {
        String length = response.header("Content-Length").orElse("");
        if (!length.isEmpty() && !length.equals(Long.toString(expected))) {
            throw call.failed("answered with " + Shown.text(length, 30) + " bytes; " + expected + " are missing of "
                    + blob.digest());
        }
    }
}
