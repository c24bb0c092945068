package io.lxc4j.benchmarks.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A directory for the time of the measurements: the root that all containers have, and the programs built for them. */
final class Workshop implements AutoCloseable {
    private static final Path BUSYBOX = Path.of("/bin/busybox");

    private final Path directory;
    private final Path root;
    private final Optional<Path> helper;
    private final boolean calls;

    Workshop() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("lxc4j-benchmark-");
        root = directory.resolve("root");
        // The root of a user namespace is somebody else on the host, and must get through.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String name : List.of("proc", "sys", "dev", "bin")) {
            Files.createDirectories(root.resolve(name));
        }
        Path program = Path.of(root + Contenders.TRUE);
        if (!compile("true.c", program, "-static", "-nostdlib")) {
            Files.copy(BUSYBOX, program, StandardCopyOption.COPY_ATTRIBUTES);
            System.out.println("the program is busybox's true, as there is no gcc");
        }
        if (!compile("pause.c", Path.of(root + Contenders.PAUSE), "-static", "-nostdlib")) {
            System.out.println("nothing stays in a container, as there is no gcc");
        }
        calls = compile("calls.c", Path.of(root + Contenders.CALLS), "-static");
        if (Files.exists(BUSYBOX)) {
            Files.copy(BUSYBOX, root.resolve("bin/sh"), StandardCopyOption.COPY_ATTRIBUTES);
        }
        Path compiled = directory.resolve("helper");
        helper = compile("helper.c", compiled) ? Optional.of(compiled) : Optional.empty();
    }

    /** The root directory of the containers. */
    Path root() {
        return root;
    }

    /** Where to put files. */
    Path directory() {
        return directory;
    }

    /** The program that launches from C; absent if there is no C compiler. */
    Optional<Path> helper() {
        return helper;
    }

    /** Whether the program is there that measures its own system calls. */
    boolean hasCalls() {
        return calls;
    }

    private boolean compile(String source, Path program, String... options) throws IOException, InterruptedException {
        Path file = directory.resolve(source);
        try (InputStream in = Workshop.class.getResourceAsStream(source)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + source + " is missing");
            }
            Files.copy(in, file);
        }
        List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-o", program.toString(), file.toString()));
        command.addAll(List.of(options));
        return Trial.of(command)
                .map(problem -> {
                    System.out.println(source + " is not built: " + problem);
                    return false;
                })
                .orElse(true);
    }

    @Override
    public void close() throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException problem) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** A command that is run once to see whether it works. */
    static final class Trial {
        private Trial() {}

        /**
         * Runs a command.
         *
         * @return what went wrong; empty if it exited with 0
         */
        static Optional<String> of(List<String> command) throws InterruptedException {
            Process process;
            String output;
            try {
                process = new ProcessBuilder(command).redirectErrorStream(true).start();
                process.getOutputStream().close();
                output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            } catch (IOException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("it does not end");
            }
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of("exit code " + process.exitValue() + (output.isEmpty() ? "" : ", " + output));
        }
    }
}
