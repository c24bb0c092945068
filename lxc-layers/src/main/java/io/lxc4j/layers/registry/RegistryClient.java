package io.lxc4j.layers.registry;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonValue;
import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageDocument;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.progress.ProgressListener;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches images from registries and pushes them there.
 *
 * <p>What is fetched is compared with its digest and size, and no answer is read further than it may go. Registries are asked by TLS, unless
 * {@link RegistryClientBuilder#plainHttp} names them. Failures that may pass are tried again; a blob goes on where its connection broke.
 * Credentials go to their registry, and where it says that it gives tokens for them, and never along with a redirect.
 *
 * <p>Thread-safe: fetch the layers of an image from as many threads as there are, virtual ones too. Calls block, and end early if their
 * thread is interrupted. Closing ends what still goes on, and leaves no thread.
 */
public final class RegistryClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryClient.class);
    private static final Duration END = Duration.ofSeconds(5);
    private static final int MOST_TAGS = 100_000;
    private static final int TAGS_A_PAGE = 1000;

    private final HttpClient http;
    private final ExecutorService executor;
    private final RegistryClientBuilder settings;
    private final Exchanger exchanger;
    private final DocumentFetch documents;
    private final Listing listing;
    private final Referrers referrers;
    private final ProgressListener listener;

    RegistryClient(RegistryClientBuilder settings) {
        this.settings = settings;
        executor = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .executor(executor)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.patience());
        settings.tls().ifPresent(builder::sslContext);
        http = builder.build();
        Sender sender = new Sender(http, settings.patience(), settings.plain());
        exchanger = new Exchanger(sender, new Authorizer(sender, settings.credentials()), settings.retries());
        documents = new DocumentFetch(exchanger);
        listing = new Listing(exchanger);
        referrers = new Referrers(this, listing);
        listener = settings.listener();
    }

    private RegistryClient(RegistryClient other, ProgressListener told) {
        http = other.http;
        executor = other.executor;
        settings = other.settings;
        exchanger = other.exchanger;
        documents = other.documents;
        listing = other.listing;
        referrers = other.referrers;
        listener = other.listener.and(told);
    }

    /**
     * Begins with the usual settings.
     *
     * @return a builder
     */
    public static RegistryClientBuilder builder() {
        return new RegistryClientBuilder();
    }

    /**
     * The same client, which tells one more listener of its transfers.
     *
     * @param told who is told as well
     * @return a client that shares all with this one; closing one closes both
     */
    public RegistryClient withProgress(ProgressListener told) {
        return new RegistryClient(this, told);
    }

    private Meter meter(Activity activity, ImageReference repository, Descriptor blob) {
        return new Meter(
                listener, activity, repository.repository(), blob.digest().toString(), OptionalLong.of(blob.size()));
    }

    private Call call(Endpoint endpoint, String doing, String method, ImageReference repository, String rest) {
        String actions = method.equals("GET") || method.equals("HEAD") ? ":pull" : ":pull,push";
        return Call.of(
                doing,
                endpoint,
                method,
                endpoint.uri(repository.path() + rest),
                "repository:" + repository.path() + actions);
    }

    private Call call(String doing, String method, ImageReference repository, String rest) {
        return call(endpoint(repository.registry()), doing, method, repository, rest);
    }

    private Endpoint endpoint(String registry) {
        return Endpoint.of(registry, settings.plain());
    }

    /** Asks the mirrors of a registry, then itself, until one answers as it should. */
    private <T> T anywhere(ImageReference repository, Function<Endpoint, T> question) {
        for (String mirror : settings.mirrors().getOrDefault(repository.registry(), List.of())) {
            try {
                return question.apply(endpoint(mirror));
            } catch (RegistryException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                if (e.status().orElse(0) == 404) {
                    LOG.debug("the mirror {} has nothing of that name: {}", mirror, e.getMessage());
                } else {
                    LOG.warn("the mirror {} of {} does not serve: {}", mirror, repository.registry(), e.getMessage());
                }
            }
        }
        return question.apply(endpoint(repository.registry()));
    }

    private static String target(ImageReference reference) {
        return reference
                .digest()
                .map(Digest::toString)
                .or(reference::tag)
                .orElseThrow(() -> new InvalidSpecificationException(
                        "image reference \"" + reference + "\": it must have a tag or a digest"));
    }

    /**
     * Finds out what a reference means now, without fetching it.
     *
     * @param reference with tag or digest
     * @return media type, digest and size as the registry says; empty if there is nothing of that name
     * @throws RegistryException if the registry can't be asked
     */
    public Optional<Descriptor> resolve(ImageReference reference) {
        String doing = "resolving " + reference;
        String rest = "/manifests/" + target(reference);
        return anywhere(
                reference,
                endpoint -> documents.resolve(
                        call(endpoint, doing, "HEAD", reference, rest), call(endpoint, doing, "GET", reference, rest)));
    }

    /**
     * Fetches what a reference means now: a manifest, or an index to {@linkplain io.lxc4j.layers.oci.Index#select select} from.
     *
     * @param reference with tag or digest
     * @return the document, verified
     * @throws RegistryException if there is none, or it is not what it must be
     */
    public FetchedDocument fetch(ImageReference reference) {
        String rest = "/manifests/" + target(reference);
        return anywhere(
                reference,
                endpoint -> documents.fetch(
                        call(endpoint, "fetching " + reference, "GET", reference, rest), reference.digest()));
    }

    /**
     * Fetches a document that an index lists.
     *
     * @param repository where the index is
     * @param entry its entry
     * @return the document, verified
     * @throws RegistryException if there is none, or it is not what the entry says
     */
    public FetchedDocument fetch(ImageReference repository, Descriptor entry) {
        FetchedDocument fetched = fetch(repository.withDigest(entry.digest()));
        Descriptor found = fetched.descriptor();
        if (found.size() != entry.size() || !found.mediaType().equals(entry.mediaType())) {
            throw new RegistryException("fetching " + entry.digest() + " of " + repository.repository() + ": it is a "
                    + found.mediaType() + " of " + found.size() + " bytes, and said to be a " + entry.mediaType()
                    + " of "
                    + entry.size());
        }
        return fetched;
    }

    /**
     * Fetches a configuration or layer.
     *
     * @param repository where it is
     * @param blob its descriptor
     * @param sink takes the content, which is verified when this returns, and not before
     * @throws RegistryException if it can't be had, is not what the descriptor says, or the sink fails
     */
    public void fetchBlob(ImageReference repository, Descriptor blob, BlobSink sink) {
        String doing = "fetching " + blob.digest() + " of " + repository.repository();
        Meter meter = meter(Activity.FETCH, repository, blob);
        anywhere(repository, endpoint -> {
            Call call = call(endpoint, doing, "GET", repository, "/blobs/" + blob.digest());
            new BlobFetch(exchanger, call, blob, meter).into(sink);
            return true;
        });
    }

    /**
     * Whether a repository has a blob.
     *
     * @param repository the repository
     * @param digest the blob's
     * @return whether the registry says so
     * @throws RegistryException if the registry can't be asked
     */
    public boolean hasBlob(ImageReference repository, Digest digest) {
        return has(call(
                "looking for " + digest + " in " + repository.repository(), "HEAD", repository, "/blobs/" + digest));
    }

    private boolean has(Call call) {
        try (Response response = exchanger.exchange(call)) {
            return switch (response.status()) {
                case 200 -> true;
                case 404 -> false;
                default -> throw call.failed(response);
            };
        }
    }

    /**
     * Lets a repository have a blob that another one of the same registry has, without transferring it.
     *
     * @param repository the one that is to have it
     * @param digest the blob's
     * @param from the one that has it
     * @return whether it has it now; false if the registry does not do that, or may not
     * @throws RegistryException if the registry can't be asked
     */
    public boolean mountBlob(ImageReference repository, Digest digest, ImageReference from) {
        if (!from.registry().equals(repository.registry())) {
            return false;
        }
        String doing = "mounting " + digest + " of " + from.repository() + " in " + repository.repository();
        Call begin = call(doing, "POST", repository, "/blobs/uploads/?mount=" + digest + "&from=" + from.path());
        Call call = new Call(
                doing,
                begin.endpoint(),
                begin.method(),
                begin.uri(),
                begin.scope() + " repository:" + from.path() + ":pull",
                begin.headers(),
                begin.body(),
                begin.sent());
        try (Response response = exchanger.exchange(call)) {
            switch (response.status()) {
                case 201 -> {
                    return true;
                }
                case 202 -> cancel(call, response);
                default -> {
                    if (response.status() >= 500) {
                        throw call.failed(response);
                    }
                }
            }
            return false;
        }
    }

    /** Instead of mounting, the registry has begun an upload that nobody goes on with. */
    private void cancel(Call call, Response response) {
        Call delete = Call.of(
                call.doing(),
                call.endpoint(),
                "DELETE",
                exchanger.sender().follow(call, response.uri(), response),
                call.scope());
        try {
            exchanger.once(delete).close();
        } catch (IOException | RegistryException e) {
            LOG.debug("an upload is left to the registry: {}", e.getMessage());
        }
    }

    /**
     * Pushes a configuration or layer, unless the repository has it.
     *
     * @param repository where it goes
     * @param blob its descriptor
     * @param source gives the content
     * @return whether it was transferred; false if it was there
     * @throws RegistryException if the registry refuses it, or the source fails
     */
    public boolean pushBlob(ImageReference repository, Descriptor blob, BlobSource source) {
        String doing = "pushing " + blob.digest() + " to " + repository.repository();
        if (has(call(doing, "HEAD", repository, "/blobs/" + blob.digest()))) {
            return false;
        }
        Call session = call(doing, "POST", repository, "/blobs/uploads/");
        Meter meter = meter(Activity.PUSH, repository, blob);
        new BlobPush(exchanger, session, blob, source, meter, settings.chunkBytes()).run();
        return true;
    }

    /**
     * Pushes a manifest or index, after all that it lists. If it has a subject it becomes one of its referrers.
     *
     * @param reference with tag, or with the document's digest
     * @param mediaType what the document is
     * @param document its bytes
     * @return its descriptor
     * @throws InvalidSpecificationException if it is not what it is said to be
     * @throws RegistryException if the registry refuses it
     */
    public Descriptor push(ImageReference reference, MediaType mediaType, byte[] document) {
        ImageDocument parsed = ImageDocument.parse(document, mediaType);
        Descriptor descriptor = Descriptor.of(mediaType, document);
        reference.digest().ifPresent(digest -> new Descriptor(mediaType, digest, document.length).check(document));
        AtomicLong sent = new AtomicLong();
        Call call = call("pushing " + reference, "PUT", reference, "/manifests/" + target(reference))
                .with("Content-Type", mediaType.name())
                .with(() -> BodyPublishers.ofByteArray(document), sent);
        boolean isReferrer;
        try (Response response = exchanger.exchange(call)) {
            if (response.status() != 201) {
                throw call.failed(response);
            }
            isReferrer = response.header("OCI-Subject").isPresent();
        }
        if (!isReferrer) {
            parsed.subject().ifPresent(subject -> referrers.add(reference, subject, parsed, document));
        }
        return descriptor;
    }

    /**
     * Lists the tags of a repository.
     *
     * @param repository the repository
     * @return at most 100,000 names, in the registry's order
     * @throws RegistryException if there is no such repository, or the list is longer
     */
    public List<String> tags(ImageReference repository) {
        List<String> tags = new ArrayList<>();
        Call call =
                call("listing tags of " + repository.repository(), "GET", repository, "/tags/list?n=" + TAGS_A_PAGE);
        boolean isThere = listing.read(call, page -> {
            try {
                Map<String, JsonValue> answer =
                        JsonValue.parse(page.body(), Call.ANSWER).object();
                JsonValue names = answer.get("tags");
                for (JsonValue name : names == null ? List.<JsonValue>of() : names.array()) {
                    tags.add(repository.withTag(name.string()).tag().orElseThrow());
                }
            } catch (InvalidSpecificationException e) {
                throw call.failed("answered with what can't be taken: " + e.getMessage());
            }
            if (tags.size() > MOST_TAGS) {
                throw call.failed("goes on and on: more than " + MOST_TAGS + " tags");
            }
        });
        if (!isThere) {
            throw new RegistryException(call.doing() + ": there is no such repository", 404);
        }
        return List.copyOf(tags);
    }

    /**
     * Lists what refers to a document: signatures, attestations and so on.
     *
     * @param repository the repository
     * @param subject the document's digest
     * @param artifactType the type of those that are wanted; empty for all
     * @return descriptors of manifests; none if nothing refers to it
     * @throws RegistryException if the registry can't be asked
     */
    public List<Descriptor> referrers(ImageReference repository, Digest subject, Optional<MediaType> artifactType) {
        Call call = call(
                "listing referrers of " + subject + " in " + repository.repository(),
                "GET",
                repository,
                "/referrers/" + subject);
        return referrers.list(call, repository, subject, artifactType);
    }

    /** Ends all that still goes on. Waits at most five seconds for it. */
    @Override
    public void close() {
        exchanger.close();
        http.shutdownNow();
        executor.shutdownNow();
        try {
            if (!http.awaitTermination(END) || !executor.awaitTermination(END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the registry client has not ended in {} s", END.toSeconds());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
