package io.lxc4j.layers.oci;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What content is. Any name of RFC 6838 is one; those of OCI and Docker images say more.
 *
 * @param name for instance {@code application/vnd.oci.image.manifest.v1+json}; no parameters
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/media-types.md">OCI image media types</a>
 */
public record MediaType(String name) {
    /** What documents and blobs of images are to each other. */
    public enum Kind {
        /** Describes one image: its configuration and layers. */
        MANIFEST,
        /** Lists manifests, for instance one for each platform. */
        INDEX,
        /** The configuration of an image. */
        CONFIG,
        /** The archive of a layer. */
        LAYER,
        /** Anything else: artifacts, encrypted layers, the first version of Docker's manifests, whatever comes. */
        OTHER
    }

    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}");
    private static final int LONGEST_SHOWN = 160;

    /** A manifest. */
    public static final MediaType MANIFEST = new MediaType("application/vnd.oci.image.manifest.v1+json");
    /** A list of manifests. */
    public static final MediaType INDEX = new MediaType("application/vnd.oci.image.index.v1+json");
    /** An image's configuration. */
    public static final MediaType CONFIG = new MediaType("application/vnd.oci.image.config.v1+json");
    /** A layer that is not compressed. */
    public static final MediaType LAYER = new MediaType("application/vnd.oci.image.layer.v1.tar");
    /** A layer compressed by gzip. */
    public static final MediaType LAYER_GZIP = new MediaType("application/vnd.oci.image.layer.v1.tar+gzip");
    /** A layer compressed by Zstandard. */
    public static final MediaType LAYER_ZSTD = new MediaType("application/vnd.oci.image.layer.v1.tar+zstd");
    /** Docker's manifest, version 2 schema 2. */
    public static final MediaType DOCKER_MANIFEST =
            new MediaType("application/vnd.docker.distribution.manifest.v2+json");
    /** Docker's list of manifests. */
    public static final MediaType DOCKER_INDEX =
            new MediaType("application/vnd.docker.distribution.manifest.list.v2+json");
    /** The configuration of Docker's image. */
    public static final MediaType DOCKER_CONFIG = new MediaType("application/vnd.docker.container.image.v1+json");
    /** Docker's layer, compressed by gzip. */
    public static final MediaType DOCKER_LAYER_GZIP =
            new MediaType("application/vnd.docker.image.rootfs.diff.tar.gzip");

    private record Traits(Kind kind, Optional<Compression> compression, boolean isForeign) {
        private static final Traits NONE = new Traits(Kind.OTHER, Optional.empty(), false);

        private static final Map<String, Traits> KNOWN = new HashMap<>();

        static {
            document(Kind.MANIFEST, "application/vnd.oci.image.manifest.v1+json");
            document(Kind.MANIFEST, "application/vnd.docker.distribution.manifest.v2+json");
            document(Kind.INDEX, "application/vnd.oci.image.index.v1+json");
            document(Kind.INDEX, "application/vnd.docker.distribution.manifest.list.v2+json");
            document(Kind.CONFIG, "application/vnd.oci.image.config.v1+json");
            document(Kind.CONFIG, "application/vnd.docker.container.image.v1+json");
            layers("application/vnd.oci.image.layer.v1.tar", "+", false);
            layers("application/vnd.oci.image.layer.nondistributable.v1.tar", "+", true);
            layers("application/vnd.docker.image.rootfs.diff.tar", ".", false);
            layers("application/vnd.docker.image.rootfs.foreign.diff.tar", ".", true);
        }

        private static void document(Kind kind, String name) {
            KNOWN.put(name, new Traits(kind, Optional.empty(), false));
        }

        private static void layers(String name, String separator, boolean isForeign) {
            KNOWN.put(name, new Traits(Kind.LAYER, Optional.of(Compression.NONE), isForeign));
            KNOWN.put(name + separator + "gzip", new Traits(Kind.LAYER, Optional.of(Compression.GZIP), isForeign));
            KNOWN.put(name + separator + "zstd", new Traits(Kind.LAYER, Optional.of(Compression.ZSTD), isForeign));
        }
    }

    /** Checks the form. */
    public MediaType {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSpecificationException("media type \"" + Texts.shown(name, LONGEST_SHOWN)
                    + "\": it must be two names with a / between them, as application/vnd.oci.image.manifest.v1+json");
        }
    }

    private Traits traits() {
        return Traits.KNOWN.getOrDefault(name, Traits.NONE);
    }

    /**
     * What such content is in an image.
     *
     * @return its part
     */
    public Kind kind() {
        return traits().kind;
    }

    /**
     * Whether such content has manifests' or indexes' form, and so says what else is to be fetched.
     *
     * @return whether it is a document
     */
    public boolean isDocument() {
        return kind() == Kind.MANIFEST || kind() == Kind.INDEX;
    }

    /**
     * How a layer is compressed.
     *
     * @return how; empty for what is no layer
     */
    public Optional<Compression> compression() {
        return traits().compression;
    }

    /**
     * What a layer is called that may be distributed.
     *
     * @param compression how it is compressed
     * @return the OCI's name
     */
    public static MediaType layer(Compression compression) {
        return switch (compression) {
            case NONE -> LAYER;
            case GZIP -> LAYER_GZIP;
            case ZSTD -> LAYER_ZSTD;
        };
    }

    /**
     * Whether a layer is one that registries need not have, as its maker does not let others distribute it.
     *
     * @return whether it is "foreign", or "nondistributable"
     */
    public boolean isForeign() {
        return traits().isForeign;
    }

    /**
     * Whether this is a name of Docker's and not of the OCI's.
     *
     * @return whether it is Docker's
     */
    public boolean isDocker() {
        return name.startsWith("application/vnd.docker.");
    }

    /** Renders the name. */
    @Override
    public String toString() {
        return name;
    }
}
