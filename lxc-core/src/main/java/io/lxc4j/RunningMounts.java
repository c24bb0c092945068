package io.lxc4j;

import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.DeviceAccess;
import io.lxc4j.cgroups.DeviceRule;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.Mount;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a container's caller has mounted, at its start and since. Each change is a plan of its own, performed by a process that
 * goes into the container's mount namespace only when all is made. Thread-safe.
 */
final class RunningMounts {
    private final ContainerBuilder settings;
    private final Errands errands;
    private final @Nullable Cgroup cgroup;

    /** From the first mounted to the last; several may lie on one place. */
    private final List<Mount> mounts;

    RunningMounts(Errands errands, @Nullable Cgroup cgroup) {
        this.errands = errands;
        this.cgroup = cgroup;
        settings = errands.settings();
        mounts = new ArrayList<>(settings.mounts);
    }

    synchronized void add(Mount mount) {
        mount.checkRunning(settings.namespaces(), mounts);
        var _ = mount.plan(settings.namespaces()).look();
        updateDevices(mount, DeviceAccess::with);
        try {
            errands.mount(mount);
        } catch (RuntimeException | Error e) {
            updateDevices(mount, DeviceAccess::without);
            throw e;
        }
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
        errands.unmount(target);
        mounts.remove(mounts.lastIndexOf(mount));
        updateDevices(mount, DeviceAccess::without);
    }

    /** Rules that were asked for about devices are not undone by a mount that may have any. */
    private void updateDevices(Mount mount, BiFunction<DeviceAccess, DeviceRule, DeviceAccess> change) {
        if (cgroup != null && (mount.deviceNode().isPresent() || !settings.limitsDevices())) {
            ContainerDevices.rule(mount).ifPresent(rule -> cgroup.updateDevices(access -> change.apply(access, rule)));
        }
    }
}
