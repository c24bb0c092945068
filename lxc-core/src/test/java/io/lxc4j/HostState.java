package io.lxc4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;

/** What this process and its machine have that a container could leave behind. */
public record HostState(
        Map<String, String> descriptors,
        List<String> mounts,
        List<Long> children,
        TreeSet<String> threads,
        TreeSet<String> tmp) {

    /** Warms up what lives as long as the JVM: launching threads, the reactor, their descriptors. */
    public static HostState warm() throws Exception {
        for (int i = 0; i < 40; i++) {
            Container.run("true"); // another program each time, so each launching thread comes to have one
        }
        return now();
    }

    public static HostState now() throws IOException {
        Map<String, String> descriptors = new TreeMap<>();
        try (DirectoryStream<Path> directory = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path fd : directory) {
                try {
                    descriptors.put(
                            fd.getFileName().toString(),
                            Files.readSymbolicLink(fd).toString());
                } catch (IOException _) {
                    // the descriptor of the listing itself, closed by now
                }
            }
        }
        descriptors.values().removeIf(target -> target.startsWith("/proc/") && target.endsWith("/fd"));
        TreeSet<String> tmp = new TreeSet<>();
        try (DirectoryStream<Path> directory = Files.newDirectoryStream(Path.of("/tmp"))) {
            // other programs of the machine use it as well
            directory.forEach(entry -> {
                if (entry.toString().contains("lxc4j") && !entry.toString().contains("hsperfdata")) {
                    tmp.add(entry.toString());
                }
            });
        }
        TreeSet<String> threads = new TreeSet<>();
        Thread.getAllStackTraces().keySet().forEach(thread -> threads.add(thread.getName()));
        threads.removeIf(name -> name.startsWith("ForkJoinPool")
                || name.startsWith("Common-Cleaner")
                || name.startsWith("awaitility")
                || name.startsWith("junit-jupiter-timeout")
                || name.equals("process reaper"));
        return new HostState(
                descriptors,
                Files.readAllLines(Path.of("/proc/self/mountinfo")),
                ProcessHandle.current().children().map(ProcessHandle::pid).toList(),
                threads,
                tmp);
    }

    /** The same as before, at the latest when the kernel has finished what it does in the background. */
    public void assertUnchanged() {
        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            HostState now = now();
            assertThat(now.descriptors).isEqualTo(withoutPipesClosedUntil(now));
            assertThat(now.mounts).isEqualTo(mounts);
            assertThat(now.children).isEqualTo(children);
            assertThat(threads).containsAll(now.threads);
            assertThat(tmp).containsAll(now.tmp);
        });
    }

    /** A process of before may have been about to end, and with it its pipes. */
    private Map<String, String> withoutPipesClosedUntil(HostState now) {
        Map<String, String> rest = new TreeMap<>(descriptors);
        rest.entrySet()
                .removeIf(
                        entry -> entry.getValue().startsWith("pipe:") && !now.descriptors.containsKey(entry.getKey()));
        return rest;
    }
}
