package io.lxc4j.benchmarks.layers;

import io.lxc4j.benchmarks.race.Contender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Other programs, which are started and waited for; their output goes nowhere but where they fail. */
final class Programs {
    private Programs() {}

    /** Does something before and after what is measured. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException, InterruptedException;

        static Step none() {
            return () -> {};
        }
    }

    static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(List.of(command) + " failed: " + output);
        }
    }

    static boolean has(String program) {
        try {
            run("sh", "-c", "command -v " + program);
            return true;
        } catch (IllegalStateException | IOException _) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    static void remove(Path path) throws IOException, InterruptedException {
        run("rm", "-rf", path.toString());
    }

    /** What is measured between two steps that are not. */
    static Contender timed(String name, Step before, Step measured, Step after) {
        return Contender.of(name, () -> {
            before.run();
            long start = System.nanoTime();
            measured.run();
            long nanoseconds = System.nanoTime() - start;
            after.run();
            return nanoseconds;
        });
    }
}
