package io.lxc4j.namespaces;

import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NODEV;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOEXEC;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOSUID;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_RDONLY;

import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Tree;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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

    /** What the host's root could change the host by. */
    private static final List<String> READ_ONLY = List.of("bus", "fs", "irq", "sys", "sysrq-trigger");

    /** What of {@code /proc} tells of the host, or of its memory. */
    private static final List<String> MASKED_OF_PROC = List.of(
            "acpi",
            "asound",
            "interrupts",
            "kcore",
            "keys",
            "latency_stats",
            "sched_debug",
            "scsi",
            "timer_list",
            "timer_stats");

    /** What of {@code /sys} tells of the host's hardware: its memory, and how much it draws when. */
    private static final List<String> MASKED_OF_SYS = List.of("devices/virtual/powercap", "firmware");

    /** As container engines have it. */
    private static final String SHARED_MEMORY_BYTES = Long.toString(64L << 20);

    private PseudoFileSystems() {}

    /**
     * Adds them to a plan.
     *
     * @param plan the plan under construction, after what makes its root
     * @param namespaces the container's namespaces
     * @param procOptions how {@code /proc} is mounted: options and their values
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public static void contribute(LaunchPlan.Builder plan, Namespaces namespaces, Map<String, String> procOptions) {
        String[] options = procOptions.entrySet().stream()
                .flatMap(option -> Stream.of(option.getKey(), option.getValue()))
                .toArray(String[]::new);
        plan.add(new MountOperation.Mount(MountOperation.FileSystem.of("proc", INERT, options), "/proc"));
        if (!namespaces.sysctls().isEmpty()) {
            plan.add(new MountOperation.OpenSysctls()); // before they are made read-only
        }
        Constant readOnly = Constant.or(INERT, MOUNT_ATTR_RDONLY);
        if (namespaces.ownsNetwork() || !namespaces.hasOwnUsers()) {
            plan.add(new MountOperation.Mount(MountOperation.FileSystem.of("sysfs", readOnly), "/sys"));
        } else {
            // The kernel mounts sysfs only for whom the network belongs to.
            plan.add(new MountOperation.Bind(new Tree.AtPath("/sys"), "/sys", readOnly));
        }
        plan.add(new MountOperation.MountDev(DEVICES, !namespaces.hasOwnUsers()));
        plan.add(new MountOperation.Mount(
                MountOperation.FileSystem.of("tmpfs", INERT, "size", SHARED_MEMORY_BYTES, "mode", "01777"),
                "/dev/shm"));
        if (namespaces.hasOwnIpc() || !namespaces.hasOwnUsers()) {
            // The kernel mounts the queues only for whom they belong to.
            plan.add(new MountOperation.Mount(MountOperation.FileSystem.of("mqueue", INERT), "/dev/mqueue"));
        }
    }

    /**
     * Adds what hides and protects parts of {@code /proc} and {@code /sys}, whatever has been mounted there.
     *
     * @param plan the plan under construction, after all that is mounted
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public static void protect(LaunchPlan.Builder plan) {
        READ_ONLY.forEach(name -> plan.add(new MountOperation.ProtectFromWrites("/proc/" + name, true)));
        mask(plan, "/proc", MASKED_OF_PROC);
        mask(plan, "/sys", MASKED_OF_SYS);
    }

    /**
     * Adds what makes one more proc, of which the same is hidden and protected.
     *
     * @param plan the plan under construction
     * @param handle gets the mount, attached nowhere
     * @param fileSystem the proc
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public static void makeProc(LaunchPlan.Builder plan, Handle handle, MountOperation.FileSystem fileSystem) {
        plan.add(new MountOperation.MakeProtected(handle, fileSystem, READ_ONLY, MASKED_OF_PROC));
    }

    /**
     * Adds what makes one more sysfs, of which the same is hidden.
     *
     * @param plan the plan under construction
     * @param handle gets the mount, attached nowhere
     * @param fileSystem the sysfs
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public static void makeSys(LaunchPlan.Builder plan, Handle handle, MountOperation.FileSystem fileSystem) {
        plan.add(new MountOperation.MakeProtected(handle, fileSystem, List.of(), MASKED_OF_SYS));
    }

    private static void mask(LaunchPlan.Builder plan, String place, List<String> names) {
        names.forEach(name -> plan.add(new MountOperation.Mask(place + "/" + name, true)));
    }
}
