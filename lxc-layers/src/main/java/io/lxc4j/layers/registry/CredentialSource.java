package io.lxc4j.layers.registry;

import java.util.Optional;

/** Knows credentials of registries. It is asked from any thread. */
@FunctionalInterface
public interface CredentialSource {
    /** Knows none. */
    CredentialSource NONE = registry -> Optional.empty();

    /**
     * Looks for credentials.
     *
     * @param registry the registry's name as references have it, for instance {@code docker.io} or {@code localhost:5000}
     * @return its credentials, if there are any
     */
    Optional<Credentials> find(String registry);
}
