package io.lxc4j.layers.store;

import io.lxc4j.layers.store.Finding.Kind;
import io.lxc4j.layers.store.Finding.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects what is found in a store that is only looked at, or put right as well. Not thread-safe. */
final class Findings {
    private final Path root;
    private final boolean repairs;
    private final List<Finding> all = new ArrayList<>();

    Findings(Path root, boolean repairs) {
        this.root = root;
        this.repairs = repairs;
    }

    /** Whether what is found is put right. */
    boolean repairs() {
        return repairs;
    }

    /**
     * Adds something.
     *
     * @param done what was done, if anything is
     */
    void add(Kind kind, Path where, String what, Outcome done) {
        add(kind, root.relativize(where).toString(), what, done);
    }

    void add(Kind kind, String where, String what, Outcome done) {
        all.add(new Finding(kind, where, what, repairs ? done : Outcome.NOTHING));
    }

    List<Finding> all() {
        return List.copyOf(all);
    }
}
