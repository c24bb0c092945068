package io.lxc4j.layers.registry;

import java.util.Optional;

/**
 * Keeps credentials for others, by Docker's protocol for such programs. {@link HelperProgram} runs a program.
 *
 * @see <a href="https://github.com/docker/docker-credential-helpers">docker-credential-helpers</a>
 */
@FunctionalInterface
public interface CredentialHelper {
    /**
     * Looks for credentials.
     *
     * @param server as Docker's configuration calls it: a host, or {@code https://index.docker.io/v1/} for Docker Hub
     * @return what is kept for it, if anything is
     */
    Optional<Credentials> get(String server);
}
