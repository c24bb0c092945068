package io.lxc4j.launch;

import io.lxc4j.kernel.Namespace;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How a process comes into namespaces otherwise than by its birth. */
public sealed interface JoinOperation extends Operation {
    @Override
    default Phase phase() {
        return Phase.JOIN;
    }

    /**
     * Whether it enters a time namespace, which the kernel refuses to a process that shares memory with another.
     *
     * @return whether the time namespace is joined or made by it
     */
    default boolean entersClocks() {
        Set<Namespace> entered = switch (this) {
            case JoinProcess joined -> joined.kinds();
            case JoinNamespace joined -> Set.of(joined.kind());
            case NewTimeNamespace _ -> Set.of(Namespace.TIME);
            case NewNamespaces _, Hide _, LeaveGroups _, OpenClockOffsets _, ContinueAsChild _, MeetParent _ ->
                Set.of();
        };
        return entered.contains(Namespace.TIME);
    }

    /**
     * Hides itself from tracers: its memory, its files and its program can't be reached from where it goes. It lasts until
     * the exec.
     */
    record Hide() implements JoinOperation {
        @Override
        public String summary() {
            return "hiding from tracers";
        }
    }

    /**
     * Enters namespaces of a process, and its root directory with the mount namespace.
     *
     * @param process a handed pidfd
     * @param kinds which; a PID namespace is entered by children only
     */
    record JoinProcess(Handle process, Set<Namespace> kinds) implements JoinOperation {
        /** Makes the set immutable. */
        public JoinProcess {
            kinds = sorted(kinds);
        }

        @Override
        public String summary() {
            return "joining the namespaces of " + process + ": " + names(kinds);
        }
    }

    /**
     * Enters a namespace.
     *
     * @param file a handed descriptor of a namespace
     * @param kind its kind
     */
    record JoinNamespace(Handle file, Namespace kind) implements JoinOperation {
        @Override
        public String summary() {
            return "joining " + file;
        }
    }

    /**
     * Makes namespaces; a PID namespace is for children only.
     *
     * @param kinds which
     */
    record NewNamespaces(Set<Namespace> kinds) implements JoinOperation {
        /** Makes the set immutable. */
        public NewNamespaces {
            kinds = sorted(kinds);
        }

        @Override
        public String summary() {
            return "making namespaces: " + names(kinds);
        }
    }

    /**
     * Leaves its supplementary groups, unless the user namespace forbids {@code setgroups(2)} to everybody in it, as those that
     * ordinary users make do.
     */
    record LeaveGroups() implements JoinOperation {
        @Override
        public String summary() {
            return "leaving supplementary groups";
        }
    }

    /** Opens the offsets of its clocks, which only root can do once it hides. */
    record OpenClockOffsets() implements JoinOperation {
        @Override
        public String summary() {
            return "opening the offsets of the clocks";
        }
    }

    /**
     * Makes a time namespace, and enters it.
     *
     * @param offsets what its clocks are ahead of the host's; a clock that is missing shows the host's time
     */
    record NewTimeNamespace(Map<Clock, Duration> offsets) implements JoinOperation {
        /** Makes the map immutable, in the order of the clocks. */
        public NewTimeNamespace {
            SortedMap<Clock, Duration> sorted = new TreeMap<>(offsets);
            sorted.values().removeIf(Duration::isZero);
            offsets = Collections.unmodifiableMap(sorted);
        }

        @Override
        public String summary() {
            return offsets.isEmpty() ? "making a time namespace" : "making a time namespace with shifted clocks";
        }
    }

    /** A clock that a time namespace shifts, as {@code timens_offsets} names it. */
    enum Clock {
        /** {@code CLOCK_MONOTONIC}. */
        MONOTONIC,
        /** {@code CLOCK_BOOTTIME}. */
        BOOTTIME;

        String procName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Goes on as a child of the same parent, in the PID namespace for children, and waits for the parent's work, if there is any. */
    record ContinueAsChild() implements JoinOperation {
        @Override
        public String summary() {
            return "going on as another child of the parent";
        }
    }

    /** If the parent has work to do: tells it that the namespaces are there, and waits once more. */
    record MeetParent() implements JoinOperation {
        @Override
        public String summary() {
            return "waiting for the parent's work on the namespaces";
        }
    }

    private static Set<Namespace> sorted(Set<Namespace> kinds) {
        return Collections.unmodifiableSet(EnumSet.copyOf(kinds));
    }

    private static String names(Set<Namespace> kinds) {
        List<String> names = kinds.stream().map(Namespace::procName).toList();
        return names.stream().collect(Collectors.joining(", "));
    }
}
