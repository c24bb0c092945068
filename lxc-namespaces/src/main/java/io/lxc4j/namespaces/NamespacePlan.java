package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.JoinOperation;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MappedIds;
import io.lxc4j.launch.Operation;
import io.lxc4j.seccomp.Abi;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import io.lxc4j.security.Isolation;
import io.lxc4j.security.Rights;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How processes come into a container's namespaces, and whom they are there: the first, those that are executed later, and those
 * that work there for this JVM.
 */
@SuppressWarnings("exports") // for the sibling modules, which see the launch engine
public final class NamespacePlan {
    /** KILL: the main process may have become another user. */
    private static final long KEPT_BY_INIT = 1L << 5;

    /** It collects children, waits for signals and sends them on, and ends; the first two close what the launch has left. */
    private static final Lazy<SeccompFilter> CALLS_OF_INIT = new Lazy<>(() -> SeccompFilter.builder(
                    SeccompAction.killProcess())
            .allow("close", "close_range", "wait4", "rt_sigtimedwait", "kill", "write", "exit_group", "restart_syscall")
            .build());

    private static final ProcessAttributes NO_ATTRIBUTES =
            ProcessAttributes.builder().build();

    private NamespacePlan() {}

    // ---- the first process

    /**
     * Adds to a plan what makes namespaces, for a process without additional groups.
     *
     * @param plan the plan under construction
     * @param namespaces which
     * @throws HostUnsupportedException if this user may not join what is to be joined
     */
    public static void contribute(LaunchPlan.Builder plan, Namespaces namespaces) {
        contribute(plan, namespaces, NO_ATTRIBUTES);
    }

    /**
     * Adds to a plan what makes namespaces, and the user and the groups of the process in them.
     *
     * @param plan the plan under construction
     * @param namespaces which
     * @param attributes has the additional groups; what else it has is not looked at
     * @throws HostUnsupportedException if this user may not join what is to be joined, or the process can have no additional groups
     * @throws InvalidSpecificationException if one of them is not mapped
     */
    public static void contribute(LaunchPlan.Builder plan, Namespaces namespaces, ProcessAttributes attributes) {
        new Entry(
                        namespaces.fresh,
                        namespaces.joined,
                        namespaces.clockOffsets,
                        Caller.current().mayJoinAny())
                .contribute(plan);
        if (namespaces.makesUsers()) {
            plan.idMaps(namespaces.idMapping().example().maps());
        }
        takingOnUser(namespaces, attributes).ifPresent(plan::add);
        if (namespaces.fresh.contains(Namespace.UTS)) {
            plan.add(new Operation.SetHostName(namespaces.hostName()));
            if (namespaces.domainName != null) {
                plan.add(new Operation.SetDomainName(namespaces.domainName));
            }
        }
        if (namespaces.hasOwnNetwork()) {
            plan.add(new Operation.BringUpLoopback());
        }
        namespaces.sysctls.forEach(
                sysctl -> plan.add(new Operation.SetSysctl(sysctl.name(), sysctl.path(), sysctl.value())));
    }

    /**
     * Adds to a plan that process 1 is an init.
     *
     * @param plan the plan under construction
     * @param namespaces the container's
     */
    public static void contributeInit(LaunchPlan.Builder plan, Namespaces namespaces) {
        plan.add(new Operation.StayAsInit(
                KEPT_BY_INIT & rights(namespaces).capabilities(),
                CALLS_OF_INIT.get().program(Abi.current())));
    }

    // ---- those that come later

    /**
     * Adds to a plan what makes its process one more of a container.
     *
     * @param plan the plan under construction
     * @param namespaces the container's
     * @param process what the plan is given the container's first process as
     */
    public static void join(LaunchPlan.Builder plan, Namespaces namespaces, Handle process) {
        enter(plan, namespaces, process, kinds(namespaces));
        plan.add(new JoinOperation.ContinueAsChild());
    }

    /**
     * Adds to a plan what brings its process to a container's files with the container's rights, and nowhere else: it can't
     * be seen from inside.
     *
     * @param plan the plan under construction
     * @param namespaces the container's
     * @param process what the plan is given the container's first process as
     */
    public static void joinFiles(LaunchPlan.Builder plan, Namespaces namespaces, Handle process) {
        Set<Namespace> kinds = kinds(namespaces);
        kinds.retainAll(Set.of(Namespace.USER, Namespace.MOUNT));
        enter(plan, namespaces, process, kinds);
        takingOnUser(namespaces, NO_ATTRIBUTES).ifPresent(plan::add);
        Isolation.standard()
                .withoutSeccomp()
                .contribute(plan, rights(namespaces)); // it runs no code of the container's
    }

    /**
     * Adds to a plan what brings its process to where it can mount for a container: to the container's users and all that a file
     * system shows, but with the host's mounts still, in a mount namespace of its own. It can't be seen from inside.
     *
     * @param plan the plan under construction
     * @param namespaces the container's
     * @param process what the plan is given the container's first process as
     */
    public static void joinToMount(LaunchPlan.Builder plan, Namespaces namespaces, Handle process) {
        Set<Namespace> kinds = kinds(namespaces);
        kinds.removeAll(Set.of(Namespace.MOUNT, Namespace.PID, Namespace.TIME));
        enter(plan, namespaces, process, kinds);
        plan.add(new JoinOperation.NewNamespaces(Set.of(Namespace.MOUNT)));
        plan.add(new JoinOperation.MeetParent());
        takingOnUser(namespaces, NO_ATTRIBUTES).ifPresent(plan::add);
    }

    /** Those that the container does not share with the host. */
    private static Set<Namespace> kinds(Namespaces namespaces) {
        Set<Namespace> kinds = EnumSet.copyOf(namespaces.fresh);
        kinds.addAll(namespaces.joined.kinds());
        return kinds;
    }

    private static void enter(LaunchPlan.Builder plan, Namespaces namespaces, Handle process, Set<Namespace> kinds) {
        plan.given(process);
        plan.add(new JoinOperation.Hide());
        if (!kinds.isEmpty()) {
            plan.add(new JoinOperation.JoinProcess(process, kinds));
        }
        if (namespaces.joined.has(Namespace.USER)) {
            // Users that were made elsewhere may forbid what those of this container's own allow.
            plan.add(new JoinOperation.LeaveGroups());
        }
    }

    // ---- users and rights

    /**
     * What makes a process the user that it is by default.
     *
     * @param namespaces the container's
     * @param attributes has the additional groups; what else it has is not looked at
     * @return the operation; empty if it stays whom this JVM is
     * @throws HostUnsupportedException if it can have no such groups
     * @throws InvalidSpecificationException if one is not mapped
     */
    public static Optional<Operation.SetIds> takingOnUser(Namespaces namespaces, ProcessAttributes attributes) {
        List<Integer> groups = attributes.additionalGroups();
        if (namespaces.makesUsers()) {
            return Optional.of(namespaces.idMapping().example().takingOn(groups));
        }
        if (namespaces.hasOwnUsers()) {
            return Optional.of(namespaces.joined.takingOn(groups));
        }
        if (Caller.current().maySetGroups()) {
            return Optional.of(new Operation.SetIds(0, 0, groups));
        }
        if (!groups.isEmpty()) {
            throw new HostUnsupportedException("additional groups " + groups
                    + ": this JVM may not set groups, which needs CAP_SETUID and CAP_SETGID");
        }
        return Optional.empty();
    }

    /**
     * What makes a process a user.
     *
     * @param namespaces the container's
     * @param uid a user id inside, not negative
     * @param gid a group id inside, not negative
     * @param groups supplementary groups; those that it can't have are left out
     * @return the operation
     * @throws InvalidSpecificationException if the user or the group is not mapped
     */
    public static Operation.SetIds takingOnUser(Namespaces namespaces, int uid, int gid, List<Integer> groups) {
        if (!namespaces.hasOwnUsers()) {
            return new Operation.SetIds(uid, gid, Caller.current().maySetGroups() ? groups : null);
        }
        if (!namespaces.makesUsers()) {
            return namespaces.joined.takingOn(uid, gid);
        }
        IdMaps maps = namespaces.idMapping().example().maps();
        requireMapped("user", uid, maps.uids());
        requireMapped("group", gid, maps.gids());
        List<Integer> possible = maps.denySetgroups()
                ? List.of()
                : groups.stream().filter(group -> isMapped(group, maps.gids())).toList();
        return new MappedIds(maps, uid, gid).takingOn(possible);
    }

    private static boolean isMapped(int id, List<IdMaps.Range> ranges) {
        return ranges.stream().anyMatch(range -> range.has(id));
    }

    private static void requireMapped(String what, int id, List<IdMaps.Range> ranges) {
        if (!isMapped(id, ranges)) {
            throw new InvalidSpecificationException(what + " " + id + " is none of the container's, which has (inside,"
                    + " outside, count) " + ranges + "; give it a mapping that has it");
        }
    }

    /**
     * What a container's processes have when they are there, and nothing is given up yet.
     *
     * @param namespaces the container's
     * @return their rights
     */
    public static Rights rights(Namespaces namespaces) {
        return namespaces.hasOwnUsers()
                ? new Rights(true, CapabilitySets.ALL)
                : new Rights(false, Caller.current().permitted());
    }
}
