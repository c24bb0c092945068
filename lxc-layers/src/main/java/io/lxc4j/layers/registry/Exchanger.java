package io.lxc4j.layers.registry;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks registries: with what they want to see, and again where that may help. Thread-safe. */
final class Exchanger {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);

    private final Sender sender;
    private final Authorizer authorizer;
    private final Retries retries;
    private volatile boolean isClosed;

    Exchanger(Sender sender, Authorizer authorizer, Retries retries) {
        this.sender = sender;
        this.authorizer = authorizer;
        this.retries = retries;
    }

    Retries retries() {
        return retries;
    }

    Sender sender() {
        return sender;
    }

    /** From now on nothing is tried again. */
    void close() {
        isClosed = true;
    }

    /**
     * Asks, again and again while that may help.
     *
     * @return the answer, whatever its status unless that is a temporary one
     */
    Response exchange(Call call) {
        for (int failures = 1; ; failures++) {
            Optional<Duration> wanted = Optional.empty();
            RegistryException failure;
            try {
                Response response = once(call);
                if (!response.isTemporary()) {
                    return response;
                }
                wanted = Retries.wanted(response);
                failure = call.failed(response);
            } catch (SSLHandshakeException e) {
                throw call.failed(e);
            } catch (IOException e) {
                failure = call.failed(e);
            }
            pause(call, failures, wanted, failure);
        }
    }

    /** Asks and reads all of the answer; again if the connection breaks in between. */
    Whole read(Call call, int mostBytes) {
        for (int failures = 1; ; failures++) {
            try (Response response = exchange(call)) {
                byte[] body = response.bytes(call, mostBytes);
                return new Whole(response, body);
            } catch (IOException e) {
                pause(call, failures, Optional.empty(), call.failed(e));
            }
        }
    }

    /** Asks once. */
    Response once(Call call) throws IOException {
        if (isClosed) {
            throw call.failed("is not sent: the client has been closed");
        }
        try {
            Optional<String> authorization = authorizer.authorization(call);
            Response response = sender.send(call, authorization);
            if (response.status() != 401 || !response.isFromRegistry()) {
                return response;
            }
            Optional<String> other = authorizer.answer(call, response, authorization);
            if (other.isEmpty()) {
                return response;
            }
            response.close();
            return sender.send(call, other);
        } catch (InterruptedException e) {
            throw interrupted(call, e);
        }
    }

    void pause(Call call, int failures, Optional<Duration> wanted, RegistryException failure) {
        if (isClosed || Thread.currentThread().isInterrupted()) {
            throw failure;
        }
        try {
            retries.pause(failures, wanted, failure);
            LOG.debug("trying again: {}", failure.getMessage());
        } catch (InterruptedException e) {
            throw interrupted(call, e);
        }
    }

    private static RegistryException interrupted(Call call, InterruptedException e) {
        Thread.currentThread().interrupt();
        RegistryException failure = call.failed("was interrupted");
        failure.initCause(e);
        return failure;
    }
}
