package io.lxc4j.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A JVM that a test starts and may kill. */
public final class ChildJvm {
    private ChildJvm() {}

    /**
     * The command that runs a class of a module's tests, in the directory of the module.
     *
     * @param main a class with a main method
     * @param arguments its arguments
     * @return the command
     */
    public static List<String> command(Class<?> main, String... arguments) {
        return command(String.join(":", classPath()), main, arguments);
    }

    /**
     * The same for a user who can't read the files of this one: they are copied.
     *
     * @param copies a directory that everybody may read
     * @param main a class with a main method
     * @param arguments its arguments
     * @return the command
     * @throws IOException if they can't be copied
     */
    public static List<String> commandOfOthers(Path copies, Class<?> main, String... arguments) throws IOException {
        List<String> path = new ArrayList<>();
        for (String entry : classPath()) {
            Path from = Path.of(entry);
            if (Files.exists(from)) {
                Path to = copies.resolve(path.size() + "-" + from.getFileName());
                copy(from, to);
                path.add(to.toString());
            }
        }
        return command(String.join(":", path), main, arguments);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path file : (Iterable<Path>) tree::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static List<String> classPath() {
        return Stream.of(
                        System.getProperty("jdk.module.path", ""),
                        System.getProperty("java.class.path", ""),
                        Path.of("target", "test-classes").toAbsolutePath().toString(),
                        Path.of("target", "classes").toAbsolutePath().toString())
                .flatMap(part -> Stream.of(part.split(":", -1)))
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    private static List<String> command(String path, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                path,
                main.getName()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }
}
