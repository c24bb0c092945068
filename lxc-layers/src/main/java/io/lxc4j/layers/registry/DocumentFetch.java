package io.lxc4j.layers.registry;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageDocument;
import io.lxc4j.layers.oci.MediaType;
import java.util.Optional;

/** Fetches manifests and indexes, and describes them. */
final class DocumentFetch {
    private static final String ACCEPT = String.join(
            ", ",
            MediaType.MANIFEST.name(),
            MediaType.INDEX.name(),
            MediaType.DOCKER_MANIFEST.name(),
            MediaType.DOCKER_INDEX.name());
    private static final String DIGEST = "Docker-Content-Digest";

    private final Exchanger exchanger;

    DocumentFetch(Exchanger exchanger) {
        this.exchanger = exchanger;
    }

    /**
     * Fetches a document.
     *
     * @param expected its digest, if it is known
     */
    FetchedDocument fetch(Call call, Optional<Digest> expected) {
        Call request = call.with("Accept", ACCEPT);
        Whole answer = exchanger.read(request, ImageDocument.MOST_BYTES);
        if (answer.head().status() != 200) {
            throw request.failed(answer.head());
        }
        MediaType type = mediaType(request, answer.head());
        byte[] bytes = answer.body();
        Digest digest = expected.or(() -> said(request, answer.head())).orElseGet(() -> Digest.of(bytes));
        try {
            Descriptor descriptor = new Descriptor(type, digest, bytes.length);
            descriptor.check(bytes);
            return new FetchedDocument(descriptor, bytes, ImageDocument.parse(bytes, type));
        } catch (InvalidSpecificationException e) {
            throw request.failed("answered with what can't be taken: " + e.getMessage());
        }
    }

    /** Describes a document without fetching it; empty if there is none. */
    Optional<Descriptor> resolve(Call head, Call get) {
        Call request = head.with("Accept", ACCEPT);
        try (Response response = exchanger.exchange(request)) {
            if (response.status() == 404) {
                return Optional.empty();
            }
            if (response.status() != 200) {
                throw request.failed(response);
            }
            Optional<Digest> digest = said(request, response);
            String length = response.header("Content-Length").orElse("");
            if (digest.isPresent() && length.matches("[0-9]{1,7}")) {
                return Optional.of(new Descriptor(mediaType(request, response), digest.get(), Long.parseLong(length)));
            }
        }
        return Optional.of(fetch(get, Optional.empty()).descriptor());
    }

    private static Optional<Digest> said(Call call, Response response) {
        try {
            return response.header(DIGEST).map(Digest::parse);
        } catch (InvalidSpecificationException e) {
            throw call.failed("answered with a bad digest: " + e.getMessage());
        }
    }

    private static MediaType mediaType(Call call, Response response) {
        String type = response.header("Content-Type")
                .orElse("")
                .replaceFirst(";.*", "")
                .strip();
        try {
            MediaType mediaType = new MediaType(type);
            if (mediaType.isDocument()) {
                return mediaType;
            }
        } catch (InvalidSpecificationException _) {
            // told below
        }
        throw call.failed("answered with a document of the type \"" + Shown.text(type, 100)
                + "\", which is no manifest or index of the OCI or of Docker's version 2 schema 2");
    }
}
