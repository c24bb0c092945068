package io.lxc4j.host;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.MountOperation.FileSystem;
import java.util.List;
import java.util.Optional;

/** Tries the file systems that containers are made of, each in a mount namespace that goes with the trial. */
final class HostFileSystems {
    private static final long SCRATCH_BYTES = 1 << 20;
    private static final Constant ATTRIBUTES = Constant.or(Constants.MOUNT_ATTR_NOSUID, Constants.MOUNT_ATTR_NODEV);

    private static final Constant INERT = Constant.or(ATTRIBUTES, Constants.MOUNT_ATTR_NOEXEC);

    private final HostTrial trial;
    private final HostNamespaces namespaces;

    HostFileSystems(HostTrial trial, HostNamespaces namespaces) {
        this.trial = trial;
        this.namespaces = namespaces;
    }

    List<Ability> abilities() {
        return List.of(
                overlay("overlayfs", HostTrial.plain(), "trusted"),
                inside("overlayfs in a user namespace", plan -> overlay(plan, "user")),
                inside("tmpfs in a user namespace", HostFileSystems::scratch),
                inside("proc in a user namespace", plan -> pseudo(plan.namespace(Namespace.PID), "proc", INERT)),
                inside(
                        "sysfs in a user namespace",
                        plan -> pseudo(
                                plan.namespace(Namespace.NETWORK),
                                "sysfs",
                                Constant.or(INERT, Constants.MOUNT_ATTR_RDONLY))));
    }

    private Ability overlay(String name, LaunchPlan.Builder plan, String attributes) {
        return trial.failure(overlay(plan, attributes))
                .map(failure -> failure.ability(
                        name, failure.isOfClone() && failure.isForbidden() ? List.of("it needs root") : List.of()))
                .orElseGet(() -> Ability.available(name, ""));
    }

    private interface Addition {
        LaunchPlan.Builder to(LaunchPlan.Builder plan);
    }

    private Ability inside(String name, Addition addition) {
        return namespaces.innerRoot().isPresent()
                ? Ability.unavailable(name, "no root in a user namespace, see above")
                : answer(name, trial.failure(addition.to(trial.asInnerRoot())));
    }

    private static Ability answer(String name, Optional<HostFailure> failure) {
        return failure.map(reason -> reason.ability(name, List.of())).orElseGet(() -> Ability.available(name, ""));
    }

    private static LaunchPlan.Builder scratch(LaunchPlan.Builder plan) {
        return plan.namespace(Namespace.MOUNT)
                .add(new MountOperation.IsolateMounts())
                .add(new MountOperation.MountScratch(SCRATCH_BYTES));
    }

    /** Makes a directory in the overlay, too, for which it needs its extended attributes. */
    private static LaunchPlan.Builder overlay(LaunchPlan.Builder plan, String attributes) {
        scratch(plan);
        for (String directory : List.of("lower", "upper", "work")) {
            plan.add(new MountOperation.MakeScratchDirectory(directory, 0755));
        }
        FileSystem fileSystem = attributes.equals("user")
                ? FileSystem.of(
                        "overlay",
                        ATTRIBUTES,
                        "lowerdir",
                        "lower",
                        "upperdir",
                        "upper",
                        "workdir",
                        "work",
                        "userxattr",
                        "")
                : FileSystem.of("overlay", ATTRIBUTES, "lowerdir", "lower", "upperdir", "upper", "workdir", "work");
        return plan.add(new MountOperation.RootFromFileSystem(fileSystem))
                .add(new MountOperation.MakeDirectory("/directory", 0755));
    }

    private static LaunchPlan.Builder pseudo(LaunchPlan.Builder plan, String type, Constant attributes) {
        return scratch(plan)
                .add(new MountOperation.MakeScratchDirectory("root", 0755))
                .add(new MountOperation.RootFromScratch("root"))
                .add(new MountOperation.MakeDirectory("/target", 0755))
                .add(new MountOperation.Mount(FileSystem.of(type, attributes), "/target"));
    }
}
