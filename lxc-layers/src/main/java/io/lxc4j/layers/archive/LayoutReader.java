package io.lxc4j.layers.archive;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonLimits;
import io.lxc4j.json.JsonValue;
import io.lxc4j.layers.meter.Meter;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.Index;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.progress.Activity;
import io.lxc4j.layers.store.Blobs;
import io.lxc4j.layers.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads an OCI image layout.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md">OCI image layout</a>
 */
final class LayoutReader implements ImageSource {
    static final String MARK = "oci-layout";
    static final String INDEX = "index.json";
    static final String NAME = "org.opencontainers.image.ref.name";

    /** The name in full, where the one above is no more than a tag: so do containerd, BuildKit and Docker. */
    private static final String FULL_NAME = "io.containerd.image.name";

    private static final JsonLimits LIMITS = new JsonLimits(MARK, 4096, 100, 4);

    private final Store store;
    private final Entries entries;
    private final String place;

    LayoutReader(Store store, Entries entries, String place) {
        this.store = store;
        this.entries = entries;
        this.place = place;
    }

    static String path(Digest digest) {
        return "blobs/" + digest.algorithm() + "/" + digest.hex();
    }

    /** Whether it is a layout at all. */
    static boolean isLayout(Entries entries) throws IOException {
        Optional<byte[]> mark = entries.document(MARK);
        if (mark.isEmpty()) {
            return false;
        }
        JsonValue version = JsonValue.parse(mark.get(), LIMITS).object().get("imageLayoutVersion");
        if (version == null || !version.string().startsWith("1.")) {
            throw new InvalidSpecificationException(
                    MARK + ": the imageLayoutVersion is " + version + "; it must be 1.0.0, the one that is known");
        }
        return true;
    }

    /** What it lists; nothing if it has no index yet. */
    static Optional<Index> index(Entries entries) throws IOException {
        return entries.document(INDEX).map(bytes -> Index.parse(bytes, MediaType.INDEX));
    }

    List<FoundImage> images() throws IOException {
        Index index = index(entries).orElseThrow(() -> new InvalidSpecificationException("the layout has no " + INDEX));
        List<FoundImage> images = new ArrayList<>();
        for (Descriptor entry : index.manifests()) {
            if (entry.mediaType().isDocument()) {
                String name = entry.annotations()
                        .getOrDefault(FULL_NAME, entry.annotations().getOrDefault(NAME, ""));
                images.add(new FoundImage(name, entry.digest().toString(), platform -> take(entry, platform)));
            }
        }
        return images;
    }

    private Descriptor take(Descriptor entry, Optional<Platform> platform) throws IOException {
        byte[] bytes = document(entry)
                .orElseThrow(() -> new InvalidSpecificationException(
                        "the layout has no " + path(entry.digest()) + ", which its index lists"));
        return new Intake(store, this, platform).take(entry, bytes);
    }

    @Override
    public boolean has(Descriptor entry) throws IOException {
        return entries.has(path(entry.digest()));
    }

    @Override
    public Optional<byte[]> document(Descriptor entry) throws IOException {
        Optional<byte[]> bytes = entries.document(path(entry.digest()));
        bytes.ifPresent(entry::check);
        return bytes;
    }

    @Override
    public void fetch(Descriptor part) throws IOException {
        Meter meter = new Meter(
                store.listener(), Activity.LOAD, place, part.digest().toString(), OptionalLong.of(part.size()));
        try (Entries.Content content = entries.find(path(part.digest()))
                        .orElseThrow(() -> new InvalidSpecificationException(
                                "the layout has no " + path(part.digest()) + ", which a manifest lists"));
                InputStream counted = meter.count(content.stream());
                Blobs.Writer writer = store.writer(part)) {
            if (content.size() != part.size()) {
                throw new InvalidSpecificationException(
                        path(part.digest()) + " has " + content.size() + " bytes, and a manifest says " + part.size());
            }
            writer.copy(counted);
            writer.finish();
        }
    }
}
