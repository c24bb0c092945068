package io.lxc4j.layers.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.lxc4j.layers.Image;
import io.lxc4j.layers.LayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/** What JVMs do that are to be killed, and what must hold of their store after that. */
final class CrashedStore {
    /** So many trees there are to make layers of. */
    static final int TREES = 3;

    private static final int FILES = 40;

    private CrashedStore() {}

    static Path makeTrees(Path directory) throws IOException {
        for (int i = 0; i < TREES; i++) {
            Path etc = Files.createDirectories(directory.resolve("t" + i + "/etc"));
            for (int file = 0; file < FILES; file++) {
                Files.writeString(etc.resolve("f" + file), ("tree " + i + " file " + file).repeat(200));
            }
            Path same = Files.writeString(etc.resolve("same"), "the same in all trees");
            Files.setLastModifiedTime(same, FileTime.fromMillis(1_000_000_000_000L));
        }
        return directory;
    }

    /** Says that a name has been given, or is about to be taken away. */
    static void say(String what) {
        System.out.println(what);
    }

    /** The names that must be there, of what a JVM has said. */
    static List<String> acknowledged(List<String> said) {
        List<String> names = new ArrayList<>(said);
        said.stream()
                .filter(line -> line.startsWith("-"))
                .forEach(line -> names.removeAll(List.of(line, line.substring(1))));
        return names;
    }

    /** All that was acknowledged is there, whole and undamaged, and nothing else is left. */
    static void verify(Path place, List<String> said) {
        try (LayerStore store = LayerStore.open(place)) {
            assertThat(store.check()).isEmpty();
            for (String name : acknowledged(said)) {
                Image image = store.image(name);
                image.root();
                assertThat(image.manifest().layers()).hasSize(2);
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
