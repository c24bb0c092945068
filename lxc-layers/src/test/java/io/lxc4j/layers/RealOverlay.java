package io.lxc4j.layers;

import io.lxc4j.layers.files.TreeRemover;
import io.lxc4j.testing.Command;
import io.lxc4j.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/** Has the kernel do to an overlay what the code under test only reads or computes: as root, or in a user namespace. */
final class RealOverlay {
    private static final String LIST = """
        find . ! -type d -printf '%P|%y %m %U:%G %T@ %s %l\\n'
        find . -type d -printf '%P|%y %m %U:%G %T@\\n'
        find . -type f -printf '%P|' -exec sh -c 'sha256sum < "$1"' sh {} \\;
        find . \\( -type f -o -type d \\) -printf '%P|' -exec sh -c 'getfattr -d -m "^user.t" "$1" | md5sum' sh {} \\;
        """;

    private final Path directory;
    private int count;

    RealOverlay(Path directory) {
        this.directory = directory;
    }

    static void assume() {
        if (!Requirement.ROOT.problem().isEmpty()) {
            Requirement.USER_NAMESPACES.assume();
        }
    }

    /** Also while a store that was closed notes in the background that layers are written. */
    static void remove(Path directory) {
        Awaitility.await()
                .ignoreExceptions()
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> TreeRemover.remove(directory));
    }

    /** Runs a script in an overlay of layers, the top one first, and gives the upper directory that it leaves. */
    Path change(List<Path> layers, String script) throws IOException {
        Path upper = Files.createDirectory(directory.resolve("upper" + ++count));
        run(layers, upper, script);
        return upper;
    }

    /** Properties and content of all that is shown, by path. */
    Map<String, String> list(List<Path> layers) throws IOException {
        Path upper = Files.createDirectory(directory.resolve("none" + ++count));
        Map<String, String> all = new TreeMap<>();
        run(layers, upper, LIST).lines().forEach(line -> {
            int bar = line.indexOf('|');
            all.merge(line.substring(0, bar), line.substring(bar + 1), (one, more) -> one + " " + more);
        });
        all.remove(""); // the root's time is that of an empty upper directory
        return all;
    }

    private String run(List<Path> layers, Path upper, String script) throws IOException {
        Path work = Files.createDirectory(directory.resolve("work" + count));
        Path at = Files.createDirectories(directory.resolve("at"));
        boolean asRoot = Requirement.ROOT.problem().isEmpty();
        String options = "lowerdir="
                + String.join(":", layers.stream().map(Path::toString).toList()) + ",upperdir=" + upper + ",workdir="
                + work + (asRoot ? ",redirect_dir=off,metacopy=off" : ",userxattr");
        List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
        if (!asRoot) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of(
                "bash",
                "-uc",
                "set -e; mount -t overlay overlay -o \"$0\" \"$1\"; cd \"$1\"; set +e; exec 2>/dev/null\n" + script
                        + "\ntrue",
                options,
                at.toString()));
        return Command.run(command).orFail();
    }

    /** A script that does this and that to some of few files, so that it often does several things to the same. */
    static String changes(Random random, String below, int number) {
        StringBuilder script = new StringBuilder("mkdir -p " + below + "\n");
        for (int i = 0; i < number; i++) {
            String path = path(random, below);
            String other = path(random, below);
            int value = random.nextInt(1000);
            script.append(
                    switch (random.nextInt(13)) {
                        case 0, 1, 2 ->
                            "mkdir -p $(dirname " + path + "); [ -p " + path + " ] || echo " + value + " > " + path;
                        case 3 -> "rm -rf " + path;
                        case 4 -> "rm -rf " + path + "; mkdir " + path + "; echo new > " + path + "/f1";
                        case 5 -> "rm -rf " + path + "; echo " + value + " > " + path;
                        case 6 -> "chmod " + (value % 2 == 0 ? "700 " : "755 ") + path;
                        case 7 -> "rm -rf " + path + "; ln -s nowhere/" + value + " " + path;
                        case 8 -> "ln " + path + " " + other;
                        case 9 -> "mv -T " + path + " " + other;
                        case 10 -> "mkfifo " + path;
                        case 11 -> "touch -d @" + value + ".5 " + path;
                        default -> "setfattr -n user.t -v " + value + " " + path;
                    });
            script.append('\n');
        }
        return script.toString();
    }

    private static String path(Random random, String below) {
        StringBuilder path = new StringBuilder(below);
        int depth = 1 + random.nextInt(3);
        for (int i = 1; i < depth; i++) {
            path.append("/d").append(random.nextInt(3));
        }
        return path.append(random.nextBoolean() ? "/d" : "/f")
                .append(random.nextInt(3))
                .toString();
    }
}
