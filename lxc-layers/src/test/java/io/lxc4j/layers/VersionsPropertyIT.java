package io.lxc4j.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Versions of random trees, changed in a real overlay,")
@Timeout(300)
class VersionsPropertyIT {
    /** More by {@code -Dlxc.tests.trees=200}. */
    private static final int TREES = Integer.getInteger("lxc.tests.trees", 6);

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private RealOverlay overlay;
    private LayerStore store;
    private Versions versions;
    private Image base;

    static LongStream seeds() {
        return LongStream.range(0, TREES);
    }

    @BeforeEach
    void open() {
        RealOverlay.assume();
        overlay = new RealOverlay(directory);
        store = LayerStore.open(directory.resolve("store"));
        versions = store.versions();
    }

    @AfterEach
    void close() {
        store.close();
        RealOverlay.remove(directory);
    }

    private void makeBase(Random random) throws Exception {
        Path empty = Files.createDirectory(directory.resolve("empty"));
        Path tree = overlay.change(
                List.of(empty), RealOverlay.changes(random, "a", 30) + RealOverlay.changes(random, "b", 30));
        base = store.importTree(tree, "base:1");
    }

    private Image change(Image image, String script) throws Exception {
        return versions.commit(image, overlay.change(image.layerDirectories(), script), "");
    }

    private Map<String, String> list(Image image) throws Exception {
        return overlay.list(image.layerDirectories());
    }

    /** What differs between two lists: the letters of {@link Change} and the paths. */
    private static List<String> differences(Map<String, String> from, Map<String, String> to) {
        Map<String, String> all = new TreeMap<>(from);
        all.putAll(to);
        List<String> differences = new ArrayList<>();
        for (String path : all.keySet()) {
            String before = from.get(path);
            String now = to.get(path);
            if (before == null) {
                differences.add("A /" + path);
            } else if (now == null) {
                differences.add("D /" + path);
            } else if (!before.equals(now)) {
                differences.add("C /" + path);
            }
        }
        return differences;
    }

    private static List<String> shown(List<Change> changes) {
        return changes.stream()
                .filter(change -> !change.path().isEmpty())
                .map(change -> change.toString().charAt(0) + " /" + change.path())
                .sorted((one, other) -> one.substring(2).compareTo(other.substring(2)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisplayName("differ as lists of what the kernel shows do")
    void diff(long seed) throws Exception {
        Random random = new Random(seed);
        makeBase(random);
        Path upper = overlay.change(base.layerDirectories(), RealOverlay.changes(random, "a", 25));
        Image first = versions.commit(base, upper, "");
        Image second = change(first, RealOverlay.changes(random, "a", 25));
        Image other = change(base, RealOverlay.changes(random, "a", 25));
        Map<String, String> before = list(base);
        assertThat(shown(versions.diff(base, first))).isEqualTo(differences(before, list(first)));
        assertThat(versions.diff(base, upper)).as("of the upper directory").isEqualTo(versions.diff(base, first));
        assertThat(shown(versions.diff(base, second))).isEqualTo(differences(before, list(second)));
        assertThat(shown(versions.diff(second, base))).isEqualTo(differences(list(second), before));
        assertThat(shown(versions.diff(second, other))).isEqualTo(differences(list(second), list(other)));
        assertThat(versions.diff(second, second)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisplayName("show the same squashed, above a base or wholly")
    void squash(long seed) throws Exception {
        Random random = new Random(seed);
        makeBase(random);
        Image image = base;
        for (int i = 0; i < 4; i++) {
            image = change(image, RealOverlay.changes(random, random.nextBoolean() ? "a" : "b", 20));
        }
        Map<String, String> all = list(image);
        Image whole = versions.squash(image, "");
        assertThat(whole.manifest().layers()).hasSize(1);
        assertThat(list(whole)).isEqualTo(all);
        assertThat(versions.diff(image, whole)).isEmpty();
        Image above = versions.squash(image, base, "");
        assertThat(above.manifest().layers()).hasSize(2);
        assertThat(list(above)).isEqualTo(all);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisplayName("have the changes of both after a merge, where these are in different directories")
    void merge(long seed) throws Exception {
        Random random = new Random(seed);
        makeBase(random);
        Image ours = change(change(base, RealOverlay.changes(random, "a", 25)), RealOverlay.changes(random, "a", 25));
        Image theirs = change(change(base, RealOverlay.changes(random, "b", 25)), RealOverlay.changes(random, "b", 25));
        MergeResult result = versions.merge(ours, theirs, "both");
        assertThat(result.conflicts()).isEmpty();
        Map<String, String> wanted = list(ours);
        wanted.keySet().removeIf(path -> path.startsWith("b"));
        list(theirs).forEach((path, what) -> {
            if (path.startsWith("b")) {
                wanted.put(path, what);
            }
        });
        assertThat(list(result.orThrow())).isEqualTo(wanted);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisplayName("merge to what one side has, if a strategy says so, except for what only the other has changed")
    void strategies(long seed) throws Exception {
        Random random = new Random(seed);
        makeBase(random);
        Image ours = change(base, RealOverlay.changes(random, "a", 25));
        Image theirs = change(base, RealOverlay.changes(random, "a", 25));
        for (MergeStrategy strategy : List.of(MergeStrategy.OURS, MergeStrategy.THEIRS)) {
            MergeResult result = versions.merge(ours, theirs, "", strategy);
            Map<String, String> merged = list(result.orThrow());
            Map<String, String> winner = list(strategy == MergeStrategy.OURS ? ours : theirs);
            for (Conflict conflict : result.conflicts()) {
                String path = ((Conflict.OfFile) conflict).path();
                assertThat(merged.get(path)).as(strategy + " " + conflict).isEqualTo(winner.get(path));
            }
        }
        Map<String, String> mine = list(ours);
        Map<String, String> others = list(theirs);
        MergeResult result = versions.merge(ours, theirs, "");
        if (result.conflicts().isEmpty()) {
            list(result.orThrow()).forEach((path, what) -> assertThat(what).isIn(mine.get(path), others.get(path)));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @DisplayName("show on a new base what the kernel makes of the same layers there")
    void rebase(long seed) throws Exception {
        Random random = new Random(seed);
        makeBase(random);
        Image app = change(base, RealOverlay.changes(random, "a", 25));
        Image update = change(base, RealOverlay.changes(random, "b", 25));
        Image rebased = versions.rebase(app, base, update);
        assertThat(rebased.manifest().layers()).hasSize(3);
        Map<String, String> wanted = list(update);
        wanted.keySet().removeIf(path -> path.startsWith("a"));
        list(app).forEach((path, what) -> {
            if (path.startsWith("a")) {
                wanted.put(path, what);
            }
        });
        assertThat(list(rebased)).isEqualTo(wanted);
    }
}
