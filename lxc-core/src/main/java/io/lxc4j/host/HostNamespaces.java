package io.lxc4j.host;

import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.JoinOperation;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.NamespaceObstacles;
import io.lxc4j.launch.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Tries the kinds of namespace, and what can be had with a user namespace. */
final class HostNamespaces {
    private final HostTrial trial;
    private final HostUser user;
    private final NamespaceObstacles obstacles;
    private final Optional<HostFailure> innerRoot;

    HostNamespaces(HostTrial trial, HostUser user, NamespaceObstacles obstacles) {
        this.trial = trial;
        this.user = user;
        this.obstacles = obstacles;
        innerRoot = trial.failure(trial.asInnerRoot());
    }

    /** Why this user can't be root in a new user namespace; empty if it can. */
    Optional<HostFailure> innerRoot() {
        return innerRoot;
    }

    /** An answer for each kind. */
    List<Ability> kinds() {
        List<Ability> answers = new ArrayList<>();
        for (Namespace kind : Namespace.values()) {
            answers.add(kind == Namespace.USER ? users() : kind(kind));
        }
        return answers;
    }

    private Ability users() {
        return answer(name(Namespace.USER), innerRoot.filter(HostFailure::isOfClone), "");
    }

    private Ability kind(Namespace kind) {
        String name = name(kind);
        Optional<HostFailure> alone = trial.failure(with(kind, HostTrial.plain()));
        Optional<HostFailure> inside =
                innerRoot.isPresent() ? innerRoot : trial.failure(with(kind, trial.asInnerRoot()));
        if (inside.isEmpty()) {
            return Ability.available(
                    name,
                    alone.isEmpty() ? "alone or in a user namespace" : "in a user namespace; alone it needs root");
        }
        if (alone.isEmpty()) {
            return Ability.available(name, "alone, but not in a user namespace");
        }
        List<String> known = obstacles.to(kind);
        if (innerRoot.isEmpty()) {
            return inside.get().ability(name, known);
        }
        return alone.get()
                .ability(
                        name,
                        known.isEmpty() && alone.get().isForbidden()
                                ? List.of("it needs root, or a user namespace, which can't be had")
                                : known);
    }

    private static LaunchPlan.Builder with(Namespace kind, LaunchPlan.Builder plan) {
        return switch (kind) {
            case CGROUP -> plan.add(new Operation.NewCgroupNamespace());
            case TIME -> plan.add(new JoinOperation.NewTimeNamespace(Map.of()));
            default -> plan.namespace(kind);
        };
    }

    private static String name(Namespace kind) {
        return kind.procName() + " namespace";
    }

    /**
     * What ids a new user namespace can have, and whether its root is one.
     *
     * @param subordinate what would help a user who can't map a range alone
     */
    List<Ability> ids(List<Ability> subordinate) {
        return List.of(
                inside("own id mapped to root", this::ownId),
                inside("range of ids mapped", name -> range(name, subordinate)),
                inside("capabilities inside", this::powers));
    }

    private Ability inside(String name, Function<String, Ability> attempt) {
        return innerRoot.filter(HostFailure::isOfClone).isPresent()
                ? Ability.unavailable(name, "no user namespace, see above")
                : attempt.apply(name);
    }

    private Ability ownId(String name) {
        IdMaps self = new IdMaps(
                List.of(new IdMaps.Range(0, user.uid(), 1)), List.of(new IdMaps.Range(0, user.gid(), 1)), true);
        return answer(name, trial.failure(HostTrial.asInnerRoot(self)), "");
    }

    private Ability range(String name, List<Ability> subordinate) {
        IdMaps.Range range = trial.maps().uids().getFirst();
        if (range.count() > 1) {
            return answer(name, innerRoot, range.count() + " ids, from " + range.outside() + " on");
        }
        if (user.has(ProcessStatus.CAP_SETUID) && user.has(ProcessStatus.CAP_SETGID)) {
            return Ability.unavailable(name, "this JVM is in a user namespace that has too few ids itself");
        }
        return subordinate.stream().allMatch(Ability::isAvailable)
                ? Ability.unknown(name, "newuidmap and newgidmap may do it; they were not tried")
                : Ability.unavailable(
                        name, "needs the capabilities setuid and setgid, or subordinate ids and newuidmap");
    }

    /** A policy can let the namespace be, and take its root's capabilities: AppArmor does. */
    private Ability powers(String name) {
        LaunchPlan.Builder plan = trial.asInnerRoot()
                .namespace(Namespace.MOUNT)
                .namespace(Namespace.UTS)
                .add(new MountOperation.IsolateMounts())
                .add(new Operation.SetHostName("probe"));
        return answer(name, innerRoot.or(() -> trial.failure(plan)), "");
    }

    private Ability answer(String name, Optional<HostFailure> failure, String success) {
        return failure.map(reason -> reason.ability(name, obstacles.to(Namespace.USER)))
                .orElseGet(() -> Ability.available(name, success));
    }
}
