package io.lxc4j.layers.files;

import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the directories of a layer while they are filled: the entry that says what each gets at its end, or that there was
 * none. Not thread-safe.
 */
final class FilledDirectories {
    private static final LayerPath ROOT = new LayerPath(List.of());
    private static final int USUAL_MODE = 0755;

    /** Directories come before what they hold, so what one holds is found without a look at all others. */
    private final NavigableMap<LayerPath, State> states = new TreeMap<>();

    private static final class State {
        private @Nullable TarEntry entry;
        private boolean isImplied;
        private boolean isOpaque;
        private boolean isReplaced;
    }

    FilledDirectories() {
        implied(ROOT);
    }

    private State at(LayerPath path) {
        return states.computeIfAbsent(path, _ -> new State());
    }

    /** A directory has an entry; the last one counts. */
    void entry(LayerPath path, TarEntry entry) {
        State state = at(path);
        state.entry = entry;
        state.isImplied = false;
    }

    /** A directory was made without an entry, so far. */
    void implied(LayerPath path) {
        at(path).isImplied = true;
    }

    /** A directory shows nothing of those below it. */
    void opaque(LayerPath path) {
        at(path).isOpaque = true;
    }

    /** A directory is another one than lower layers have there. */
    void replaced(LayerPath path) {
        at(path).isReplaced = true;
    }

    /** A directory is removed, and all in it. */
    void forget(LayerPath path) {
        var all = states.tailMap(path, true).keySet().iterator();
        while (all.hasNext() && all.next().startsWith(path)) {
            all.remove();
        }
    }

    /** Those that have no entry. */
    List<LayerPath> implied() {
        List<LayerPath> implied = new ArrayList<>();
        states.forEach((path, state) -> {
            if (state.isImplied) {
                implied.add(path);
            }
        });
        return implied;
    }

    /** What each gets, and those in a directory before it. */
    NavigableMap<LayerPath, TarEntry> finish(LowerLayers below) {
        NavigableMap<LayerPath, TarEntry> all = new TreeMap<>();
        for (Map.Entry<LayerPath, State> each : states.entrySet()) {
            TarEntry entry = each.getValue().entry;
            if (entry != null) {
                all.put(each.getKey(), entry);
            } else if (each.getValue().isImplied) {
                all.put(each.getKey(), shown(each.getKey(), below));
            }
        }
        return all.descendingMap();
    }

    /** What a directory is without an entry of its own: that of lower layers, unless this layer hides it, or a usual one. */
    private TarEntry shown(LayerPath path, LowerLayers below) {
        return (isHidden(path) ? Optional.<TarEntry>empty() : below.find(path)).orElseGet(() -> usual(path));
    }

    private boolean isHidden(LayerPath path) {
        LayerPath at = path;
        while (true) {
            State state = states.get(at);
            if (state != null && (state.isReplaced || (state.isOpaque && !at.equals(path)))) {
                return true;
            }
            if (at.isRoot()) {
                return false;
            }
            at = at.parent();
        }
    }

    private static TarEntry usual(LayerPath path) {
        return new TarEntry(
                path.toString(),
                TarType.DIRECTORY,
                USUAL_MODE,
                0,
                0,
                Instant.EPOCH,
                "",
                0,
                0,
                Collections.emptyNavigableMap(),
                0,
                List.of());
    }
}
