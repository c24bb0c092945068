package io.lxc4j.layers.registry;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonLimits;
import io.lxc4j.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The credentials that {@code docker login} has left in a file: {@code auths}, {@code credHelpers} and {@code credsStore}. Helpers that the
 * file names are asked only if {@link #withHelper} gave them; if the credentials of a registry are kept by one that was not given, that is
 * an error. Immutable.
 *
 * @see <a href="https://docs.docker.com/reference/cli/docker/login/#credential-stores">docker login: credential stores</a>
 */
public final class DockerConfig implements CredentialSource {
    private static final JsonLimits LIMITS = new JsonLimits("Docker's configuration", 1 << 20, 20_000, 16);
    private static final String HUB_SERVER = "https://index.docker.io/v1/";

    private final Map<String, JsonValue> auths;
    private final Map<String, String> helpersOfRegistries;
    private final Optional<String> helperOfAll;
    private final Map<String, CredentialHelper> given;

    private DockerConfig(
            Map<String, JsonValue> auths,
            Map<String, String> helpersOfRegistries,
            Optional<String> helperOfAll,
            Map<String, CredentialHelper> given) {
        this.auths = auths;
        this.helpersOfRegistries = helpersOfRegistries;
        this.helperOfAll = helperOfAll;
        this.given = given;
    }

    /**
     * Reads a file.
     *
     * @param file for instance {@code ~/.docker/config.json}
     * @return what it has
     * @throws InvalidSpecificationException if it can't be read or has another form
     */
    public static DockerConfig read(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return parse(stream.readNBytes(LIMITS.characters() + 1));
        } catch (IOException e) {
            throw new InvalidSpecificationException("Docker's configuration " + file + " can't be read: " + e, e);
        }
    }

    static DockerConfig parse(byte[] json) {
        Map<String, JsonValue> config = JsonValue.parse(json, LIMITS).object();
        Map<String, JsonValue> auths = new HashMap<>();
        object(config.get("auths")).forEach((server, auth) -> auths.put(registry(server), auth));
        Map<String, String> helpers = new HashMap<>();
        object(config.get("credHelpers")).forEach((server, helper) -> helpers.put(registry(server), helper.string()));
        return new DockerConfig(
                Map.copyOf(auths),
                Map.copyOf(helpers),
                Optional.ofNullable(config.get("credsStore")).map(JsonValue::string),
                Map.of());
    }

    private static Map<String, JsonValue> object(@Nullable JsonValue value) {
        return value == null ? Map.of() : value.object();
    }

    /** Servers were URLs once, with the version of a protocol. */
    private static String registry(String server) {
        String host = server.replaceFirst("^https?://", "").replaceFirst("/.*", "");
        return host.equals("index.docker.io") || host.equals("registry-1.docker.io") ? "docker.io" : host;
    }

    private static String server(String registry) {
        return registry.equals("docker.io") ? HUB_SERVER : registry;
    }

    /**
     * The same, with a helper that may be asked.
     *
     * @param name as the file has it, in {@code credHelpers} or {@code credsStore}
     * @param helper what to ask, for instance {@link HelperProgram#named HelperProgram.named(name)}
     * @return a configuration with that
     */
    public DockerConfig withHelper(String name, CredentialHelper helper) {
        Map<String, CredentialHelper> more = new HashMap<>(given);
        more.put(name, helper);
        return new DockerConfig(auths, helpersOfRegistries, helperOfAll, Map.copyOf(more));
    }

    /**
     * Looks for credentials.
     *
     * @throws RegistryException if a helper has them that was not given
     * @throws InvalidSpecificationException if what is there has another form
     */
    @Override
    public Optional<Credentials> find(String registry) {
        String own = helpersOfRegistries.get(registry);
        if (own != null) {
            return helper(own, registry).get(server(registry));
        }
        JsonValue auth = auths.get(registry);
        Optional<Credentials> written = auth == null ? Optional.empty() : credentials(auth);
        if (written.isPresent() || helperOfAll.isEmpty()) {
            return written;
        }
        // Whoever logs in with a store leaves an empty entry. Without one there may be something, but nothing that must
        // be there.
        if (auth == null && !given.containsKey(helperOfAll.get())) {
            return Optional.empty();
        }
        return helper(helperOfAll.get(), registry).get(server(registry));
    }

    private CredentialHelper helper(String name, String registry) {
        CredentialHelper helper = given.get(name);
        if (helper == null) {
            throw new RegistryException(
                    "credentials of " + registry + " are kept by docker-credential-" + Shown.text(name, 64)
                            + ", which is not run unasked; allow it with withHelper(name, HelperProgram.named(name))");
        }
        return helper;
    }

    private static Optional<Credentials> credentials(JsonValue auth) {
        Map<String, JsonValue> entry = auth.object();
        String identity = text(entry, "identitytoken");
        if (!identity.isEmpty()) {
            return Optional.of(new Credentials.IdentityToken(identity));
        }
        String user = text(entry, "username");
        String password = text(entry, "password");
        String encoded = text(entry, "auth");
        if (!encoded.isEmpty()) {
            String decoded = decode(auth, encoded);
            int colon = decoded.indexOf(':');
            if (colon < 1) {
                throw auth.wrong("has an auth that is not USER:PASSWORD in Base64");
            }
            user = decoded.substring(0, colon);
            password = decoded.substring(colon + 1);
        }
        return user.isEmpty() ? Optional.empty() : Optional.of(new Credentials.Password(user, password));
    }

    private static String decode(JsonValue auth, String encoded) {
        try {
            // Docker ends some with NUL.
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8).replaceFirst("\0+$", "");
        } catch (IllegalArgumentException _) {
            throw auth.wrong("has an auth that is not Base64");
        }
    }

    private static String text(Map<String, JsonValue> entry, String name) {
        JsonValue value = entry.get(name);
        return value == null ? "" : value.string();
    }
}
