package io.lxc4j.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs a tool of the host to its end. */
public final class Command {
    private static final long TIMEOUT_SECONDS = 60;

    private Command() {}

    /**
     * How a tool ended.
     *
     * @param status its exit status, 128 and the signal's number if a signal ended it
     * @param output what it wrote
     * @param errors what it wrote as errors
     */
    public record Result(int status, String output, String errors) {
        /**
         * Insists on success.
         *
         * @return what it wrote
         */
        public String orFail() {
            if (status != 0) {
                throw new AssertionError("exit status " + status + "\n" + errors + output);
            }
            return output;
        }
    }

    /**
     * Runs a tool with no input, in the C locale.
     *
     * @param command the tool and its arguments
     * @return how it ended
     */
    public static Result run(List<String> command) {
        Result result = tryRun(command);
        if (result == null) {
            throw new AssertionError("no such tool: " + command.getFirst());
        }
        return result;
    }

    /**
     * Runs a tool with no input, in the C locale.
     *
     * @param command the tool and its arguments
     * @return how it ended
     */
    public static Result run(String... command) {
        return run(Arrays.asList(command));
    }

    /**
     * Runs a tool that may be missing.
     *
     * @param command the tool and its arguments
     * @return how it ended; null if there is no such tool
     */
    public static @Nullable Result tryRun(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
        } catch (IOException _) {
            return null;
        }
        try {
            process.getOutputStream().close();
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process.getInputStream()));
            CompletableFuture<String> errors = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()));
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("not done after " + TIMEOUT_SECONDS + " s: " + command);
            }
            return new Result(process.exitValue(), output.join(), errors.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String read(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
