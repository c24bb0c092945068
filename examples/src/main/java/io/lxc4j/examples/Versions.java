package io.lxc4j.examples;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import io.lxc4j.layers.MergeResult;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Commits, compares, branches, merges and rolls back the files of an image, in a store of its own. */
public final class Versions {
    private Versions() {}

    /**
     * The example.
     *
     * @param arguments none
     * @throws IOException if files can't be made
     */
    public static void main(String[] arguments) throws IOException {
        Path work = Files.createTempDirectory("lxc4j-versions");
        try (LayerStore store = LayerStore.open(work.resolve("store"))) {
            var versions = store.versions().author("Ada <ada@example.org>");
            Image base = store.importTree(upper(work, "base", "greeting", "hello"), "greeter:base");
            versions.branch("greeter:main", base);
            versions.branch("greeter:french", base);

            Image ours = versions.commit("greeter:main", upper(work, "one", "name", "world"), "Greet somebody");
            Image theirs = versions.commit("greeter:french", upper(work, "two", "greeting", "bonjour"), "Speak French");
            System.out.println("what French changes: " + versions.diff(base, theirs));

            MergeResult merged = versions.merge("greeter:main", theirs, "Merge French");
            System.out.println("conflicts: " + merged.conflicts());
            versions.log(store.image("greeter:main"))
                    .forEach(commit -> System.out.println(commit.digest() + " " + commit.author() + ": "
                            + commit.message() + ", from " + commit.parents().size()));

            Image before = store.rollback("greeter:main", 1);
            System.out.println("rolled back: " + before.equals(ours));
        } finally {
            try (Stream<Path> files = Files.walk(work)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    /** What a container would have written. */
    private static Path upper(Path work, String directory, String file, String content) throws IOException {
        Path upper = Files.createDirectory(work.resolve(directory));
        Files.writeString(upper.resolve(file), content);
        return upper;
    }
}
