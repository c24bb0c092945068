package io.lxc4j.benchmarks.launch;

import io.lxc4j.benchmarks.race.Contender;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that launches and measures by itself: it takes a byte, and answers with a line that has the nanoseconds,
 * or what went wrong. So neither the pipe nor this JVM is part of what is measured.
 */
final class Helper implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    Helper(List<String> command) throws IOException {
        process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * One of the things that the process can launch. Closing it ends the process.
     *
     * @param name what the table calls it
     * @param order the byte that asks for it
     */
    Contender contender(String name, char order) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long launch() throws IOException {
                process.getOutputStream().write(order);
                process.getOutputStream().flush();
                String answer = answers.readLine();
                if (answer == null || answer.isEmpty() || !answer.chars().allMatch(Character::isDigit)) {
                    throw new IllegalStateException(name + " failed: " + answer);
                }
                return Long.parseLong(answer);
            }

            @Override
            public void close() {
                Helper.this.close();
            }
        };
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
