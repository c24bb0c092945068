package io.lxc4j.cgroups;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The processes that a test starts in cgroups. They end with it. */
final class Inhabitants implements AutoCloseable {
    /** What never ends, and never waits. */
    static final String BUSY = "while :; do :; done";

    private static final long SOON_SECONDS = 60;

    private final List<Process> started = new ArrayList<>();

    /** Runs a script in a cgroup from its begin. */
    Process start(Cgroup cgroup, String script) throws IOException {
        return start(cgroup, "sh", script);
    }

    Process start(Cgroup cgroup, String shell, String script) throws IOException {
        Process process = new ProcessBuilder(shell, "-c", "read go; " + script)
                .redirectErrorStream(true)
                .start();
        started.add(process);
        cgroup.add(process.pid());
        OutputStream input = process.getOutputStream();
        input.write('\n');
        input.flush();
        return process;
    }

    /** Runs a script to its end, and gives what it writes. */
    String run(Cgroup cgroup, String script) throws IOException, InterruptedException {
        Process process = start(cgroup, script);
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SOON_SECONDS, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    Process first() {
        return started.getFirst();
    }

    /** What a file of a cgroup has, in the hierarchy that has it. */
    static String file(Cgroup cgroup, String... names) throws IOException {
        for (Path directory : cgroup.directories()) {
            for (String name : names) {
                if (Files.exists(directory.resolve(name))) {
                    return Files.readString(directory.resolve(name)).strip();
                }
            }
        }
        throw new AssertionError("no " + String.join(" or ", names) + " in " + cgroup);
    }

    /** A value of a file of keys and values. */
    static long value(Cgroup cgroup, String file, String key) throws IOException {
        return file(cgroup, file)
                .lines()
                .filter(line -> line.startsWith(key + " "))
                .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** How many descriptors this JVM has. */
    static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    /** How many descriptors of processes this JVM has. */
    static long pidfds() throws IOException {
        long count = 0;
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            for (Path link : open.toList()) {
                try {
                    if (Files.readSymbolicLink(link).toString().contains("pidfd")) {
                        count++;
                    }
                } catch (NoSuchFileException _) {
                    // closed meanwhile, as that of the list itself
                }
            }
        }
        return count;
    }

    @Override
    public void close() {
        started.forEach(Process::destroyForcibly);
    }
}
