package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Namespace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that a launch will do, as immutable data: the namespaces that the child is cloned into, the id maps that the
 * parent writes, and the operations, in the order of their phases and within a phase as they were added.
 *
 * @param namespaces the kinds that are made new; a new cgroup namespace is an operation of its own
 * @param idMaps the maps of a new user namespace; present exactly if there is one, be it that the child is cloned into it or
 *     makes it itself
 * @param given handles whose descriptors each launch brings along, handed over before all others
 * @param operations has one {@link Operation.Exec}, {@link Operation.ServeParent} or {@link Operation.End}, the last
 */
public record LaunchPlan(
        Set<Namespace> namespaces, @Nullable IdMaps idMaps, List<Handle> given, List<Operation> operations) {
    /** Checks and orders the plan. */
    public LaunchPlan {
        namespaces = Collections.unmodifiableSet(
                namespaces.isEmpty() ? EnumSet.noneOf(Namespace.class) : EnumSet.copyOf(namespaces));
        given = List.copyOf(given);
        operations = operations.stream()
                .sorted(Comparator.comparing(Operation::phase))
                .toList();
        if (namespaces.contains(Namespace.CGROUP)) {
            throw new IllegalArgumentException("a cgroup namespace is made by the operation NewCgroupNamespace");
        }
        if (namespaces.contains(Namespace.TIME)) {
            throw new IllegalArgumentException("a time namespace is made by the operation NewTimeNamespace");
        }
        boolean makesUsers = operations.stream().anyMatch(LaunchPlan::makesUsers);
        if ((namespaces.contains(Namespace.USER) || makesUsers) != (idMaps != null)) {
            throw new IllegalArgumentException("id maps go with a new user namespace");
        }
        if (makesUsers && (namespaces.contains(Namespace.USER) || !meetsAfterUsers(operations))) {
            throw new IllegalArgumentException(
                    "a process that makes its user namespace is cloned into none and meets its parent after that");
        }
        if (operations.stream()
                .dropWhile(operation -> !(operation instanceof JoinOperation.ContinueAsChild))
                .anyMatch(operation -> operation instanceof JoinOperation join && join.entersClocks())) {
            throw new IllegalArgumentException(
                    "a process enters clocks before it goes on as a child, with which it shares memory");
        }
        if (operations.stream()
                        .filter(operation -> operation.phase() == Phase.EXEC)
                        .count()
                != 1) {
            throw new IllegalArgumentException("a plan ends with one Exec, ServeParent or End");
        }
    }

    private static boolean makesUsers(Operation operation) {
        return operation instanceof JoinOperation.NewNamespaces made
                && made.kinds().contains(Namespace.USER);
    }

    private static boolean meetsAfterUsers(List<Operation> operations) {
        return operations.stream()
                .dropWhile(operation -> !makesUsers(operation))
                .anyMatch(LaunchPlan::isSecondMeeting);
    }

    private static boolean isSecondMeeting(Operation operation) {
        return operation instanceof JoinOperation.ContinueAsChild || operation instanceof JoinOperation.MeetParent;
    }

    /** What the parent does while the child waits. */
    List<ParentOperation> parentOperations() {
        return operations.stream()
                .filter(ParentOperation.class::isInstance)
                .map(ParentOperation.class::cast)
                .toList();
    }

    /** Whether the child waits for work of the parent, and not only for its word. */
    boolean parentWorks() {
        return idMaps != null || !parentOperations().isEmpty();
    }

    /** Whether the child makes a terminal and hands it over. */
    boolean makesTerminal() {
        return operations.stream().anyMatch(TerminalOperation.MakeTerminal.class::isInstance);
    }

    /** Whether Landlock denies the program some access. */
    boolean restrictsAccess() {
        return operations.stream().anyMatch(RestrictAccess.class::isInstance);
    }

    /** Whether the child comes into its namespaces by itself, and tells so then: as another, or as the parent's work is for those. */
    boolean meetsTwice() {
        return operations.stream()
                .anyMatch(operation -> operation instanceof JoinOperation.ContinueAsChild
                        || (operation instanceof JoinOperation.MeetParent && parentWorks()));
    }

    /** The labels that the process is to have. */
    List<RightsOperation.SetLabel> labels() {
        return operations.stream()
                .filter(RightsOperation.SetLabel.class::isInstance)
                .map(RightsOperation.SetLabel.class::cast)
                .toList();
    }

    /** Whether the child hands over a listener of its filter of system calls. */
    boolean hasListener() {
        return operations.stream()
                .anyMatch(
                        operation -> operation instanceof RightsOperation.InstallSeccomp seccomp && seccomp.listened());
    }

    /**
     * Whether the child tells when it has become its launch program, as limits must not be set before. The parent goes on in
     * the midst of that exec: a small limit on memory would kill the child there, and at its end the kernel sets the limit
     * on the stack as it was at the begin.
     */
    boolean announcesItself() {
        return !meetsTwice() && operations.stream().anyMatch(ParentOperation.SetLimit.class::isInstance);
    }

    /**
     * What the launch will do, in the notation of strace, without doing it. A phase stands at the margin, an
     * operation below it, and its system calls, numbered as in errors, below that.
     *
     * @return lines that each end with a line feed; the same for the same plan
     */
    public String explain() {
        StringBuilder text = new StringBuilder("CLONE\n  making a process");
        List<String> kinds = new ArrayList<>();
        List<Constant> flags = new ArrayList<>(Springboard.CLONE_FLAGS);
        for (Namespace namespace : namespaces) {
            kinds.add(namespace.procName());
            flags.add(namespace.cloneFlag());
        }
        if (!kinds.isEmpty()) {
            text.append(" in new namespaces: ").append(String.join(", ", kinds));
        }
        if (operations.stream().anyMatch(Operation.StartInCgroup.class::isInstance)) {
            flags.add(Constants.CLONE_INTO_CGROUP);
        }
        text.append("\n        clone3({flags=")
                .append(Constant.or(flags.toArray(Constant[]::new)).name())
                .append(", exit_signal=SIGCHLD}, 88)\n");
        Springboard.rows(new int[Compiler.CHANNEL + 2], namespaces.contains(Namespace.USER))
                .forEach(row -> text.append("        ").append(row.text(0)).append('\n'));
        if (idMaps != null) {
            text.append("PARENT\n  writing id maps\n");
            idMaps.steps().forEach(step -> text.append("        ").append(step).append('\n'));
        }
        boolean moves = operations.stream().anyMatch(ParentOperation.MoveToCgroup.class::isInstance);
        if (moves) {
            text.append(idMaps == null ? "PARENT\n" : "")
                    .append("  moving the process into its cgroup, in each hierarchy where it was not cloned into it\n")
                    .append("        write(CGROUP/cgroup.procs, \"PID\")\n");
        }
        Compiler.Compiled compiled = Compiler.compile(this);
        explain(text, compiled.parent(), 0, idMaps == null && !moves ? null : Phase.PARENT);
        explain(text, compiled.child(), compiled.parent().size(), null);
        return text.toString();
    }

    private static void explain(StringBuilder text, List<Row> rows, int first, @Nullable Phase before) {
        Phase phase = before;
        Operation operation = null;
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            Operation next = row.operation();
            if (next != null && !next.equals(operation)) {
                if (next.phase() != phase) {
                    phase = next.phase();
                    text.append(phase).append('\n');
                }
                operation = next;
                text.append("  ").append(operation.summary()).append('\n');
            }
            text.append(String.format("%6d  %s\n", first + i, row.text(first)));
        }
    }

    /**
     * Starts a plan that makes no namespace and does nothing.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects what several parts contribute. Not thread-safe. */
    public static final class Builder {
        private final Set<Namespace> namespaces = EnumSet.noneOf(Namespace.class);
        private @Nullable IdMaps idMaps;
        private final List<Handle> given = new ArrayList<>();
        private final List<Operation> operations = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a new namespace.
         *
         * @param namespace its kind
         * @return this builder
         */
        public Builder namespace(Namespace namespace) {
            namespaces.add(namespace);
            return this;
        }

        /**
         * Sets the maps of the new user namespace.
         *
         * @param maps the maps
         * @return this builder
         */
        public Builder idMaps(IdMaps maps) {
            idMaps = maps;
            return this;
        }

        /**
         * Adds a handle whose descriptor each launch brings along.
         *
         * @param handle the handle
         * @return this builder
         */
        public Builder given(Handle handle) {
            given.add(handle);
            return this;
        }

        /**
         * Adds an operation after those of its phase.
         *
         * @param operation what to do
         * @return this builder
         */
        public Builder add(Operation operation) {
            operations.add(operation);
            return this;
        }

        /**
         * Finishes.
         *
         * @return the plan
         */
        public LaunchPlan build() {
            return new LaunchPlan(namespaces, idMaps, given, operations);
        }
    }
}
