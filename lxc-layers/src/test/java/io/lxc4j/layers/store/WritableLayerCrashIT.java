package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.error.ContainerException;
import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.WritableLayer;
import io.lxc4j.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Writable layers of a store whose JVMs are killed")
class WritableLayerCrashIT {
    /** More by {@code -Dlxc.tests.crashes=200}. */
    private static final int CRASHES = Integer.getInteger("lxc.tests.crashes", 6);

    private static final int LONGEST_WORK_MILLIS = 400;
    private static final int FILES = 50;

    @TempDir
    Path directory;

    /** Makes, fills, resets and removes layers until it is killed, and says what is done. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws IOException {
            try (LayerStore store = LayerStore.open(Path.of(arguments[0]))) {
                Image image = store.image("base:1");
                for (int i = 0; ; i++) {
                    String name = arguments[1] + "-" + i;
                    WritableLayer layer = store.createWritable(image, name);
                    System.out.println("made " + name);
                    Path upper = store.directory().resolve("writable/" + name + "/d/upper");
                    for (int file = 0; file < FILES; file++) {
                        Files.writeString(upper.resolve("f" + file), "written");
                    }
                    System.out.println("filled " + name);
                    if (i % 3 == 1) {
                        layer.reset();
                        System.out.println("reset " + name);
                    } else if (i % 3 == 2) {
                        layer.remove();
                        System.out.println("removed " + name);
                    }
                }
            }
        }
    }

    @Test
    @Timeout(900)
    @DisplayName("are there whole or not at all, and free")
    void killed() throws Exception {
        Path place = directory.resolve("store");
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Files.writeString(tree.resolve("file"), "below");
        try (LayerStore store = LayerStore.open(place)) {
            store.importTree(tree, "base:1");
        }
        Random random = new Random(21);
        for (int crash = 0; crash < CRASHES; crash++) {
            List<Process> workers = new ArrayList<>();
            for (String worker : List.of("one", "two")) {
                workers.add(new ProcessBuilder(ChildJvm.command(Worker.class, place.toString(), worker + "." + crash))
                        .redirectErrorStream(true)
                        .start());
            }
            List<String> said = new ArrayList<>();
            for (Process worker : workers) {
                said.add(worker.inputReader().readLine()); // it is at work
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_WORK_MILLIS)); // any moment is as good as another
            workers.forEach(worker -> worker.toHandle().destroyForcibly());
            for (Process worker : workers) {
                try (BufferedReader output = worker.inputReader()) {
                    output.lines().forEach(said::add);
                }
            }
            assertThat(said).allMatch(line -> line.matches("(made|filled|reset|removed) (one|two)[.][0-9]+-[0-9]+"));
            verify(place, new HashSet<>(said));
        }
    }

    private static void verify(Path place, Set<String> said) {
        try (LayerStore store = LayerStore.open(place)) {
            store.collect();
            assertThat(store.check()).isEmpty();
            assertThat(place.resolve("tmp")).isEmptyDirectory();
            List<String> names = store.writableNames();
            for (String line : said) {
                String name = line.substring(line.indexOf(' ') + 1);
                if (line.startsWith("removed")) {
                    assertThat(names).doesNotContain(name);
                } else if (!said.contains("removed " + name) && !isLast(name, said, names)) {
                    assertThat(names).contains(name);
                }
            }
            for (String name : names) {
                Path upper = place.resolve("writable/" + name + "/d/upper");
                if (said.contains("reset " + name)) {
                    assertThat(upper).isEmptyDirectory();
                } else if (said.contains("filled " + name) && !isResetting(name)) {
                    assertThat(upper.toFile().list()).hasSize(FILES);
                }
                WritableLayer layer = store.writable(name); // free, whoever had it
                layer.reset();
                assertThat(upper).isEmptyDirectory();
                layer.remove();
            }
            assertThat(store.writableNames()).isEmpty();
        } catch (ContainerException e) {
            throw new AssertionError("after " + said, e);
        }
    }

    /** One that was being removed when its JVM was killed may be gone, though nobody has said so. */
    private static boolean isLast(String name, Set<String> said, List<String> names) {
        return number(name) % 3 == 2 && !names.contains(name) && said.contains("filled " + name);
    }

    private static boolean isResetting(String name) {
        return number(name) % 3 == 1;
    }

    private static int number(String name) {
        return Integer.parseInt(name.substring(name.indexOf('-') + 1));
    }
}
