package io.lxc4j.layers.oci;

import java.util.Map;
import java.util.Optional;

/** What a tag can name: an image, or a list of them. */
public sealed interface ImageDocument permits Manifest, Index {
    /** The largest document that is read, in bytes: what registries take at most. */
    int MOST_BYTES = Documents.MOST_BYTES;

    /**
     * What the document is.
     *
     * @return its media type
     */
    MediaType mediaType();

    /**
     * What the artifact is, if it is one.
     *
     * @return its type
     */
    Optional<MediaType> artifactType();

    /**
     * The document that this one is about.
     *
     * @return its descriptor, if there is one
     */
    Optional<Descriptor> subject();

    /**
     * What its maker says of it.
     *
     * @return texts by keys
     */
    Map<String, String> annotations();

    /**
     * Writes the document: compact, in the specification's order, so that the same content gives the same bytes and the same digest.
     *
     * @return JSON in UTF-8
     */
    byte[] toBytes();

    /**
     * Reads a document of either kind.
     *
     * @param json the document
     * @param declared what it was said to be: by the descriptor that led to it, or by the registry
     * @return the manifest or index
     * @throws io.lxc4j.error.InvalidSpecificationException if it is damaged, or not what it was said to be
     */
    static ImageDocument parse(byte[] json, MediaType declared) {
        return switch (declared.kind()) {
            case MANIFEST -> Manifest.parse(json, declared);
            case INDEX -> Index.parse(json, declared);
            default ->
                throw Texts.rejected(
                        "media type of an image",
                        declared.name(),
                        "a manifest's or an index's, as " + MediaType.MANIFEST
                                + "; the first version of Docker's manifests"
                                + " is not read: push the image again with a newer program");
        };
    }
}
