package io.lxc4j.host;

import io.lxc4j.cgroups.CgroupHierarchy;
import io.lxc4j.cgroups.CgroupLayout;
import io.lxc4j.cgroups.CgroupVersion;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which resources this process may limit, as its own cgroups stand. */
final class HostCgroups {
    private static final List<String> CONTROLLERS = List.of("cpu", "cpuset", "io", "memory", "pids");

    private static final String NEW = "cgroups of containers";

    private HostCgroups() {}

    static List<Ability> abilities(CgroupLayout layout) {
        List<Ability> answers = new ArrayList<>();
        answers.add(
                switch (layout.kind()) {
                    case V2 -> Ability.available("cgroups", "version 2");
                    case V1 -> Ability.available("cgroups", "version 1");
                    case HYBRID -> Ability.available("cgroups", "hybrid: versions 1 and 2");
                    case NONE -> Ability.unavailable("cgroups", "not mounted: mount -t cgroup2 cgroup2 /sys/fs/cgroup");
                });
        CONTROLLERS.forEach(controller -> answers.add(limits(layout, controller)));
        return answers;
    }

    /**
     * Where cgroups are made, and what that means to the system's manager.
     *
     * @param parents the directories that they are made in
     * @param systemd whether systemd manages the host
     */
    static Ability places(List<Path> parents, boolean systemd) {
        if (parents.isEmpty()) {
            return Ability.unavailable(
                    NEW,
                    "this user may write to none; "
                            + (systemd
                                    ? "systemd-run --user --scope --property=Delegate=yes COMMAND gives one"
                                    : "run as root, or have root make one and give it to this user by chown"));
        }
        String where = "made in " + parents.stream().map(Path::toString).collect(Collectors.joining(", "));
        return Ability.available(
                NEW, systemd ? where + "; systemd, which manages the host, neither made them nor removes them" : where);
    }

    /** As sd_booted(3) finds it out. */
    static boolean isManagedBySystemd() {
        return Files.isDirectory(Path.of("/run/systemd/system"), LinkOption.NOFOLLOW_LINKS);
    }

    private static Ability limits(CgroupLayout layout, String controller) {
        String name = controller + " limits";
        Optional<CgroupHierarchy> found = layout.controller(controller);
        if (found.isEmpty() && controller.equals("io")) {
            found = layout.controller("blkio");
        }
        if (found.isEmpty()) {
            return Ability.unavailable(name, "the controller is not in the kernel, or not mounted");
        }
        CgroupHierarchy hierarchy = found.get();
        Optional<Path> directory = hierarchy.directory();
        if (directory.isEmpty()) {
            return Ability.unavailable(
                    name, hierarchy.mountPoint() + " does not show the cgroup of this process; mount it anew");
        }
        Path own = directory.get();
        if (hierarchy.version() == CgroupVersion.V2 && !hierarchy.delegated().contains(controller)) {
            return Ability.unavailable(
                    name, "not delegated to " + own + "; add it to cgroup.subtree_control of the parent");
        }
        if (!Files.isWritable(own)) {
            return Ability.unavailable(
                    name,
                    "no write access to " + own
                            + (hierarchy.version() == CgroupVersion.V2
                                    ? "; run as root, or as a service with Delegate=yes"
                                    : "; run as root"));
        }
        return Ability.available(name, hierarchy.version().name().toLowerCase(Locale.ROOT) + ", " + own);
    }
}
