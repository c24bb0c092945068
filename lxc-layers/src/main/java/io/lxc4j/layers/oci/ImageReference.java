package io.lxc4j.layers.oci;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an image is: registry, repository, tag, digest. Written as Docker's users do, a name without a registry is one of Docker Hub's,
 * one without a tag or digest means {@code latest}.
 *
 * @param registry a host name or address, in brackets if it is of IPv6, and maybe a port; {@code docker.io} for Docker Hub
 * @param path the repository in the registry, for instance {@code library/debian}; with the registry at most 255 characters
 * @param tag a name in the repository, at most 128 characters
 * @param digest what the image is; if there is one it decides, whatever the tag
 * @see <a href="https://github.com/distribution/reference/blob/main/reference.go">the grammar of references</a>
 */
public record ImageReference(String registry, String path, Optional<String> tag, Optional<Digest> digest) {
    private static final String DOCKER_HUB = "docker.io";
    private static final String OFFICIAL = "library/";
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST = LONGEST_NAME + 1 + 128 + 1 + 7 + 128;

    private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    private static final Pattern REGISTRY =
            Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[0-9a-fA-F:]+])(?::([0-9]{1,5}))?");
    private static final String COMPONENT = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
    private static final Pattern PATH = Pattern.compile(COMPONENT + "(?:/" + COMPONENT + ")*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

    /** Checks all parts. */
    public ImageReference {
        if (registry.length() + 1 + path.length() > LONGEST_NAME) {
            throw rejected(registry + "/" + path, "its name must have at most " + LONGEST_NAME + " characters");
        }
        var host = REGISTRY.matcher(registry);
        if (!host.matches() || (host.group(1) != null && !isPort(host.group(1)))) {
            throw rejected(registry + "/" + path, "its registry must be a host, with or without :PORT");
        }
        if (!PATH.matcher(path).matches()) {
            throw rejected(
                    registry + "/" + path,
                    "its path must have names of lower-case letters and digits, with single ., _, __ or - within, and"
                            + " / between them");
        }
        tag.ifPresent(name -> {
            if (!TAG.matcher(name).matches()) {
                throw rejected(
                        registry + "/" + path + ":" + name,
                        "its tag must have at most 128 letters, digits, _, . and -, and not begin with . or -");
            }
        });
    }

    private static boolean isPort(String digits) {
        int port = Integer.parseInt(digits);
        return port >= 1 && port <= 65535;
    }

    /**
     * Reads a reference.
     *
     * @param text {@code debian}, {@code debian:12}, {@code quay.io/a/b:1@sha256:…}, {@code localhost:5000/x}, {@code [::1]:5000/x}
     * @return the reference, with registry, and with tag or digest
     * @throws InvalidSpecificationException if it has another form
     */
    public static ImageReference parse(String text) {
        if (text.length() > LONGEST) {
            throw rejected(text, "it must have at most " + LONGEST + " characters");
        }
        if (ID.matcher(text).matches()) {
            throw rejected(
                    text, "64 hexadecimal digits would be taken for an id; write sha256: and a name before them");
        }
        int at = text.indexOf('@');
        Optional<Digest> digest = at < 0 ? Optional.empty() : Optional.of(Digest.parse(text.substring(at + 1)));
        String named = at < 0 ? text : text.substring(0, at);
        int colon = named.indexOf(':', named.lastIndexOf('/') + 1);
        Optional<String> tag = colon < 0 ? Optional.empty() : Optional.of(named.substring(colon + 1));
        String name = colon < 0 ? named : named.substring(0, colon);

        int slash = name.indexOf('/');
        boolean isHub = slash < 0 || !isRegistry(name.substring(0, slash));
        String registry = isHub ? DOCKER_HUB : name.substring(0, slash);
        String path = isHub ? name : name.substring(slash + 1);
        if (registry.equals("index.docker.io")) {
            registry = DOCKER_HUB;
        }
        if (registry.equals(DOCKER_HUB) && path.indexOf('/') < 0) {
            path = OFFICIAL + path;
        }
        boolean isLatest = tag.isEmpty() && digest.isEmpty();
        return new ImageReference(registry, path, isLatest ? Optional.of("latest") : tag, digest);
    }

    /** What is no name of a repository, or is known to be a host. */
    private static boolean isRegistry(String first) {
        return first.equals("localhost")
                || first.indexOf('.') >= 0
                || first.indexOf(':') >= 0
                || first.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
    }

    private static InvalidSpecificationException rejected(String text, String rule) {
        return new InvalidSpecificationException("image reference \"" + Texts.shown(text, 160) + "\": " + rule);
    }

    /**
     * Another image of the same repository.
     *
     * @param name its tag
     * @return a reference with that tag and no digest
     */
    public ImageReference withTag(String name) {
        return new ImageReference(registry, path, Optional.of(name), Optional.empty());
    }

    /**
     * A certain image of the same repository.
     *
     * @param content its digest
     * @return a reference with this tag and that digest
     */
    public ImageReference withDigest(Digest content) {
        return new ImageReference(registry, path, tag, Optional.of(content));
    }

    /**
     * The repository alone.
     *
     * @return for instance {@code docker.io/library/debian}
     */
    public String repository() {
        return registry + "/" + path;
    }

    /**
     * Renders the reference as short as it can be read again.
     *
     * @return for instance {@code debian:12} for Docker Hub's official image
     */
    public String familiar() {
        if (!registry.equals(DOCKER_HUB)) {
            return toString();
        }
        String rest = toString().substring(DOCKER_HUB.length() + 1);
        for (String shorter :
                new String[] {rest.startsWith(OFFICIAL) ? rest.substring(OFFICIAL.length()) : rest, rest}) {
            try {
                if (parse(shorter).equals(this)) {
                    return shorter;
                }
            } catch (InvalidSpecificationException _) {
                // it would be taken for something else
            }
        }
        return toString();
    }

    /** Renders all of the reference: {@code docker.io/library/debian:12}. */
    @Override
    public String toString() {
        return repository()
                + tag.map(name -> ":" + name).orElse("")
                + digest.map(content -> "@" + content).orElse("");
    }
}
