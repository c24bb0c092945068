package io.lxc4j.layers.registry;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often something is tried, and how long is waited in between: twice as long each time, or as long as the registry says, and at most a
 * minute.
 *
 * @param attempts how often, from 1
 * @param first how long after the first failure
 */
record Retries(int attempts, Duration first) {
    static final Duration LONGEST = Duration.ofMinutes(1);

    /** How long the registry says. */
    static Optional<Duration> wanted(Response response) {
        return response.header("Retry-After").flatMap(Retries::read);
    }

    static Optional<Duration> read(String retryAfter) {
        try {
            if (retryAfter.matches("[0-9]{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(retryAfter)));
            }
            Instant time = ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration left = Duration.between(Instant.now(), time);
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /**
     * Waits after a failure; throws it if that was the last try, or the wait would be too long.
     *
     * @param failures how many there have been
     */
    void pause(int failures, Optional<Duration> wanted, RegistryException failure) throws InterruptedException {
        if (failures >= attempts
                || wanted.filter(wait -> wait.compareTo(LONGEST) > 0).isPresent()) {
            throw failure;
        }
        long usual = first.toMillis() << Math.min(failures - 1, 20);
        // Clients that failed together would come again together.
        long spread = usual + ThreadLocalRandom.current().nextLong(usual / 2 + 1);
        Thread.sleep(wanted.orElse(Duration.ofMillis(Math.min(spread, LONGEST.toMillis()))));
    }
}
