package io.lxc4j.layers;

import io.lxc4j.layers.Change.Added;
import io.lxc4j.layers.Change.Changed;
import io.lxc4j.layers.Change.Deleted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides what of one tree's changes comes into another, both having been changed from a common one. What it keeps is as much as has been
 * changed.
 */
final class TreeMerge {
    private final SortedMap<String, Change> ours;
    private final SortedMap<String, Change> theirs;

    /** In what the two differ now. What both have changed and what is not in here, they have changed alike. */
    private final SortedMap<String, Change> between;

    private final MergeStrategy strategy;
    private final SortedMap<String, Conflict> conflicts = new TreeMap<>();
    private final SortedSet<String> taken = new TreeSet<>();
    private final SortedSet<String> removed = new TreeSet<>();

    /** Directories that are on the way to what one side keeps, and so stay, though the other has deleted them. */
    private final Set<String> kept = new HashSet<>();

    /** Compares the three, layers the top one first, and decides. */
    TreeMerge(List<Path> base, List<Path> ours, List<Path> theirs, MergeStrategy strategy) {
        this.ours = changes(base, ours);
        this.theirs = changes(base, theirs);
        this.between = changes(ours, theirs);
        this.strategy = strategy;
        this.theirs.forEach(this::decide);
        this.ours.forEach((path, change) -> {
            Change gone = goneDirectory(path, change, this.theirs);
            if (gone != null) {
                conflict(new Conflict.InDeletedDirectory(path, gone.path(), change, gone, true));
                if (strategy != MergeStrategy.THEIRS) {
                    keepWay(path);
                }
            }
        });
        addWays();
    }

    private static SortedMap<String, Change> changes(List<Path> from, List<Path> to) {
        SortedMap<String, Change> changes = new TreeMap<>();
        TreeDiff.run(from, to, change -> changes.put(change.path(), change));
        return changes;
    }

    List<Conflict> conflicts() {
        return new ArrayList<>(conflicts.values());
    }

    /** The paths at which the result has what they have. */
    Set<String> taken() {
        return taken;
    }

    /** The paths that the result must hide, none below another. */
    List<String> hidden() {
        List<String> hidden = new ArrayList<>();
        Set<String> gone = new HashSet<>(removed);
        gone.removeAll(kept);
        for (String path : removed) {
            if (gone.contains(path) && !gone.contains(parent(path)) && !isBelowTakenFile(path)) {
                hidden.add(path);
            }
        }
        return hidden;
    }

    /** A file that is taken hides the directory that was there, with all that it held. */
    private boolean isBelowTakenFile(String path) {
        for (String at = parent(path); !at.isEmpty(); at = parent(at)) {
            Change their = theirs.get(at);
            if (taken.contains(at) && their != null && !isDirectory(their)) {
                return true;
            }
        }
        return false;
    }

    private void conflict(Conflict.OfFile conflict) {
        conflicts.putIfAbsent(conflict.path(), conflict);
    }

    // ---- their changes, one by one

    private void decide(String path, Change their) {
        Change our = ours.get(path);
        if (our == null) {
            Change gone = goneDirectory(path, their, ours);
            if (gone != null) {
                conflict(new Conflict.InDeletedDirectory(path, gone.path(), their, gone, false));
                if (strategy != MergeStrategy.THEIRS) {
                    return;
                }
            }
            take(path, their);
            return;
        }
        if (!between.containsKey(path)) {
            return; // both have done the same
        }
        if ((isTimeOnly(our) && isTimeOnly(their)) || isDifferenceOfTime(path)) {
            return;
        }
        if (isTimeOnly(our)) {
            take(path, their); // ours has only got or lost names in it
        } else if (!isTimeOnly(their)) {
            conflict(conflict(path, our, their));
            if (strategy == MergeStrategy.THEIRS) {
                take(path, their);
            } else if (!(our instanceof Deleted)) {
                keepWay(path);
            }
        }
    }

    private void take(String path, Change their) {
        if (their instanceof Deleted) {
            removed.add(path);
        } else {
            taken.add(path);
        }
    }

    private boolean isDifferenceOfTime(String path) {
        return between.get(path) instanceof Changed changed && changed.isOfTimeOnly();
    }

    private static boolean isTimeOnly(Change change) {
        return change instanceof Changed changed
                && changed.isOfTimeOnly()
                && changed.now().isDirectory();
    }

    private static Conflict.OfFile conflict(String path, Change our, Change their) {
        if (our instanceof Deleted || their instanceof Deleted) {
            return new Conflict.ChangedAndDeleted(path, our, their);
        }
        return isDirectory(our) == isDirectory(their)
                ? new Conflict.BothChanged(path, our, their)
                : new Conflict.FileAndDirectory(path, our, their);
    }

    private static boolean isDirectory(Change change) {
        return switch (change) {
            case Added added -> added.now().isDirectory();
            case Changed changed -> changed.now().isDirectory();
            case Deleted _ -> false;
        };
    }

    /** What the others have done to a directory above, so that what is put there has no place. */
    private static @Nullable Change goneDirectory(String path, Change change, SortedMap<String, Change> others) {
        if (change instanceof Deleted || isTimeOnly(change)) {
            return null;
        }
        for (String above = parent(path); !above.isEmpty(); above = parent(above)) {
            Change other = others.get(above);
            if (other != null && !isDirectory(other)) {
                return other;
            }
        }
        return null;
    }

    // ---- ways

    private void keepWay(String path) {
        for (String at = path; !at.isEmpty(); at = parent(at)) {
            kept.add(at);
            Change their = theirs.get(at);
            if (at.equals(path) || (their != null && !isDirectory(their))) {
                taken.remove(at);
            }
        }
    }

    /** What is taken needs the directories above it, which ours may have deleted or replaced. */
    private void addWays() {
        for (String path : List.copyOf(taken)) {
            for (String at = parent(path); !at.isEmpty(); at = parent(at)) {
                Change our = ours.get(at);
                if (our != null && !isDirectory(our)) {
                    taken.add(at);
                }
            }
        }
    }

    static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** The directories above what changes, and the root, from above. */
    Set<String> ways() {
        SortedSet<String> ways = new TreeSet<>();
        for (String path : taken) {
            addAbove(path, ways);
        }
        for (String path : hidden()) {
            addAbove(path, ways);
        }
        ways.removeAll(taken);
        return ways;
    }

    private static void addAbove(String path, Set<String> ways) {
        for (String at = parent(path); !at.isEmpty(); at = parent(at)) {
            ways.add(at);
        }
        ways.add("");
    }
}
