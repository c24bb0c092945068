package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Namespace;
import java.util.List;

/** Plans that several tests use. */
final class Plans {
    private Plans() {}

    /** The smallest plan that keeps its promises: no namespace, no file tree, no privilege. */
    static LaunchPlan plain(Operation.Exec exec) {
        return LaunchPlan.builder()
                .add(new Operation.AwaitParent())
                .add(new Operation.NewSession())
                .add(new Operation.DieWithParent())
                .add(new Operation.CloseDescriptors())
                .add(exec)
                .build();
    }

    static Operation.Exec exec(String... command) {
        return new Operation.Exec(command[0], List.of(command), List.of(), List.of());
    }

    /** All operations that there are. */
    static LaunchPlan everything() {
        Constant attributes = Constant.or(Constants.MOUNT_ATTR_NOSUID, Constants.MOUNT_ATTR_RDONLY);
        List<Operation.CharacterDevice> devices =
                List.of(new Operation.CharacterDevice("null", 1, 3), new Operation.CharacterDevice("tty", 5, 0));
        return LaunchPlan.builder()
                .namespace(Namespace.USER)
                .namespace(Namespace.MOUNT)
                .idMaps(new IdMaps(List.of(new IdMaps.Range(0, 1000, 1)), List.of(new IdMaps.Range(0, 1000, 1)), true))
                .add(new Operation.Exec("true", List.of("true"), List.of("A=b"), List.of("/bin", "/usr/bin", "/sbin")))
                .add(new Operation.LimitCapabilities(1))
                .add(new Operation.ForbidNewPrivileges())
                .add(new Operation.CloseDescriptors())
                .add(new Operation.ChangeDirectory("/tmp"))
                .add(new Operation.SetUmask(022))
                .add(new Operation.BringUpLoopback())
                .add(new Operation.SetHostName("box"))
                .add(new Operation.PivotRoot())
                .add(new Operation.IsolateMounts())
                .add(new Operation.MountScratch(1 << 20))
                .add(new Operation.MakeScratchDirectory("root", 0755))
                .add(new Operation.RootFromScratch("root"))
                .add(new Operation.RootFromDirectory("/"))
                .add(new Operation.RootFromFileSystem(
                        Operation.FileSystem.of("overlay", attributes, "lowerdir", "/", "userxattr", "")))
                .add(new Operation.MakeRootReadOnly())
                .add(new Operation.MakeDirectory("/deep/er", 0755))
                .add(new Operation.MakeFile("/file"))
                .add(new Operation.MakeLink("/link", "file"))
                .add(new Operation.Mount(Operation.FileSystem.of("proc", attributes), "/proc"))
                .add(new Operation.Bind("/sys", "/sys", attributes))
                .add(new Operation.BindScratch("root", "/var"))
                .add(new Operation.ProtectFromWrites("/proc/sys"))
                .add(new Operation.MountDev(devices, false))
                .add(new Operation.MountDev(devices, true))
                .add(new Operation.DieWithParent())
                .add(new Operation.NewSession())
                .add(new Operation.NewCgroupNamespace())
                .add(new Operation.SetIds(0, 0, List.of(5, 6)))
                .add(new Operation.AwaitParent())
                .build();
    }
}
