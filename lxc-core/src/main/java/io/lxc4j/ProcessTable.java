package io.lxc4j;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a PID namespace and of those below it, looked for in this JVM's {@code /proc}: the container's own may
 * show what it likes.
 */
final class ProcessTable {
    private final Path proc;

    ProcessTable() {
        this(Path.of("/proc"));
    }

    ProcessTable(Path proc) {
        this.proc = proc;
    }

    /**
     * A process as {@code /proc} has it.
     *
     * @param pids its ids, from the namespace of the table to its own
     */
    private record Entry(
            Path directory,
            long parent,
            List<Long> pids,
            String name,
            @Nullable String namespace) {}

    /** What runs in the namespace of a process, by its id there; nothing if that process has ended. */
    List<RunningProcess> inNamespaceOf(long first) {
        Map<Long, Entry> all = new HashMap<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path directory : directories) {
                Entry entry = read(directory);
                if (entry != null) {
                    all.put(entry.pids.getFirst(), entry);
                }
            }
        } catch (IOException e) {
            throw new HostUnsupportedException("listing " + proc + "; it must be mounted", e);
        }
        Entry container = all.get(first);
        if (container == null) {
            return List.of();
        }
        int level = container.pids.size() - 1;
        List<RunningProcess> found = new ArrayList<>();
        for (Entry entry : all.values()) {
            if (entry.pids.size() > level && belongs(entry, container, all)) {
                Entry parent = all.get(entry.parent);
                found.add(new RunningProcess(
                        entry.pids.getFirst(),
                        entry.pids.get(level),
                        parent != null && belongs(parent, container, all) ? parent.pids.get(level) : 0,
                        entry.name,
                        command(entry.directory)));
            }
        }
        found.sort(Comparator.comparingLong(RunningProcess::pid));
        return found;
    }

    /** What is in a namespace further below, or hides its namespace, is known by its ancestors. */
    private static boolean belongs(Entry entry, Entry container, Map<Long, Entry> all) {
        Entry ancestor = entry;
        for (int steps = 0; ancestor != null && steps <= all.size(); steps++) {
            if (ancestor.equals(container)
                    || (ancestor.namespace != null && ancestor.namespace.equals(container.namespace))) {
                return true;
            }
            ancestor = all.get(ancestor.parent);
        }
        return false;
    }

    private static @Nullable Entry read(Path directory) {
        try {
            // The first line has the program's name, which may be any bytes.
            List<String> status = Files.readAllLines(directory.resolve("status"), StandardCharsets.ISO_8859_1);
            long parent = 0;
            List<Long> pids = new ArrayList<>();
            for (String line : status) {
                if (line.startsWith("PPid:")) {
                    parent = Long.parseLong(line.substring(5).strip());
                } else if (line.startsWith("NSpid:")) {
                    for (String pid : line.substring(6).strip().split("\\s+", -1)) {
                        pids.add(Long.parseLong(pid));
                    }
                }
            }
            String name = new String(Files.readAllBytes(directory.resolve("comm")), StandardCharsets.UTF_8);
            return new Entry(directory, parent, pids, name.stripTrailing(), namespace(directory));
        } catch (IOException _) {
            return null; // it has just ended
        }
    }

    private static @Nullable String namespace(Path directory) throws NoSuchFileException {
        try {
            return Files.readSymbolicLink(directory.resolve("ns/pid")).toString();
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException _) {
            return null; // it is another user's, or hides from tracers
        }
    }

    private static List<String> command(Path directory) {
        try {
            String line = new String(Files.readAllBytes(directory.resolve("cmdline")), StandardCharsets.UTF_8);
            List<String> words = new ArrayList<>(List.of(line.split("\0", -1)));
            words.removeLast(); // each ends with a NUL
            return words;
        } catch (IOException _) {
            return List.of();
        }
    }
}
