package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.JoinOperation;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * How a process comes into its namespaces. A new process is cloned into those that are new. But who has entered a user
 * namespace has no rights any more over what is not below it, so where others are joined the process enters its users by
 * itself, at the right time: last if it is root, first if they are what gives it rights, as nsenter(1) does.
 *
 * @param fresh what is new
 * @param joined what is joined
 * @param clockOffsets what the clocks of a new time namespace are ahead
 * @param mayJoinAny whether the process has rights over all namespaces before it enters any
 */
record Entry(Set<Namespace> fresh, Joined joined, Map<JoinOperation.Clock, Duration> clockOffsets, boolean mayJoinAny) {
    void contribute(LaunchPlan.Builder plan) {
        boolean leavesUsers = !joined.isEmpty() && fresh.contains(Namespace.USER);
        if (leavesUsers && !mayJoinAny) {
            throw new HostUnsupportedException(
                    "joining " + joined.handles().values() + " with users of its own is for root only; let the"
                            + " container have the users that they belong to, which"
                            + " must be of a container of this user");
        }
        boolean entersUsers = leavesUsers || joined.has(Namespace.USER);
        Set<Namespace> made = EnumSet.copyOf(fresh);
        made.remove(Namespace.CGROUP);
        made.remove(Namespace.TIME);
        if (!entersUsers) {
            made.forEach(plan::namespace);
        }
        if (!joined.isEmpty()) {
            join(plan);
        }
        if (entersUsers) {
            plan.add(new JoinOperation.NewNamespaces(made));
        }
        if (fresh.contains(Namespace.TIME)) {
            plan.add(new JoinOperation.NewTimeNamespace(clockOffsets));
        }
        if (entersUsers || joined.has(Namespace.PID)) {
            plan.add(new JoinOperation.ContinueAsChild()); // into the PID namespace, be it new or joined
        }
        if (fresh.contains(Namespace.CGROUP)) {
            plan.add(new Operation.NewCgroupNamespace());
        }
    }

    private void join(LaunchPlan.Builder plan) {
        if (!clockOffsets.isEmpty()) {
            plan.add(new JoinOperation.OpenClockOffsets());
        }
        plan.add(new JoinOperation.Hide());
        Map<Namespace, JoinOperation> joins = new EnumMap<>(Namespace.class);
        joined.handles().forEach((kind, namespace) -> {
            Handle handle = new Handle(namespace.toString());
            plan.given(handle);
            joins.put(kind, new JoinOperation.JoinNamespace(handle, kind));
        });
        JoinOperation users = joins.remove(Namespace.USER);
        if (users != null && !mayJoinAny) {
            plan.add(users);
        }
        joins.values().forEach(plan::add);
        if (users != null && mayJoinAny) {
            plan.add(users);
        }
        if (users != null) {
            plan.add(new JoinOperation.LeaveGroups());
        }
    }
}
