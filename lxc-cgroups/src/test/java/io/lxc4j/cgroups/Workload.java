package io.lxc4j.cgroups;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Processes that a test runs in cgroups, ended with it. */
final class Workload implements AutoCloseable {
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
