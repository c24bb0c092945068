package io.lxc4j.cgroups;

import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NODEV;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOEXEC;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOSUID;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_RDONLY;

import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.MountOperation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a process sees of its cgroups. A hierarchy in which it has none of its own is left out, as it would show those of the JVM
 * and what is below them; and so is that of devices, in which no program looks for anything.
 */
final class CgroupView {
    private static final String TARGET = "/sys/fs/cgroup";
    private static final Constant READ_ONLY =
            Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_RDONLY);

    private static final Set<String> DEVICES = Set.of(Programmed.DEVICES);

    private CgroupView() {}

    /** Version 2 alone is mounted itself, as on hosts that have nothing else. */
    static Optional<MountOperation> of(CgroupPlaces places, Set<String> limited) {
        List<CgroupPlaces.Place> shown = places.places().stream()
                .filter(place -> place.isUnified()
                        || (!place.controllers().equals(DEVICES)
                                && !place.wanted(limited).isEmpty()))
                .toList();
        if (shown.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                shown.stream().allMatch(CgroupPlaces.Place::isUnified)
                        ? new MountOperation.Mount(unified(), TARGET)
                        : new MountOperation.MountCgroups(
                                TARGET,
                                shown.stream().map(CgroupView::hierarchy).toList()));
    }

    private static MountOperation.FileSystem unified() {
        return MountOperation.FileSystem.of("cgroup2", READ_ONLY);
    }

    private static MountOperation.MountCgroups.Hierarchy hierarchy(CgroupPlaces.Place place) {
        if (place.isUnified()) {
            return new MountOperation.MountCgroups.Hierarchy("unified", List.of(), unified());
        }
        List<String> names = place.controllers().stream()
                .map(name -> name.equals("io") ? "blkio" : name)
                .toList();
        String[] flags =
                names.stream().flatMap(name -> List.of(name, "").stream()).toArray(String[]::new);
        return new MountOperation.MountCgroups.Hierarchy(
                String.join(",", names),
                names.size() == 1 ? List.of() : names,
                MountOperation.FileSystem.of("cgroup", READ_ONLY, flags));
    }
}
