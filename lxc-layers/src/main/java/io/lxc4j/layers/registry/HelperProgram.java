package io.lxc4j.layers.registry;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.json.JsonLimits;
import io.lxc4j.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A program that keeps credentials: {@code docker-credential-NAME}, found in {@code PATH}. It runs on the host, with this JVM's rights,
 * so it runs only if it was asked for by name.
 */
public final class HelperProgram implements CredentialHelper {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final JsonLimits LIMITS = new JsonLimits("credential helper's answer", 64 * 1024, 100, 4);
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(30);
    private static final String NOT_FOUND = "credentials not found in native keychain";

    private final String program;
    private final Duration patience;

    HelperProgram(String program, Duration patience) {
        this.program = program;
        this.patience = patience;
    }

    /**
     * A program.
     *
     * @param name what follows {@code docker-credential-} in its name
     * @return what runs it each time it is asked
     * @throws InvalidSpecificationException if the name has other characters than letters, digits, ., _ and -
     */
    public static HelperProgram named(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSpecificationException("credential helper \"" + Shown.text(name, 80)
                    + "\": its name must have at most 64 letters, digits, ., _ and -, and begin with a letter"
                    + " or digit");
        }
        return new HelperProgram("docker-credential-" + name, USUAL_PATIENCE);
    }

    /**
     * Asks the program, for at most 30 seconds.
     *
     * @throws RegistryException if it can't be run, fails, or answers with something else
     */
    @Override
    public Optional<Credentials> get(String server) {
        try {
            Process process = new ProcessBuilder(program, "get")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return answer(process, server);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new RegistryException("asking " + program + " for credentials of " + server + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException("asking " + program + " for credentials of " + server + ": interrupted", e);
        }
    }

    private Optional<Credentials> answer(Process process, String server) throws IOException, InterruptedException {
        try (var input = process.getOutputStream()) {
            input.write((server + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException _) {
            // It did not want to hear that; its status says why.
        }
        // The end of its output comes with its own, which the timeout brings about.
        CompletableFuture<?> end = process.onExit()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((_, timeout) -> {
                    if (timeout != null) {
                        end(process);
                    }
                });
        byte[] output;
        try (InputStream stream = process.getInputStream()) {
            output = stream.readNBytes(LIMITS.characters() + 1);
        }
        if (output.length > LIMITS.characters()) {
            throw failed(server, "it answers with more than " + LIMITS.characters() + " bytes");
        }
        int status = process.waitFor();
        end.cancel(false);
        if (status == 0) {
            return credentials(server, output);
        }
        if (new String(output, StandardCharsets.UTF_8).strip().equals(NOT_FOUND)) {
            return Optional.empty();
        }
        throw failed(server, "it ended with " + status + ", or was ended after " + patience.toMillis() + " ms");
    }

    /** What it has started may hold its output open. It must not see that end, and go on. */
    private static void end(Process process) {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    private Optional<Credentials> credentials(String server, byte[] output) {
        try {
            Map<String, JsonValue> answer = JsonValue.parse(output, LIMITS).object();
            JsonValue user = answer.get("Username");
            JsonValue secret = answer.get("Secret");
            if (user == null || secret == null) {
                throw failed(server, "its answer has no Username or no Secret");
            }
            return Optional.of(
                    user.string().equals("<token>")
                            ? new Credentials.IdentityToken(secret.string())
                            : new Credentials.Password(user.string(), secret.string()));
        } catch (InvalidSpecificationException e) {
            // Without its text and cause, as what was answered is a secret.
            throw failed(server, "its answer has another form than Docker's");
        }
    }

    private RegistryException failed(String server, String problem) {
        return new RegistryException("asking " + program + " for credentials of " + server + ": " + problem);
    }

    /** Renders the program's name. */
    @Override
    public String toString() {
        return program;
    }
}
