package io.lxc4j.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What this JVM holds that a launch could have left behind.
 *
 * @param descriptors what each open descriptor stands for; files of the JVM itself left out
 * @param children the processes whose parent this JVM is, zombies included
 * @param threads how many threads this library has
 */
record Leftovers(TreeMap<String, String> descriptors, List<String> children, long threads) {
    static Leftovers now() {
        return new Leftovers(
                openDescriptors(),
                childProcesses(),
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("lxc4j"))
                        .count());
    }

    /** Has every launching thread started, with what it keeps for good. */
    static void warmUp() {
        for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors() + 4; i++) {
            Child.output(Plans.exec("/bin/true"));
        }
    }

    private static TreeMap<String, String> openDescriptors() {
        TreeMap<String, String> descriptors = new TreeMap<>();
        for (Path link : list(Path.of("/proc/self/fd"))) {
            try {
                String target = Files.readSymbolicLink(link).toString();
                // The class path's files are opened lazily, and the listing of the directory is one itself.
                if (!target.endsWith(".jar")
                        && !target.endsWith("/modules")
                        && !target.startsWith("/proc/")
                        && !target.startsWith("/sys/")) {
                    descriptors.put(link.getFileName().toString(), target);
                }
            } catch (NoSuchFileException _) {
                // closed meanwhile
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return descriptors;
    }

    static List<String> childProcesses() {
        String parent = Long.toString(ProcessHandle.current().pid());
        List<String> children = new ArrayList<>();
        for (Path process : list(Path.of("/proc"))) {
            String name = process.getFileName().toString();
            if (Character.isDigit(name.charAt(0))) {
                try {
                    String stat = Files.readString(process.resolve("stat"));
                    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    if (words[1].equals(parent)) {
                        children.add(name);
                    }
                } catch (IOException _) {
                    // ended meanwhile
                }
            }
        }
        return children;
    }

    private static List<Path> list(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
