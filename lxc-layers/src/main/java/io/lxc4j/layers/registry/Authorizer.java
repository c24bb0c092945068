package io.lxc4j.layers.registry;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonValue;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gets what registries want to see, and remembers it: what each asks for, and a token for each scope until it expires.
 *
 * @see <a href="https://distribution.github.io/distribution/spec/auth/token/">Token authentication</a>
 */
final class Authorizer {
    /** What the specification says where a registry does not. */
    private static final Duration USUAL_LIFE = Duration.ofSeconds(60);
    /** A token that is about to expire does so on its way. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private static final Duration LONGEST_LIFE = Duration.ofHours(1);
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,65536}=*");

    private record Key(String registry, String scope) {}

    /** A header value, and when it is no good any more; null until it is there. */
    private static final class Slot {
        private @Nullable String value;
        private long expires;

        private Optional<String> find() {
            return value != null && System.nanoTime() - expires < 0 ? Optional.of(value) : Optional.empty();
        }
    }

    private final Sender sender;
    private final CredentialSource credentials;
    private final Map<String, Challenge> challenges = new ConcurrentHashMap<>();
    private final Map<Key, Slot> slots = new ConcurrentHashMap<>();

    Authorizer(Sender sender, CredentialSource credentials) {
        this.sender = sender;
        this.credentials = credentials;
    }

    /** What to send with a request: nothing as long as the registry has not asked for anything. */
    Optional<String> authorization(Call call) throws IOException, InterruptedException {
        Challenge challenge = challenges.get(call.endpoint().registry());
        return challenge == null ? Optional.empty() : meet(call, challenge, Optional.empty());
    }

    /**
     * What to send after a refusal.
     *
     * @param refused what was sent before, which is no good any more
     * @return empty if there is nothing else to send
     */
    Optional<String> answer(Call call, Response refusal, Optional<String> refused)
            throws IOException, InterruptedException {
        Optional<Challenge> challenge = Challenge.of(refusal.headers());
        if (challenge.isEmpty()) {
            return Optional.empty();
        }
        challenges.put(call.endpoint().registry(), challenge.get());
        return meet(call, challenge.get(), refused).filter(value -> !refused.equals(Optional.of(value)));
    }

    /** One thread gets a token, others that need the same wait for it. */
    private Optional<String> meet(Call call, Challenge challenge, Optional<String> refused)
            throws IOException, InterruptedException {
        String registry = call.endpoint().registry();
        if (challenge.scheme().equals("basic")) {
            return password(registry).map(Credentials.Password::basic);
        }
        Slot slot = slots.computeIfAbsent(new Key(registry, call.scope()), _ -> new Slot());
        synchronized (slot) {
            Optional<String> there = slot.find().filter(value -> !refused.equals(Optional.of(value)));
            return there.isPresent() ? there : Optional.of(fetch(call, challenge, slot));
        }
    }

    private Optional<Credentials.Password> password(String registry) {
        return credentials
                .find(registry)
                .filter(Credentials.Password.class::isInstance)
                .map(Credentials.Password.class::cast);
    }

    private String fetch(Call call, Challenge challenge, Slot slot) throws IOException, InterruptedException {
        String registry = call.endpoint().registry();
        URI realm = realm(call, challenge);
        Optional<Credentials> found = credentials.find(registry);
        Call request;
        Optional<String> authorization = Optional.empty();
        String service = challenge.parameter("service");
        if (found.orElse(null) instanceof Credentials.IdentityToken(String token)) {
            String form = form(Stream.of(
                    Map.entry("grant_type", "refresh_token"),
                    Map.entry("refresh_token", token),
                    Map.entry("client_id", "lxc4j"),
                    Map.entry("service", service),
                    Map.entry("scope", call.scope())));
            request = Call.of(doing(call), call.endpoint(), "POST", realm, "")
                    .with("Content-Type", "application/x-www-form-urlencoded")
                    .with(() -> BodyPublishers.ofString(form), new AtomicLong());
        } else {
            String query = form(Stream.concat(
                    service.isEmpty() ? Stream.empty() : Stream.of(Map.entry("service", service)),
                    Stream.of(call.scope().split(" ")).map(scope -> Map.entry("scope", scope))));
            URI uri = URI.create(realm + (realm.getRawQuery() == null ? "?" : "&") + query);
            request = Call.of(doing(call), call.endpoint(), "GET", uri, "");
            authorization = password(registry).map(Credentials.Password::basic);
        }
        try (Response response = sender.once(request, request.uri(), authorization, true)) {
            if (response.status() != 200) {
                throw request.failed(response);
            }
            return take(request, response.bytes(request, Call.ANSWER.characters()), slot);
        }
    }

    private static String doing(Call call) {
        return call.doing() + ": getting a token";
    }

    /** Passwords go where the registry says, but over no less safe a way than the registry itself. */
    private URI realm(Call call, Challenge challenge) {
        String realm = challenge.parameter("realm");
        try {
            URI uri = Endpoint.follow(call.endpoint().base(), realm, sender.plain());
            if (realm.isEmpty() || uri.getRawFragment() != null) {
                throw new IllegalArgumentException("it is missing, or has a fragment");
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw call.failed("wants a token of the realm \"" + Shown.text(realm, 120) + "\", which is not asked: "
                    + Shown.text(String.valueOf(e.getMessage()), 200));
        }
    }

    private static String form(Stream<Map.Entry<String, String>> fields) {
        return fields.map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static String take(Call request, byte[] body, Slot slot) {
        try {
            Map<String, JsonValue> answer = JsonValue.parse(body, Call.ANSWER).object();
            JsonValue token = answer.containsKey("token") ? answer.get("token") : answer.get("access_token");
            if (token == null || !TOKEN.matcher(token.string()).matches()) {
                throw request.failed("answered without a token, or with one of another form");
            }
            JsonValue life = answer.get("expires_in");
            Duration left = life == null ? USUAL_LIFE : Duration.ofSeconds(life.number(Integer.MAX_VALUE));
            Duration used = (left.compareTo(LONGEST_LIFE) > 0 ? LONGEST_LIFE : left).minus(MARGIN);
            String value = "Bearer " + token.string();
            slot.value = value;
            slot.expires = System.nanoTime() + used.toNanos();
            return value;
        } catch (InvalidSpecificationException _) {
            // Without its text and cause, as what was answered is a secret.
            throw request.failed("answered with something else than a token");
        }
    }
}
