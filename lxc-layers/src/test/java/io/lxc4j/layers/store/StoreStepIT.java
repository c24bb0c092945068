package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each step is a system call that changes something; strace kills the JVM right before one. */
@DisplayName("A store whose JVM is killed before a step")
class StoreStepIT {
    private static final String STEPS =
            "write,pwrite64,ftruncate,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
                + "unlink,unlinkat,rmdir,mkdir,mkdirat,mknodat,fsync,fdatasync,fchmod,fchmodat,fchownat,utimensat,fsetxattr";

    /** All by {@code -Dlxc.tests.steps=1000000}. */
    private static final int MOST = Integer.getInteger("lxc.tests.steps", 4);

    @TempDir
    Path directory;

    /** What is done. */
    enum Work {
        ADD,
        REMOVE,
        DEDUPLICATE,
        REPAIR;

        void prepare(Path place, Path trees) throws IOException {
            if (this != ADD) {
                try (LayerStore store = LayerStore.open(place)) {
                    for (int i = 0; i < 2; i++) {
                        Image base = store.importTree(trees.resolve("t" + i), "kept:" + i);
                        base.root();
                        store.commit(base, trees.resolve("t" + (i + 1)), "", "kept:" + i)
                                .root();
                    }
                }
            }
            if (this == REPAIR) {
                try (var layers = Files.list(place.resolve("layers"))) {
                    for (Path layer : layers.toList()) {
                        Files.writeString(layer.resolve("f/etc/f0"), "damaged");
                    }
                }
                try (var keys = Files.list(place.resolve("keys"))) {
                    Path key = keys.sorted().findFirst().orElseThrow();
                    Files.delete(key);
                    Files.createSymbolicLink(key, Path.of("../layers/none"));
                }
            }
        }

        /** A call that shows that it does something. */
        String step() {
            return switch (this) {
                case ADD, REPAIR -> "rename";
                case REMOVE -> "unlink";
                case DEDUPLICATE -> "linkat";
            };
        }

        /** What is named when all is done. */
        List<String> whole() {
            return switch (this) {
                case ADD -> List.of("app:1");
                case REMOVE -> List.of("kept:1");
                case DEDUPLICATE, REPAIR -> List.of("kept:0", "kept:1");
            };
        }

        void run(Path place, Path trees) {
            try (LayerStore store = LayerStore.open(place)) {
                switch (this) {
                    case ADD -> {
                        Image base = store.importTree(trees.resolve("t0"), "app:base");
                        base.root();
                        store.commit(base, trees.resolve("t1"), "", "app:1").root();
                        CrashedStore.say("app:1");
                    }
                    case REMOVE -> {
                        CrashedStore.say("-kept:0");
                        store.untag("kept:0");
                        store.collect();
                    }
                    case DEDUPLICATE -> store.deduplicate();
                    case REPAIR -> {
                        store.repair();
                        store.collect();
                    }
                }
            }
        }
    }

    /** Does one thing. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) {
            Work.valueOf(arguments[0]).run(Path.of(arguments[1]), Path.of(arguments[2]));
        }
    }

    @ParameterizedTest
    @EnumSource(Work.class)
    @Timeout(3600)
    @DisplayName("has all that was acknowledged, and goes on as if nothing had been")
    void killed(Work work) throws Exception {
        Requirement.STRACE.assume();
        Path trees = CrashedStore.makeTrees(directory.resolve("trees"));
        Path log = directory.resolve("log");
        assertThat(run(work, trees, directory.resolve("whole"), List.of("-o", log.toString())))
                .isZero();
        List<String> steps = steps(Files.readAllLines(log));
        assertThat(steps).hasSizeGreaterThan(30).anyMatch(step -> step.startsWith(work.step()));
        int tried = 0;
        int killed = 0;
        int stride = Math.max(1, steps.size() / MOST);
        for (int step = stride / 2; step < steps.size(); step += stride) {
            List<String> options = List.of("-o", "/dev/null", "-e", "inject=" + steps.get(step));
            tried++;
            killed += run(work, trees, directory.resolve("store" + step), options) == 0 ? 0 : 1;
        }
        System.out.println(work + ": killed before " + killed + " of " + steps.size() + " steps");
        assertThat(killed)
                .isGreaterThanOrEqualTo(tried * 2 / 3); // names are by chance, and so is how often one is tried
    }

    /** The calls of the thread that makes most: for strace each is its name, and the how manieth of that name it is. */
    private static List<String> steps(List<String> log) {
        List<String> lines = log.stream().filter(line -> line.contains("(")).toList();
        Map<String, List<String>> byThread =
                lines.stream().collect(Collectors.groupingBy(line -> line.split(" ", 2)[0]));
        List<String> longest = byThread.values().stream()
                .max(Comparator.comparingInt(List::size))
                .orElseThrow();
        Map<String, Integer> counts = new HashMap<>();
        List<String> steps = new ArrayList<>();
        for (String line : longest) {
            String name = line.substring(line.indexOf(' '), line.indexOf('(')).strip();
            steps.add(name + ":signal=KILL:when=" + counts.merge(name, 1, Integer::sum));
        }
        return steps;
    }

    private int run(Work work, Path trees, Path place, List<String> options) throws Exception {
        work.prepare(place, trees);
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-qqq", "-e", "trace=" + STEPS));
        command.addAll(options);
        command.addAll(ChildJvm.command(Worker.class, work.name(), place.toString(), trees.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> said = new ArrayList<>(work == Work.ADD ? List.of() : List.of("kept:0", "kept:1"));
        try (BufferedReader output = process.inputReader()) {
            output.lines().forEach(said::add);
        }
        int status = process.waitFor();
        assertThat(said).allMatch(line -> line.matches("-?(app|kept):[a-z0-9]+"));
        if (work == Work.REPAIR) {
            try (LayerStore store = LayerStore.open(place)) {
                store.repair();
            }
        }
        CrashedStore.verify(place, said);
        work.run(place, trees);
        CrashedStore.verify(place, work.whole());
        return status;
    }
}
