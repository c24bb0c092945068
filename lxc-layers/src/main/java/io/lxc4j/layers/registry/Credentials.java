package io.lxc4j.layers.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What proves to a registry who is asking. It is never printed. */
public sealed interface Credentials {
    /**
     * A user and a password, or what a registry takes for one.
     *
     * @param user the name, without colon
     * @param password the secret
     */
    record Password(String user, String password) implements Credentials {
        /** Checks that the two can be told apart again. */
        public Password {
            if (user.isEmpty() || user.indexOf(':') >= 0 || user.chars().anyMatch(Character::isISOControl)) {
                throw new io.lxc4j.error.InvalidSpecificationException(
                        "user of a registry: it must have at least one character, no colon and no control characters");
            }
        }

        /** The header of Basic authentication, RFC 7617. */
        String basic() {
            return "Basic "
                    + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        }

        /** Renders the user, and not the password. */
        @Override
        public String toString() {
            return "password of " + user;
        }
    }

    /**
     * A token that is exchanged for others, as {@code docker login} gets it from some registries.
     *
     * @param token the secret
     */
    record IdentityToken(String token) implements Credentials {
        /** Renders that it is one, and not the token. */
        @Override
        public String toString() {
            return "identity token";
        }
    }
}
