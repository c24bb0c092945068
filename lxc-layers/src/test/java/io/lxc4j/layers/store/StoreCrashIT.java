package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.MediaType;
import io.lxc4j.layers.registry.FakeRegistry;
import io.lxc4j.layers.registry.RegistryClient;
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

    /** Does anything until it is killed, and says what is done. */
    static final class Worker {
        private final Path store;
        private final Path trees;
        private final String registry;
        private final String mine;
        private final Random random;
        private int round;

        private Worker(String[] arguments) {
            store = Path.of(arguments[0]);
            trees = Path.of(arguments[1]);
            registry = arguments[2];
            mine = arguments[3];
            random = new Random(Long.parseLong(arguments[4]));
        }

        public static void main(String[] arguments) throws IOException {
            Worker worker = new Worker(arguments);
            while (true) {
                worker.work();
            }
        }

        private void work() {
            try (LayerStore opened = LayerStore.open(store)) {
                switch (random.nextInt(7)) {
                    case 0, 1 -> commit(opened);
                    case 2, 3 -> pull(opened);
                    case 4 -> opened.collect();
                    case 5 -> opened.deduplicate();
                    default -> opened.repair();
                }
            }
            round++;
        }

        private void commit(LayerStore opened) {
            String name = mine + ":" + round;
            Image base = opened.importTree(tree(), name);
            base.root();
            opened.commit(base, tree(), "more", name).root();
            CrashedStore.say(name);
            if (random.nextInt(3) == 0) {
                CrashedStore.say("-" + name);
                opened.untag(name);
            }
        }

        private Path tree() {
            return trees.resolve("t" + random.nextInt(CrashedStore.TREES));
        }

        private void pull(LayerStore opened) {
            String name = registry + "/app:" + random.nextInt(CrashedStore.TREES);
            try (RegistryClient client =
                    RegistryClient.builder().plainHttp(registry).build()) {
                Image image = opened.pull(name, client);
                String own = mine + ":" + round;
                opened.tag(image, own);
                CrashedStore.say(own);
                opened.untag(name); // so that it is fetched again, unless others have it
                image.root();
                if (random.nextBoolean()) {
                    CrashedStore.say("-" + own);
                    opened.untag(own);
                }
            }
        }
    }

    /** Serves images of two layers, the upper of which nobody can compress. */
    private void serve(FakeRegistry registry, Path trees) throws IOException {
        Random random = new Random(6);
        try (LayerStore store = LayerStore.open(directory.resolve("origin"))) {
            for (int i = 0; i < CrashedStore.TREES; i++) {
                byte[] content = new byte[1 << 20];
                random.nextBytes(content);
                Path upper = Files.createDirectories(directory.resolve("upper" + i));
                Files.write(upper.resolve("random"), content);
                Image base = store.importTree(trees.resolve("t" + i), "base:" + i);
                Image image = store.commit(base, upper, "random", "app:" + i);
                List<Descriptor> parts = new ArrayList<>(image.manifest().layers());
                parts.add(image.manifest().config());
                parts.add(image.descriptor());
                for (Descriptor part : parts) {
                    byte[] bytes = Files.readAllBytes(directory.resolve(
                            "origin/blobs/sha256/" + part.digest().hex()));
                    boolean isImage = part.equals(image.descriptor());
                    registry.serves(
                            "GET",
                            isImage ? "manifests/" + i : "blobs/" + part.digest(),
                            bytes,
                            "Content-Type",
                            isImage ? MediaType.MANIFEST.name() : "application/octet-stream");
                }
            }
        }
    }

    @Test
    @Timeout(3600)
    @DisplayName("has all that was acknowledged, no damage, and nothing half done")
    void killed() throws Exception {
        Path trees = CrashedStore.makeTrees(directory.resolve("trees"));
        Path place = directory.resolve("store");
        Random random = new Random(20);
        List<String> all = new ArrayList<>();
        try (FakeRegistry registry = new FakeRegistry()) {
            serve(registry, trees);
            for (int crash = 0; crash < CRASHES; crash++) {
                List<Process> workers = new ArrayList<>();
                for (String worker : List.of("one", "two")) {
                    List<String> command = ChildJvm.command(
                            Worker.class,
                            place.toString(),
                            trees.toString(),
                            registry.name(),
                            worker + crash,
                            Long.toString(random.nextLong()));
                    workers.add(new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .start());
                }
                List<String> said = new ArrayList<>();
                for (Process worker : workers) {
                    said.add(worker.inputReader().readLine()); // it is at work
                }
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_WORK_MILLIS)); // any moment is as good as another
                for (Process worker : workers) {
                    worker.toHandle().destroyForcibly(); // the process alone would close what it has written
                }
                for (Process worker : workers) {
                    try (BufferedReader output = worker.inputReader()) {
                        output.lines().forEach(said::add);
                    }
                }
                assertThat(said).allMatch(line -> line.matches("-?(one|two)[0-9]+:[0-9]+"));
                CrashedStore.verify(place, said);
                forget(place, said);
                all.addAll(said);
            }
        }
        System.out.println(CRASHES + " crashes, " + all.size() + " acknowledgements");
    }

    /** So that there are names to forget and blobs to collect, and the store stays small. */
    private static void forget(Path place, List<String> said) {
        try (LayerStore store = LayerStore.open(place)) {
            CrashedStore.acknowledged(said).stream().skip(1).forEach(store::untag);
        }
    }
}
