package io.lxc4j.layers.registry;

import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ImageDocument;

/** A manifest or index as it came, verified, and what it says. Immutable. */
public final class FetchedDocument {
    private final Descriptor descriptor;
    private final byte[] bytes;
    private final ImageDocument document;

    FetchedDocument(Descriptor descriptor, byte[] bytes, ImageDocument document) {
        this.descriptor = descriptor;
        this.bytes = bytes;
        this.document = document;
    }

    /**
     * What it is: media type, digest and size.
     *
     * @return its descriptor
     */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * The document as it came. Whoever keeps it keeps these bytes, as its digest is theirs.
     *
     * @return a copy
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * What it says.
     *
     * @return a manifest or an index
     */
    public ImageDocument document() {
        return document;
    }
}
