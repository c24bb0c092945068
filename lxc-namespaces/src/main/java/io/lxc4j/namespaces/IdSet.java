package io.lxc4j.namespaces;

import io.lxc4j.launch.IdMaps;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Ids of users or of groups.
 *
 * @param runs in ascending order; they neither overlap nor touch
 */
record IdSet(List<Run> runs) {
    /** One past the last id; the number itself is the kernel's {@code (uid_t) -1}, which is no id. */
    static final long END = (1L << 32) - 1;

    static final IdSet NONE = new IdSet(List.of());

    /** Consecutive ids. */
    record Run(long first, long count) {
        long end() {
            return first + count;
        }
    }

    /** Runs in any order, which may overlap. */
    static IdSet of(List<Run> runs) {
        List<Run> merged = new ArrayList<>();
        for (Run run :
                runs.stream().sorted(Comparator.comparingLong(Run::first)).toList()) {
            if (!merged.isEmpty() && run.first <= merged.getLast().end()) {
                Run before = merged.removeLast();
                merged.add(new Run(before.first, Math.max(before.end(), run.end()) - before.first));
            } else {
                merged.add(run);
            }
        }
        return new IdSet(List.copyOf(merged));
    }

    static IdSet of(long first, long count) {
        return count == 0 ? NONE : new IdSet(List.of(new Run(first, count)));
    }

    /** The ids that lines of subuid(5) give. */
    static IdSet given(List<SubordinateIds.Range> ranges) {
        return of(ranges.stream()
                .map(range -> new Run(range.first(), range.count()))
                .toList());
    }

    IdSet minus(IdSet other) {
        List<Run> left = new ArrayList<>();
        for (Run run : runs) {
            long first = run.first;
            for (Run hole : other.runs) {
                if (hole.end() > first && hole.first < run.end()) {
                    if (hole.first > first) {
                        left.add(new Run(first, hole.first - first));
                    }
                    first = hole.end();
                }
            }
            if (first < run.end()) {
                left.add(new Run(first, run.end() - first));
            }
        }
        return new IdSet(List.copyOf(left));
    }

    IdSet plus(IdSet other) {
        List<Run> all = new ArrayList<>(runs);
        all.addAll(other.runs);
        return of(all);
    }

    /** The ids that both have. */
    IdSet and(IdSet other) {
        return minus(minus(other));
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    long size() {
        return runs.stream().mapToLong(Run::count).sum();
    }

    /** How many ids the longest run has. */
    long longest() {
        return runs.stream().mapToLong(Run::count).max().orElse(0);
    }

    /** As many ids from the lowest on. */
    IdSet firstIds(long count) {
        List<Run> first = new ArrayList<>();
        long wanted = count;
        for (Run run : runs) {
            if (wanted > 0) {
                first.add(new Run(run.first, Math.min(wanted, run.count)));
                wanted -= run.count;
            }
        }
        return new IdSet(List.copyOf(first));
    }

    /** How many slices of consecutive ids it has. */
    long slices(long count) {
        return runs.stream().mapToLong(run -> run.count / count).sum();
    }

    /** The first id of a slice. */
    long slice(long index, long count) {
        long before = 0;
        for (Run run : runs) {
            long here = run.count / count;
            if (index < before + here) {
                return run.first + (index - before) * count;
            }
            before += here;
        }
        throw new IndexOutOfBoundsException(index);
    }

    /** Without what is left over at the end of each run when it is sliced. */
    IdSet sliceable(long count) {
        return new IdSet(runs.stream()
                .filter(run -> run.count >= count)
                .map(run -> new Run(run.first, run.count - run.count % count))
                .toList());
    }

    /** All ids, one after the other, from an id inside on. */
    List<IdMaps.Range> mapped(long inside) {
        List<IdMaps.Range> ranges = new ArrayList<>();
        long next = inside;
        for (Run run : runs) {
            ranges.add(new IdMaps.Range(next, run.first, run.count));
            next += run.count;
        }
        return ranges;
    }
}
