package io.lxc4j.layers.registry;

import java.net.URI;
import java.util.Locale;
import java.util.Set;

/**
 * Where a registry is asked.
 *
 * @param registry its name, as references have it
 * @param base the root of its interface
 */
record Endpoint(String registry, URI base) {
    private static final String DOCKER_HUB = "docker.io";

    /** The one of a registry; by TLS unless its name is among the plain ones. */
    static Endpoint of(String registry, Set<String> plain) {
        String host = registry.equals(DOCKER_HUB) ? "registry-1.docker.io" : registry;
        return new Endpoint(registry, URI.create((plain.contains(registry) ? "http://" : "https://") + host + "/v2/"));
    }

    URI uri(String path) {
        return URI.create(base + path);
    }

    /** Whether credentials for the one may go to the other. */
    static boolean isSameOrigin(URI one, URI other) {
        return origin(one).equals(origin(other));
    }

    private static String origin(URI uri) {
        return uri.getScheme().toLowerCase(Locale.ROOT) + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":"
                + port(uri);
    }

    private static int port(URI uri) {
        if (uri.getPort() >= 0) {
            return uri.getPort();
        }
        return isPlain(uri) ? 80 : 443;
    }

    static boolean isPlain(URI uri) {
        return uri.getScheme().equalsIgnoreCase("http");
    }

    /**
     * Checks where an answer leads.
     *
     * @param from what was asked
     * @param target what the answer says, absolute or not
     * @param plain registries that may be asked without TLS
     * @return the target, absolute
     * @throws IllegalArgumentException with the reason, if nothing must be sent there
     */
    static URI follow(URI from, String target, Set<String> plain) {
        URI uri = from.resolve(target);
        if (uri.getScheme() == null || !uri.getScheme().toLowerCase(Locale.ROOT).matches("https?")) {
            throw new IllegalArgumentException("it is not one of HTTP");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException("it has no host, or has a user");
        }
        if (isPlain(uri)) {
            if (!isPlain(from)) {
                throw new IllegalArgumentException("it leads from TLS to plain HTTP");
            }
            String host = uri.getHost().toLowerCase(Locale.ROOT);
            boolean isNamed = plain.contains(host + ":" + port(uri)) || (port(uri) == 80 && plain.contains(host));
            if (!isNamed) {
                throw new IllegalArgumentException("it is one of plain HTTP, which was not asked for by plainHttp(\""
                        + Shown.text(uri.getRawAuthority(), 100) + "\")");
            }
        }
        return uri;
    }
}
