package io.lxc4j.benchmarks.launch;

import io.lxc4j.benchmarks.race.Contender;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A JVM of its own that launches on demand, for conditions that need one: a heap size, many open descriptors. */
public final class LaunchServer {
    /** The argument of the main program that starts it. */
    public static final String COMMAND = "launch-server";

    /** Asks for a process by {@link ProcessBuilder}. */
    static final char PROCESS = 'p';

    /** Asks for a container with all namespaces but that of users. */
    static final char FULL = 'f';

    private LaunchServer() {}

    /**
     * What a server has open.
     *
     * @param descriptors how many descriptors it opens
     * @param launches how many containers it launches before that
     */
    record Load(int descriptors, int launches) {
        static final Load NONE = new Load(0, 0);
    }

    /** Starts a server as another JVM with this one's class path. */
    static Helper start(Path root, Load load, String... jvmArguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Arrays.asList(jvmArguments));
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--class-path",
                System.getProperty("java.class.path"),
                "io.lxc4j.benchmarks.Main",
                COMMAND,
                root.toString(),
                Integer.toString(load.launches()),
                Integer.toString(load.descriptors())));
        return new Helper(command);
    }

    /**
     * Serves until the standard input ends.
     *
     * @param arguments the root directory, the number of launches before, and that of descriptors to open
     * @throws IOException if a process can't be started
     * @throws InterruptedException if the thread is interrupted
     */
    public static void run(String[] arguments) throws IOException, InterruptedException {
        Path root = Path.of(arguments[0]);
        Contender process = Contenders.processBuilder(root);
        Contender full = Contenders.container(Contenders.FULL, Contenders.full(root));
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            full.launch();
        }
        List<InputStream> opened = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
            opened.add(new FileInputStream("/dev/null"));
        }
        int order;
        while ((order = System.in.read()) >= 0) {
            System.out.println((order == PROCESS ? process : full).launch());
        }
        for (InputStream stream : opened) {
            stream.close();
        }
    }
}
