package io.lxc4j.layers.registry;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.progress.ProgressListener;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Settings of a registry client, all of which have usual values. Each is set once. Not thread-safe. */
public final class RegistryClientBuilder {
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(30);
    private static final Retries USUAL_RETRIES = new Retries(5, Duration.ofMillis(200));
    private static final long USUAL_CHUNK_BYTES = 64L << 20;
    private static final long LEAST_CHUNK_BYTES = 64 * 1024;

    private final Set<String> plain = new HashSet<>();
    private final Map<String, List<String>> mirrors = new TreeMap<>();
    private @Nullable CredentialSource credentials;
    private @Nullable ProgressListener listener;
    private @Nullable SSLContext tls;
    private @Nullable Duration patience;
    private @Nullable Retries retries;
    private @Nullable Long chunkBytes;

    RegistryClientBuilder() {}

    private RegistryClientBuilder(RegistryClientBuilder other) {
        plain.addAll(other.plain);
        mirrors.putAll(other.mirrors);
        credentials = other.credentials;
        listener = other.listener;
        tls = other.tls;
        patience = other.patience;
        retries = other.retries;
        chunkBytes = other.chunkBytes;
    }

    private static String checked(String registry) {
        new ImageReference(registry, "repository", Optional.empty(), Optional.empty());
        return registry;
    }

    private static <T> T once(String setting, @Nullable T before, T value) {
        if (before != null) {
            throw new InvalidSpecificationException(
                    setting + " is set to " + before + " and to " + value + "; set it once");
        }
        return value;
    }

    /**
     * Asks a registry without TLS: whoever is on the way can read and change all but what is named by digest, and takes the credentials. This
     * goes for mirrors, for realms and for what the registry leads to as well: each is named by itself.
     *
     * @param registry its name as references have it, with the port, for instance {@code localhost:5000}
     * @return this
     */
    public RegistryClientBuilder plainHttp(String registry) {
        plain.add(checked(registry));
        return this;
    }

    /**
     * Asks others before a registry. They are asked for repositories of the same path, with credentials of their own; what they say a tag
     * means is believed.
     *
     * @param registry the one that is asked last
     * @param inOrder the ones that are asked before it
     * @return this
     */
    public RegistryClientBuilder mirrors(String registry, List<String> inOrder) {
        inOrder.forEach(RegistryClientBuilder::checked);
        List<String> before = mirrors.put(checked(registry), List.copyOf(inOrder));
        once("the mirrors of " + registry, before, inOrder);
        return this;
    }

    /**
     * Sets who knows credentials; nobody does if nothing is set.
     *
     * @param source for instance a {@link DockerConfig}
     * @return this
     */
    public RegistryClientBuilder credentials(CredentialSource source) {
        credentials = once("the source of credentials", credentials, source);
        return this;
    }

    /**
     * Sets who is told how far each transfer of a blob is.
     *
     * @param told the listener
     * @return this
     */
    public RegistryClientBuilder listener(ProgressListener told) {
        listener = once("the listener", listener, told);
        return this;
    }

    /**
     * Sets which certificates are trusted, and which one is shown; those of the Java platform if nothing is set.
     *
     * @param context the context
     * @return this
     */
    public RegistryClientBuilder tls(SSLContext context) {
        tls = once("the TLS context", tls, context);
        return this;
    }

    /**
     * Sets how long a registry may be silent: until it has accepted a connection, until it begins to answer, and between one byte and the next.
     *
     * @param silence 30 seconds if nothing is set; more than nothing
     * @return this
     */
    public RegistryClientBuilder patience(Duration silence) {
        if (silence.isNegative() || silence.isZero()) {
            throw new InvalidSpecificationException("patience of " + silence + "; it must be longer than nothing");
        }
        patience = once("the patience", patience, silence);
        return this;
    }

    /**
     * Sets how often something is tried that fails in a way that may pass: 5 times if nothing is set, waiting 200 ms after the first failure.
     *
     * @param attempts how often, from 1
     * @param pause how long is waited after the first failure, up to half as long again; twice as long after each further one, or as long as the
     *     registry says, and never longer than a minute
     * @return this
     */
    public RegistryClientBuilder retries(int attempts, Duration pause) {
        if (attempts < 1 || pause.isNegative()) {
            throw new InvalidSpecificationException("retries: " + attempts + " attempts, pause of " + pause
                    + "; there must be at least 1 attempt and the pause must not be negative");
        }
        retries = once("the number of retries", retries, new Retries(attempts, pause));
        return this;
    }

    /**
     * Sets the size from which blobs are pushed in chunks, and that of a chunk.
     *
     * @param bytes 64 MiB if nothing is set, at least 64 KiB; a registry may want more
     * @return this
     */
    public RegistryClientBuilder chunkBytes(long bytes) {
        if (bytes < LEAST_CHUNK_BYTES) {
            throw new InvalidSpecificationException(
                    "chunks of " + bytes + " bytes; they must have at least " + LEAST_CHUNK_BYTES);
        }
        chunkBytes = once("the size of chunks", chunkBytes, bytes);
        return this;
    }

    /**
     * Makes the client. It connects to nothing yet.
     *
     * @return a client, to be closed
     */
    public RegistryClient build() {
        return new RegistryClient(new RegistryClientBuilder(this));
    }

    Set<String> plain() {
        return plain;
    }

    Map<String, List<String>> mirrors() {
        return mirrors;
    }

    CredentialSource credentials() {
        return credentials == null ? CredentialSource.NONE : credentials;
    }

    ProgressListener listener() {
        return listener == null ? ProgressListener.NONE : listener;
    }

    Optional<SSLContext> tls() {
        return Optional.ofNullable(tls);
    }

    Duration patience() {
        return patience == null ? USUAL_PATIENCE : patience;
    }

    Retries retries() {
        return retries == null ? USUAL_RETRIES : retries;
    }

    long chunkBytes() {
        return chunkBytes == null ? USUAL_CHUNK_BYTES : chunkBytes;
    }
}
