package io.lxc4j;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A JVM that a test starts and may kill. */
final class ChildJvm {
    private ChildJvm() {}

    /** The command that runs a class of these tests. */
    static List<String> command(Class<?> main, String... arguments) {
        String path = System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path", "") + ":"
                + Path.of("target", "test-classes").toAbsolutePath() + ":"
                + Path.of("target", "classes").toAbsolutePath();
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
