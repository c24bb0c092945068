package io.lxc4j;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.layers.Mount;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a container's caller has mounted, at its start and since. Each change is a plan of its own, performed by a process that
 * goes into the container's mount namespace only when all is made. Thread-safe.
 */
final class RunningMounts {
    private final ContainerBuilder settings;
    private final Handle firstProcess;
    private final Handle namespace = new Handle("the mount namespace of the container");
    private final Consumer<LaunchPlan> performer;

    /** From the first mounted to the last; several may lie on one place. */
    private final List<Mount> mounts;

    RunningMounts(ContainerBuilder settings, Handle firstProcess, Consumer<LaunchPlan> performer) {
        this.settings = settings;
        this.firstProcess = firstProcess;
        this.performer = performer;
        mounts = new ArrayList<>(settings.mounts);
    }

    synchronized void add(Mount mount) {
        mount.checkRunning(settings.namespaces(), mounts);
        var _ = mount.plan(settings.namespaces()).look();
        performer.accept(ContainerPlan.ofMount(settings, mount, firstProcess, namespace));
        mounts.addLast(mount);
    }

    /** Only what the caller has mounted: nobody takes away a mask, or what the container lives on, by mistake. */
    synchronized void remove(String target) {
        Mount mount = mounts.stream()
                .filter(candidate -> candidate.target().equals(target))
                .reduce((first, second) -> second)
                .orElseThrow(() -> new InvalidSpecificationException(
                        "unmount: nothing was mounted at " + target + " by mount(…); mounted are "
                                + mounts.stream().map(Mount::target).toList()));
        if (settings.maskedPaths.contains(target) || settings.protectedPaths.contains(target)) {
            throw new InvalidSpecificationException(
                    "unmount: " + target + " is masked or protected, which would be lost with the mount");
        }
        performer.accept(ContainerPlan.ofUnmount(settings, target, firstProcess, namespace));
        mounts.remove(mounts.lastIndexOf(mount));
    }
}
