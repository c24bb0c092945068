package io.lxc4j;

import io.lxc4j.cgroups.DeviceAccess;
import io.lxc4j.cgroups.DeviceRule;
import io.lxc4j.cgroups.Limits;
import io.lxc4j.layers.Mount;
import java.util.List;
import java.util.Optional;

/** Which devices a container may open: those that every program expects, and those that it was given by a mount. */
final class ContainerDevices {
    /** For a mount on which there may be any. */
    private static final DeviceRule ANY = DeviceRule.allow("a *:* rw");

    private ContainerDevices() {}

    /** What is asked for, with the devices that were given by name. */
    static Limits asked(Limits limits, List<Mount> mounts) {
        return limits.devices()
                .map(access -> with(
                        limits,
                        access,
                        mounts.stream()
                                .filter(mount -> mount.deviceNode().isPresent())
                                .toList()))
                .orElse(limits);
    }

    /** What is good to have where nothing about devices is asked for. */
    static Limits wished(Limits usual, List<Mount> mounts) {
        return with(usual, DeviceAccess.standard(), mounts);
    }

    private static Limits with(Limits limits, DeviceAccess access, List<Mount> mounts) {
        DeviceRule[] more = mounts.stream()
                .flatMap(mount -> rule(mount).stream())
                .distinct()
                .toArray(DeviceRule[]::new);
        return limits.toBuilder().devices(access.with(more)).build();
    }

    /** What has to be allowed for a mount to be of use. */
    static Optional<DeviceRule> rule(Mount mount) {
        return mount.deviceNode()
                .map(DeviceRule::allow)
                .or(() -> Optional.of(ANY).filter(_ -> mount.allowsDevices()));
    }
}
