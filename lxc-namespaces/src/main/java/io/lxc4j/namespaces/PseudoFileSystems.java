package io.lxc4j.namespaces;

import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NODEV;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOEXEC;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOSUID;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_RDONLY;

import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Tree;
import java.util.List;

/** {@code /proc}, {@code /sys} and {@code /dev} of a container, as its namespaces demand. */
public final class PseudoFileSystems {
    private static final Constant INERT = Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC);

    /** The devices of the OCI runtime specification, config-linux.md, "Default Devices"; console and ptmx apart. */
    private static final List<MountOperation.CharacterDevice> DEVICES = List.of(
            new MountOperation.CharacterDevice("null", 1, 3),
            new MountOperation.CharacterDevice("zero", 1, 5),
            new MountOperation.CharacterDevice("full", 1, 7),
            new MountOperation.CharacterDevice("random", 1, 8),
            new MountOperation.CharacterDevice("urandom", 1, 9),
            new MountOperation.CharacterDevice("tty", 5, 0));

    /** What the host's root could change the host by; a container's own root may write to none of them anyway. */
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private PseudoFileSystems() {}

    /**
     * Adds them to a plan.
     *
     * @param plan the plan under construction, after what makes its root
     * @param namespaces the container's namespaces
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public static void contribute(LaunchPlan.Builder plan, Namespaces namespaces) {
        plan.add(new MountOperation.Mount(MountOperation.FileSystem.of("proc", INERT), "/proc"));
        if (!namespaces.sysctls().isEmpty()) {
            plan.add(new MountOperation.OpenSysctls()); // before they are made read-only
        }
        if (!namespaces.hasOwnUsers()) {
            READ_ONLY.forEach(path -> plan.add(new MountOperation.ProtectFromWrites(path)));
        }
        Constant readOnly = Constant.or(INERT, MOUNT_ATTR_RDONLY);
        if (namespaces.ownsNetwork() || !namespaces.hasOwnUsers()) {
            plan.add(new MountOperation.Mount(MountOperation.FileSystem.of("sysfs", readOnly), "/sys"));
        } else {
            // The kernel mounts sysfs only for whom the network belongs to.
            plan.add(new MountOperation.Bind(new Tree.AtPath("/sys"), "/sys", readOnly));
        }
        plan.add(new MountOperation.MountDev(DEVICES, !namespaces.hasOwnUsers()));
    }
}
