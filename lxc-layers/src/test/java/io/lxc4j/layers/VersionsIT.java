package io.lxc4j.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Change.Aspect;
import io.lxc4j.layers.Change.Changed;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.oci.ExecutionParameters;
import io.lxc4j.testing.ChildJvm;
import io.lxc4j.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Versions of images")
class VersionsIT {
    private static final Instant DATE = Instant.parse("2024-02-03T04:05:06Z");

    @TempDir(cleanup = CleanupMode.NEVER)
    Path directory;

    private LayerStore store;
    private Versions versions;
    private int count;

    @BeforeEach
    void open() {
        store = LayerStore.open(directory.resolve("store"));
        versions = store.versions().author("Ada <ada@example.org>");
    }

    @AfterEach
    void close() {
        store.close();
        RealOverlay.remove(directory);
    }

    /** A directory that a script has filled; as upper directory {@code gone NAME} hides something. */
    private Path tree(String script) throws IOException {
        Path tree = Files.createDirectory(directory.resolve("tree" + ++count));
        String all =
                "cd \"$0\"; gone() { mknod \"$1\" c 0 0; }; opaque() { setfattr -n user.overlay.opaque -v y \"$1\"; }; "
                        + script + "; find . -exec touch -hd '2020-01-01 00:00:00 UTC' {} +";
        Command.run("bash", "-euc", all, tree.toString()).orFail();
        return tree;
    }

    private Image base() throws IOException {
        return store.importTree(
                tree("mkdir -p etc/deep; echo a > etc/a; echo b > etc/b; echo c > etc/deep/c; ln -s a etc/link"),
                "base:1");
    }

    private Image commit(Image image, String script) throws IOException {
        return versions.commit(image, tree(script), script);
    }

    private static List<String> shown(List<Change> changes) {
        return changes.stream().map(Change::toString).toList();
    }

    private String read(Image image, String path) {
        try (var files = image.files()) {
            return files.read(path, 100).map(String::new).orElse("none");
        }
    }

    // ---- diff

    @Test
    @DisplayName("differ in what an upper directory adds, changes and deletes")
    void diff() throws Exception {
        Image base = base();
        Path upper = tree(
                "mkdir -p etc/deep new; echo A > etc/a; gone etc/b; echo x > new/x; chmod 700 etc/deep; gone etc/none");
        assertThat(shown(versions.diff(base, upper)))
                .containsExactly("C /etc/a content", "D /etc/b", "C /etc/deep mode", "A /new", "A /new/x");
        Image later = versions.commit(base, upper, "");
        assertThat(versions.diff(base, later)).isEqualTo(versions.diff(base, upper));
        assertThat(shown(versions.diff(later, base)))
                .containsExactly("C /etc/a content", "A /etc/b", "C /etc/deep mode", "D /new", "D /new/x");
        assertThat(versions.diff(later, later)).isEmpty();
    }

    @Test
    @DisplayName("differ in content although size and time are the same, and not in what was only copied up")
    void content() throws Exception {
        Image base = base();
        assertThat(shown(versions.diff(base, tree("mkdir etc; echo z > etc/a; echo b > etc/b"))))
                .containsExactly("C /etc/a content");
        Path large = tree("head -c 700000 /dev/zero > large");
        Image image = store.importTree(large, "large:1");
        Path other = tree(
                "head -c 700000 /dev/zero > large; printf x | dd of=large bs=1 seek=699999 conv=notrunc status=none");
        assertThat(shown(versions.diff(image, other))).containsExactly("C /large content");
        assertThat(versions.diff(image, large)).isEmpty();
    }

    @Test
    @DisplayName("differ in types, times, links and attributes, with what was and what is")
    void metadata() throws Exception {
        Image base = base();
        Path upper =
                tree("mkdir etc; echo a > etc/a; setfattr -n user.mine -v yes etc/a; mkdir etc/b; echo in > etc/b/in;"
                        + " echo file > etc/deep; ln -s b etc/link");
        Files.setLastModifiedTime(upper.resolve("etc/a"), java.nio.file.attribute.FileTime.from(DATE));
        List<Change> changes = versions.diff(base, upper);
        assertThat(shown(changes))
                .containsExactly(
                        "C /etc/a modified,attributes",
                        "C /etc/b type",
                        "A /etc/b/in",
                        "C /etc/deep type",
                        "D /etc/deep/c",
                        "C /etc/link link_target");
        Changed a = (Changed) changes.getFirst();
        assertThat(a.aspects()).isEqualTo(Set.of(Aspect.MODIFIED, Aspect.ATTRIBUTES));
        assertThat(a.now().attributes()).isEqualTo(Map.of("user.mine", "yes"));
        assertThat(a.now().modified()).isEqualTo(DATE);
        assertThat(a.before().attributes()).isEmpty();
        assertThat(((Changed) changes.getLast()).now().linkTarget()).isEqualTo("b");
    }

    @Test
    @DisplayName("differ in names that are no text, and an opaque directory hides what was below")
    void names() throws Exception {
        Image base = base();
        Path upper = tree("mkdir -p etc/deep; opaque etc/deep; touch $'\\xff\\n'");
        assertThat(versions.diff(base, upper)).extracting(Change::path).containsExactly("etc/deep/c", "\u00ff\n");
        assertThat(shown(versions.diff(base, upper))).contains("A /\\xff\\x0a");
    }

    @Test
    @DisplayName("are not compared by an upper directory that would show files of other names")
    void redirections() throws Exception {
        Image base = base();
        Path upper = tree("mkdir new; setfattr -n user.overlay.redirect -v /etc new");
        assertThatExceptionOfType(LayerException.class)
                .isThrownBy(() -> versions.diff(base, upper))
                .withMessageContaining("redirect");
    }

    @Test
    @DisplayName("are compared in the time of what has changed: one file of 100,000 in less than 50 ms")
    void speed() throws Exception {
        Image base = store.importTree(
                tree("for d in {1..100}; do mkdir $d; for f in {1..1000}; do echo > $d/$f; done; done"), "many:1");
        Path upper = tree("mkdir 50; echo changed > 50/500");
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 20; i++) {
            long begin = System.nanoTime();
            assertThat(shown(versions.diff(base, upper))).containsExactly("C /50/500 content");
            best = Math.min(best, System.nanoTime() - begin);
        }
        System.out.println(
                "diff of 1 file in 100,000: " + Duration.ofNanos(best).toNanos() / 1000 + " us");
        assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(50));
    }

    // ---- history

    @Test
    @DisplayName("have a log of authors, messages, times and parents")
    void log() throws Exception {
        Image base = base();
        Image one = versions.sourceDate(DATE).commit(base, tree("touch x"), "One more\nand why");
        Image two = commit(one, "touch y");
        List<Commit> log = versions.log(two);
        assertThat(log).extracting(Commit::digest).containsExactly(two.digest(), one.digest(), base.digest());
        Commit middle = log.get(1);
        assertThat(middle.author()).isEqualTo("Ada <ada@example.org>");
        assertThat(middle.message()).isEqualTo("One more\nand why");
        assertThat(middle.time()).hasValue(DATE);
        assertThat(middle.parents()).containsExactly(base.digest());
        assertThat(middle.gone()).isEmpty();
        assertThat(log.getLast().parents()).isEmpty();
        assertThat(one.manifest().annotations())
                .containsEntry(
                        "org.opencontainers.image.base.digest", base.digest().toString());
    }

    @Test
    @DisplayName("stay as long as a name leads to what was made from them")
    void collect() throws Exception {
        Image base = base();
        versions.branch("app:main", base);
        Image one = versions.commit("app:main", tree("touch x"), "");
        Image two = versions.commit("app:main", tree("touch y"), "");
        store.untag("base:1");
        store.close();
        store = LayerStore.open(directory.resolve("store"));
        versions = store.versions();
        store.collect();
        assertThat(versions.log(store.image("app:main")))
                .extracting(Commit::digest)
                .containsExactly(two.digest(), one.digest(), base.digest());
        assertThat(read(versions.image(base.digest()).orElseThrow(), "etc/a")).isEqualTo("a\n");
        assertThat(store.check()).isEmpty();

        store.retag(versions.squash(store.image("app:main"), "all in one"), "app:small");
        store.untag("app:main");
        store.close();
        store = LayerStore.open(directory.resolve("store"));
        store.collect();
        assertThat(store.versions().log(store.image("app:small"))).hasSize(1);
        assertThat(store.versions().image(base.digest())).isEmpty();
    }

    @Test
    @DisplayName("show which of their parents are gone")
    void gone() throws Exception {
        Image base = base();
        Image one = commit(base, "touch x");
        Files.delete(directory.resolve("store/blobs/sha256/" + base.digest().hex()));
        Commit last = versions.log(one).getLast();
        assertThat(last.parents()).containsExactly(base.digest());
        assertThat(last.gone()).containsExactly(base.digest());
        assertThat(versions.image(base.digest())).isEmpty();
    }

    @Test
    @DisplayName("have branches, which move by commits, and tags, which stay")
    void branches() throws Exception {
        Image base = base();
        versions.branch("app:main", base);
        Image one = versions.commit("app:main", tree("touch x"), "");
        assertThat(store.image("app:main")).isEqualTo(one);
        assertThat(versions.branches()).containsExactly("docker.io/library/app:main");
        store.tag(base, "app:1.0");
        store.tag(base, "app:1.0");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> store.tag(one, "app:1.0"))
                .withMessageContaining("retag");
        store.retag(one, "app:1.0");
        assertThat(store.image("app:1.0")).isEqualTo(one);
        for (org.assertj.core.api.ThrowableAssert.ThrowingCallable wrong :
                List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                        () -> store.retag(base, "app:main"),
                        () -> store.tag(base, "app:main"),
                        () -> store.importTree(directory.resolve("tree1"), "app:main"),
                        () -> versions.branch("app:main", base),
                        () -> versions.branch("app:1.0", base),
                        () -> versions.branch("app@" + base.digest(), base),
                        () -> versions.commit("app:1.0", directory.resolve("tree1"), ""),
                        () -> versions.move("app:main", base, base))) {
            assertThatExceptionOfType(InvalidSpecificationException.class).isThrownBy(wrong);
        }
        assertThat(store.image("app:main")).isEqualTo(one);
        versions.move("app:main", one, base);
        assertThat(store.rollback("app:main", 1)).isEqualTo(one);
        assertThat(versions.branches()).as("after a rollback").hasSize(1);
        assertThat(store.reflog("app:main"))
                .extracting(ImageVersion::action)
                .containsExactly("rollback", "move", "commit", "branch");
    }

    // ---- merge

    @Test
    @DisplayName("are merged from the latest that both were made from")
    void merge() throws Exception {
        Image base = base();
        Image common = commit(base, "touch common");
        Image ours = commit(common, "mkdir etc; echo ours > etc/a");
        Image theirs = commit(common, "mkdir -p etc/deep; gone etc/b; echo new > etc/deep/new");
        assertThat(versions.mergeBase(ours, theirs)).hasValue(common);
        MergeResult result = versions.merge(ours, theirs, "Merge theirs");
        assertThat(result.conflicts()).isEmpty();
        Image merged = result.orThrow();
        assertThat(shown(versions.diff(ours, merged))).containsExactly("D /etc/b", "A /etc/deep/new");
        assertThat(versions.log(merged).getFirst().parents()).containsExactly(ours.digest(), theirs.digest());
        assertThat(versions.log(merged))
                .extracting(Commit::digest)
                .endsWith(common.digest(), base.digest())
                .hasSize(5);
        assertThat(versions.mergeBase(merged, theirs)).hasValue(theirs);
        assertThat(versions.merge(merged, theirs, "").orThrow()).isEqualTo(merged);
        assertThat(versions.merge(common, ours, "").orThrow())
                .as("fast-forward")
                .isEqualTo(ours);
    }

    @Test
    @DisplayName("that have changed the same in different ways are not merged, unless a strategy says how")
    void conflicts() throws Exception {
        Image base = base();
        Image ours = commit(
                base,
                "mkdir -p etc/deep; echo ours > etc/a; gone etc/b; echo o > etc/deep/o; echo same > same; mkdir x");
        Image theirs = commit(
                base,
                "mkdir etc; echo theirs > etc/a; echo theirs > etc/b; gone etc/deep; echo same > same; echo f > x");
        MergeResult result = versions.merge(ours, theirs, "");
        assertThat(result.image()).isEmpty();
        assertThat(result.conflicts())
                .satisfiesExactly(
                        a -> assertThat(a).isInstanceOf(Conflict.BothChanged.class),
                        b -> assertThat(b).isInstanceOf(Conflict.ChangedAndDeleted.class),
                        o -> {
                            assertThat(o).isInstanceOf(Conflict.InDeletedDirectory.class);
                            assertThat(((Conflict.InDeletedDirectory) o).directory())
                                    .isEqualTo("etc/deep");
                        },
                        x -> assertThat(x).isInstanceOf(Conflict.FileAndDirectory.class));
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(result::orThrow)
                .withMessageContaining("4 conflicts")
                .withMessageContaining("etc/a");
        Image mine = versions.merge(ours, theirs, "", MergeStrategy.OURS).orThrow();
        assertThat(shown(versions.diff(ours, mine))).containsExactly("D /etc/deep/c");
        Image others = versions.merge(ours, theirs, "", MergeStrategy.THEIRS).orThrow();
        assertThat(versions.diff(theirs, others)).isEmpty();
    }

    @Test
    @DisplayName("merge their configurations one property at a time")
    void configurations() throws Exception {
        ExecutionParameters usual = ExecutionParameters.builder()
                .env(List.of("PATH=/bin", "A=1", "B=1"))
                .cmd(List.of("sh"))
                .build();
        Image base = store.configure(base(), usual, "", "base:2");
        Image ours = store.configure(
                base,
                usual.toBuilder()
                        .env(List.of("PATH=/bin", "A=2", "B=1"))
                        .user("1")
                        .build(),
                "",
                "ours:1");
        Image theirs = store.configure(
                base,
                usual.toBuilder()
                        .env(List.of("PATH=/bin", "A=1", "C=3"))
                        .cmd(List.of("ls"))
                        .build(),
                "",
                "theirs:1");
        ExecutionParameters merged =
                versions.merge(ours, theirs, "").orThrow().config().parameters();
        assertThat(merged.env()).containsExactly("PATH=/bin", "A=2", "C=3");
        assertThat(merged.user()).isEqualTo("1");
        assertThat(merged.cmd()).containsExactly("ls");
        Image third = store.configure(base, usual.toBuilder().user("2").build(), "", "third:1");
        assertThat(versions.merge(ours, third, "").conflicts())
                .singleElement()
                .isInstanceOfSatisfying(
                        Conflict.Configuration.class,
                        conflict -> assertThat(conflict.property()).isEqualTo("user"));
        assertThat(versions.merge(ours, third, "", MergeStrategy.THEIRS)
                        .orThrow()
                        .config()
                        .parameters()
                        .user())
                .isEqualTo("2");
    }

    @Test
    @DisplayName("without a common past are merged by their common layers, or not at all")
    void unrelated() throws Exception {
        Image base = base();
        Image other = store.importTree(tree("echo b > b"), "other:1");
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> versions.merge(base, other, ""))
                .withMessageContaining("no common layer");
        Image ours = versions.rebase(commit(base, "touch x"), base, base);
        Image theirs = commit(base, "touch y");
        Files.delete(directory.resolve("store/blobs/sha256/" + base.digest().hex()));
        Image merged = versions.merge(ours, theirs, "").orThrow();
        assertThat(shown(versions.diff(theirs, merged))).containsExactly("A /x");
    }

    // ---- rewriting

    @Test
    @DisplayName("are squashed with hard links, devices' owners and what they hide of the base")
    void squash() throws Exception {
        Image base = base();
        Image one = commit(
                base,
                "mkdir etc; echo linked > etc/l1; ln etc/l1 etc/l2; ln etc/l1 etc/l3; gone etc/b; echo gone >"
                        + " etc/temp");
        Image two = commit(one, "mkdir etc; gone etc/l1; gone etc/temp; mkdir etc/b; opaque etc/b; echo in > etc/b/in");
        Image squashed = versions.squash(two, base, "one layer");
        assertThat(versions.diff(two, squashed)).isEmpty();
        assertThat(squashed.manifest().layers()).hasSize(2);
        Path top = squashed.layerDirectories().getFirst();
        assertThat(top.resolve("etc/temp")).doesNotExist();
        assertThat(Command.run("stat", "-c", "%h", top.resolve("etc/l2").toString())
                        .orFail())
                .isEqualTo("2\n");
        assertThat(squashed.config().history()).hasSize(2);
        assertThat(versions.log(squashed)).hasSize(2);
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> versions.squash(base, two, ""))
                .withMessageContaining("not built on");
    }

    @Test
    @DisplayName("are rebased without their layers being touched")
    void rebase() throws Exception {
        ExecutionParameters usual = ExecutionParameters.builder()
                .env(List.of("PATH=/bin", "VERSION=1"))
                .build();
        Image base = store.configure(base(), usual, "", "base:2");
        Image app = store.configure(
                commit(base, "touch app"), usual.toBuilder().cmd(List.of("app")).build(), "", "app:1");
        Image update = store.configure(
                commit(base, "mkdir etc; echo new > etc/a"),
                usual.toBuilder().env(List.of("PATH=/bin", "VERSION=2")).build(),
                "",
                "base:3");
        Image rebased = versions.rebase(app, base, update);
        assertThat(rebased.manifest().layers().getLast())
                .isEqualTo(app.manifest().layers().getLast());
        assertThat(rebased.manifest().layers()).hasSize(3);
        assertThat(read(rebased, "etc/a")).isEqualTo("new\n");
        assertThat(rebased.config().parameters().env()).containsExactly("PATH=/bin", "VERSION=2");
        assertThat(rebased.config().parameters().cmd()).containsExactly("app");
        assertThat(rebased.config().history()).hasSize(6);
        assertThat(versions.log(rebased).getFirst().parents()).containsExactly(update.digest());
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> versions.rebase(base, app, update))
                .withMessageContaining("not built on");
    }

    @Test
    @DisplayName("tell which layer and step a path comes from")
    void blame() throws Exception {
        Image base = base();
        Image image = commit(base, "mkdir etc; echo A > etc/a");
        List<Origin> origins = versions.blame(image, "/etc");
        assertThat(origins).extracting(Origin::path).containsExactly("etc", "etc/a", "etc/b", "etc/deep", "etc/link");
        assertThat(origins).extracting(Origin::layer).containsExactly(1, 1, 0, 0, 0);
        Origin a = versions.blame(image, "etc/a").getFirst();
        assertThat(a.diffId()).isEqualTo(image.config().diffIds().getLast());
        assertThat(a.step().orElseThrow().author()).isEqualTo("Ada <ada@example.org>");
        assertThat(versions.blame(image, "etc/none")).isEmpty();
    }

    // ---- reproducible

    /** Imports a tree, and says which image that gave. */
    static final class Importer {
        private Importer() {}

        public static void main(String[] arguments) {
            try (LayerStore store = LayerStore.open(Path.of(arguments[0]))) {
                System.out.println(
                        store.importTree(Path.of(arguments[1]), "tree:1").digest());
            }
        }
    }

    @Test
    @DisplayName("of the same files at the same time are the same, whatever order and place they were made in")
    void reproducible() throws Exception {
        Path forth =
                tree("for i in {1..300}; do echo $i > $i; done; mkdir d; head -c 3000000 /dev/zero > d/z; ln d/z d/y");
        Path back =
                tree("mkdir d; head -c 3000000 /dev/zero > d/y; ln d/y d/z; for i in {300..1}; do echo $i > $i; done");
        Versions then = versions.sourceDate(DATE);
        Image base = then.squash(base(), "");
        Files.setLastModifiedTime(forth.resolve("1"), java.nio.file.attribute.FileTime.from(Instant.now()));
        Files.setLastModifiedTime(
                back.resolve("1"),
                java.nio.file.attribute.FileTime.from(Instant.now().plusSeconds(5)));
        Image one = then.commit(base, forth, "message");
        Image other = then.commit(then.squash(store.image("base:1"), ""), back, "message");
        assertThat(other.digest()).isEqualTo(one.digest());
        assertThat(imported("one", forth)).isEqualTo(imported("other", back));
        assertThat(versions.commit(base, forth, "message").digest()).isNotEqualTo(one.digest());
    }

    /** By another JVM, at the time that its environment says. */
    private String imported(String place, Path tree) {
        List<String> command = new ArrayList<>(List.of("env", "SOURCE_DATE_EPOCH=1700000000"));
        command.addAll(ChildJvm.command(Importer.class, directory.resolve(place).toString(), tree.toString()));
        return Command.run(command).orFail();
    }

    @Test
    @DisplayName("are not made at a time that the environment spells wrong")
    void source_date() {
        assertThat(ImageMaker.parse("1700000000")).hasValue(Instant.ofEpochSecond(1_700_000_000));
        assertThat(ImageMaker.parse("")).isEmpty();
        assertThatExceptionOfType(InvalidSpecificationException.class)
                .isThrownBy(() -> ImageMaker.parse("yesterday"))
                .withMessageContaining("SOURCE_DATE_EPOCH")
                .withMessageContaining("yesterday");
    }
}
