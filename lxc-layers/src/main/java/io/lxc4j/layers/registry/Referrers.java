package io.lxc4j.layers.registry;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageDocument;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.Manifest;
import io.lxc4j.layers.oci.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What refers to a document: asked of the registry, or, where it does not know, kept in an index under a tag that has the document's digest
 * for a name.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers">Listing referrers</a>
 */
final class Referrers {
    private static final int MOST = 100_000;

    private final RegistryClient client;
    private final Listing listing;

    Referrers(RegistryClient client, Listing listing) {
        this.client = client;
        this.listing = listing;
    }

    /** All that refer, of a type if there is one. */
    List<Descriptor> list(Call call, ImageReference repository, Digest subject, Optional<MediaType> artifactType) {
        List<Descriptor> found = new ArrayList<>();
        boolean isKnown = listing.read(call.with("Accept", MediaType.INDEX.name()), page -> {
            try {
                found.addAll(Index.parse(page.body(), MediaType.INDEX).manifests());
            } catch (InvalidSpecificationException e) {
                throw call.failed("answered with what can't be taken: " + e.getMessage());
            }
            if (found.size() > MOST) {
                throw call.failed("goes on and on: more than " + MOST + " referrers");
            }
        });
        if (!isKnown) {
            found.addAll(tagged(repository, subject));
        }
        // Registries need not look at the type.
        return found.stream()
                .filter(entry -> artifactType.isEmpty() || entry.artifactType().equals(artifactType))
                .toList();
    }

    private List<Descriptor> tagged(ImageReference repository, Digest subject) {
        return client.resolve(tag(repository, subject)).isEmpty()
                ? List.of()
                : client.fetch(tag(repository, subject)).document() instanceof Index index
                        ? index.manifests()
                        : List.of();
    }

    private static ImageReference tag(ImageReference repository, Digest subject) {
        return repository.withTag(subject.algorithm() + "-" + subject.hex());
    }

    /** Adds a document to the index of its subject, for a registry that does not do that by itself. */
    void add(ImageReference repository, Descriptor subject, ImageDocument document, byte[] bytes) {
        List<Descriptor> entries = new ArrayList<>(tagged(repository, subject.digest()));
        Descriptor entry = Descriptor.of(document.mediaType(), bytes).withAnnotations(document.annotations());
        Optional<MediaType> type = document.artifactType()
                .or(() -> document instanceof Manifest manifest
                        ? Optional.of(manifest.config().mediaType())
                        : Optional.empty());
        if (entries.stream().noneMatch(there -> there.digest().equals(entry.digest()))) {
            entries.add(type.map(entry::withArtifactType).orElse(entry));
            Index index = new Index(MediaType.INDEX, entries, Map.of());
            client.push(tag(repository, subject.digest()), MediaType.INDEX, index.toBytes());
        }
    }
}
