package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A store whose JVMs are killed")
class StoreCrashIT {
    /** More by {@code -Dlxc.tests.crashes=200}. */
    private static final int CRASHES = Integer.getInteger("lxc.tests.crashes", 8);

    private static final int LONGEST_WORK_MILLIS = 700;

    @TempDir
    Path directory;

    /** Imports, unpacks, commits, forgets and collects until it is killed, and says what is done. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws IOException {
            Path store = Path.of(arguments[0]);
            Path trees = Path.of(arguments[1]);
            String mine = arguments[2];
            Random random = new Random(Long.parseLong(arguments[3]));
            for (int i = 0; ; i++) {
                try (LayerStore opened = LayerStore.open(store)) {
                    String name = mine + ":" + i;
                    Image base = opened.importTree(trees.resolve("t" + random.nextInt(3)), name);
                    base.root();
                    opened.commit(base, trees.resolve("t" + random.nextInt(3)), "more", name)
                            .root();
                    System.out.println(name);
                    if (i > 0 && random.nextInt(3) == 0) {
                        System.out.println("-" + mine + ":" + (i - 1));
                        opened.untag(mine + ":" + (i - 1));
                    }
                }
                if (random.nextInt(4) == 0) {
                    try (LayerStore opened = LayerStore.open(store)) {
                        opened.collect();
                    }
                }
            }
        }
    }

    @Test
    @Timeout(1800)
    @DisplayName("has all that was acknowledged, no damage, and nothing half done")
    void killed() throws Exception {
        Path trees = Files.createDirectory(directory.resolve("trees"));
        for (int i = 0; i < 3; i++) {
            Path tree = Files.createDirectories(trees.resolve("t" + i + "/etc")).getParent();
            for (int file = 0; file < 40; file++) {
                Files.writeString(tree.resolve("etc/f" + file), ("tree " + i + " file " + file).repeat(200));
            }
        }
        Path place = directory.resolve("store");
        Random random = new Random(20);
        for (int crash = 0; crash < CRASHES; crash++) {
            List<Process> workers = new ArrayList<>();
            for (String worker : List.of("one", "two")) {
                List<String> command = ChildJvm.command(
                        Worker.class,
                        place.toString(),
                        trees.toString(),
                        worker + crash,
                        Long.toString(random.nextLong()));
                workers.add(
                        new ProcessBuilder(command).redirectErrorStream(true).start());
            }
            List<String> said = new ArrayList<>();
            for (Process worker : workers) {
                said.add(worker.inputReader().readLine()); // it is at work
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_WORK_MILLIS)); // any moment is as good as another
            workers.forEach(
                    worker -> worker.toHandle().destroyForcibly()); // the process alone would close what it has written
            for (Process worker : workers) {
                try (BufferedReader output = worker.inputReader()) {
                    output.lines().forEach(said::add);
                }
            }
            assertThat(said).allMatch(line -> line.matches("-?(one|two)[0-9]+:-?[0-9]+"));
            verify(place, said);
        }
    }

    private static void verify(Path place, List<String> said) {
        try (LayerStore store = LayerStore.open(place)) {
            assertThat(store.check()).isEmpty();
            for (String name : said) {
                if (!name.startsWith("-") && !said.contains("-" + name)) {
                    Image image = store.image(name);
                    image.root();
                    assertThat(image.manifest().layers()).hasSize(2);
                }
            }
        }
        try (LayerStore store = LayerStore.open(place)) {
            store.collect();
            assertThat(store.check()).isEmpty();
            assertThat(place.resolve("tmp")).isEmptyDirectory();
            assertThat(place.resolve("leases").toFile().list()).hasSize(1);
        }
    }
}
