package io.lxc4j.launch;

import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.Rlimit;
import io.lxc4j.seccomp.Abi;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import io.lxc4j.seccomp.SeccompFlag;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Plans that several tests use. */
final class Plans {
    private Plans() {}

    /** The smallest plan that keeps its promises: no namespace, no file tree, no privilege. */
    static LaunchPlan plain(Operation.Exec exec) {
        return LaunchPlan.builder()
                .add(new Operation.AwaitParent())
                .add(new Operation.NewSession())
                .add(new RightsOperation.NewSessionKeyring(true))
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
        List<MountOperation.CharacterDevice> devices = List.of(
                new MountOperation.CharacterDevice("null", 1, 3), new MountOperation.CharacterDevice("tty", 5, 0));
        Handle process = new Handle("the container");
        Handle network = new Handle("a network");
        Handle tree = new Handle("a tree");
        Handle proc = new Handle("a proc");
        Handle own = new Handle("a tree of its own");
        MountFlags flags = new MountFlags(attributes, Constants.MOUNT_ATTR_RDONLY, Constants.MS_SLAVE);
        return LaunchPlan.builder()
                .given(process)
                .given(network)
                .namespace(Namespace.USER)
                .namespace(Namespace.MOUNT)
                .idMaps(new IdMaps(List.of(new IdMaps.Range(0, 1000, 1)), List.of(new IdMaps.Range(0, 1000, 1)), true))
                .add(new Operation.Exec("true", List.of("true"), List.of("A=b"), List.of("/bin", "/usr/bin", "/sbin")))
                .add(new RightsOperation.LimitCapabilities(new CapabilitySets(1, 1, 1, 1, 1), Constants.SECBIT_NOROOT))
                .add(new RightsOperation.ForbidNewPrivileges())
                .add(new RightsOperation.InstallSeccomp(
                        SeccompFilter.builder(SeccompAction.allow()).build().program(Abi.X86_64),
                        Set.of(SeccompFlag.LOG, SeccompFlag.SPEC_ALLOW),
                        false,
                        true))
                .add(new Operation.CloseDescriptors())
                .add(new Operation.ChangeDirectory("/tmp"))
                .add(new TerminalOperation.TakeTerminal())
                .add(new Operation.StayAsInit(
                        32, SeccompFilter.builder(SeccompAction.allow()).build().program(Abi.X86_64)))
                .add(new Operation.SetUmask(022))
                .add(new TerminalOperation.MakeTerminal(80, 24))
                .add(new TerminalOperation.BindConsole())
                .add(new Operation.BringUpLoopback())
                .add(new RightsOperation.SetLabel(proc, SecurityModule.APPARMOR, "confined"))
                .add(new Operation.SetHostName("box"))
                .add(new Operation.SetDomainName("example.org"))
                .add(new Operation.PivotRoot())
                .add(new MountOperation.OpenTree(own, "/srv/own", false))
                .add(new MountOperation.IsolateMounts())
                .add(new MountOperation.MountScratch(1 << 20))
                .add(new MountOperation.MakeScratchDirectory("root", 0755))
                .add(new MountOperation.AttachToScratch(new Tree.Handed(tree), "root"))
                .add(new MountOperation.MakeFileSystem(
                        new Handle("an overlay"), MountOperation.FileSystem.of("overlay", attributes)))
                .add(new MountOperation.EnterMounts(network))
                .add(new MountOperation.Unmount("/old/er"))
                .add(new MountOperation.RootFromScratch("root"))
                .add(new MountOperation.RootFromDirectory(new Tree.AtPath("/")))
                .add(new MountOperation.RootFromFileSystem(
                        MountOperation.FileSystem.of("overlay", attributes, "lowerdir", "/", "userxattr", "")))
                .add(new MountOperation.RootFromOverlay(
                        "root", "root", "lowerdir=a/f:b/f,userxattr", Constants.MS_NODEV))
                .add(new MountOperation.RestrictRoot(true, false))
                .add(new MountOperation.MakeDirectory("/deep/er", 0755))
                .add(new MountOperation.MakeFile("/file"))
                .add(new MountOperation.MakeLink("/link", "file"))
                .add(new MountOperation.Mount(MountOperation.FileSystem.of("proc", attributes), "/proc"))
                .add(new MountOperation.MountCgroups(
                        "/sys/fs/cgroup",
                        List.of(new MountOperation.MountCgroups.Hierarchy(
                                "cpu,cpuacct",
                                List.of("cpu", "cpuacct"),
                                MountOperation.FileSystem.of("cgroup", Constant.or(), "cpu", "", "cpuacct", "")))))
                .add(new MountOperation.OpenSysctls())
                .add(new MountOperation.Bind(new Tree.AtPath("/sys"), "/sys", attributes))
                .add(new MountOperation.Bind(new Tree.Handed(tree), "/data", attributes))
                .add(new MountOperation.Bind(new Tree.Handed(own), "/a/b/c", Missing.DIRECTORY, flags))
                .add(new MountOperation.Bind(new Tree.Handed(own), "/file", Missing.FILE, flags))
                .add(new MountOperation.Mount(
                        MountOperation.FileSystem.of("tmpfs", attributes), "/d/e", Missing.DIRECTORY))
                .add(new MountOperation.BindScratch("root", "/var"))
                .add(new MountOperation.ProtectFromWrites("/proc/sys", true))
                .add(new MountOperation.Mask("/proc/kcore", true))
                .add(new MountOperation.Mask("/link/mine", false))
                .add(new Operation.StartInCgroup())
                .add(new ParentOperation.MoveToCgroup())
                .add(new MountOperation.MakeProtected(
                        new Handle("one more proc"),
                        MountOperation.FileSystem.of("proc", attributes),
                        List.of("sysrq-trigger"),
                        List.of("kcore")))
                .add(new MountOperation.MountDev(devices, false))
                .add(new MountOperation.MountDev(devices, true))
                .add(new RightsOperation.NewSessionKeyring(true))
                .add(new Operation.StopIgnoringSignals(1L << 63 | 3))
                .add(new Operation.DieWithParent())
                .add(new Operation.NewSession())
                .add(new Operation.NewCgroupNamespace())
                .add(new Operation.BecomeUser(new Operation.SetIds(1000, 1000, List.of(1, 2)), true))
                .add(new Operation.SetIds(0, 0, List.of(5, 6)))
                .add(new JoinOperation.Hide())
                .add(new JoinOperation.JoinProcess(process, Set.of(Namespace.PID, Namespace.MOUNT)))
                .add(new JoinOperation.JoinNamespace(network, Namespace.NETWORK))
                .add(new JoinOperation.NewNamespaces(Set.of(Namespace.UTS)))
                .add(new JoinOperation.LeaveGroups())
                .add(new JoinOperation.OpenClockOffsets())
                .add(new JoinOperation.NewTimeNamespace(Map.of(JoinOperation.Clock.BOOTTIME, Duration.ofMillis(-1500))))
                .add(new JoinOperation.ContinueAsChild())
                .add(new JoinOperation.MeetParent())
                .add(new Operation.AwaitParent())
                .add(new ParentOperation.OpenTree(tree, "/srv/data", true, true))
                .add(new ParentOperation.OpenProc(proc))
                .add(new ParentOperation.SetLimit(Constants.RLIMIT_CORE, 0, Rlimit.INFINITY))
                .add(new ParentOperation.SetScheduler(Constants.SCHED_FIFO, 1, 0, 0, 0))
                .add(new ParentOperation.SetNice(5))
                .add(new ParentOperation.SetCpus(List.of(0, 65)))
                .add(new ParentOperation.SetIoPriority(Constants.IOPRIO_CLASS_BE, 7))
                .add(new ParentOperation.SetOomScoreAdjustment(500))
                .add(restriction())
                .add(new Operation.SetOwnLimit(Constants.RLIMIT_NOFILE, 64, 128))
                .add(new Operation.SetPersonality(Constants.ADDR_NO_RANDOMIZE))
                .add(new Operation.SetSysctl("net.core.somaxconn", "net/core/somaxconn", "17"))
                .build();
    }

    /** A restriction by Landlock, with a rule of each kind. */
    static RestrictAccess restriction() {
        Constant ofFiles = Constants.LANDLOCK_ACCESS_FS_READ_FILE;
        Constant ofDirectories = Constants.LANDLOCK_ACCESS_FS_READ_DIR;
        Constant ofBoth = Constant.or(ofFiles, ofDirectories);
        return new RestrictAccess(
                ofBoth,
                Constants.LANDLOCK_ACCESS_NET_BIND_TCP,
                Constants.LANDLOCK_SCOPE_SIGNAL,
                List.of(
                        new RestrictAccess.PathRule("/usr", ofBoth, ofFiles, false),
                        new RestrictAccess.PathRule("/opt", ofBoth, ofFiles, true),
                        new RestrictAccess.PathRule("/dev/null", ofFiles, ofFiles, false),
                        new RestrictAccess.PathRule("/srv", ofDirectories, Constant.or(), false)),
                List.of(new RestrictAccess.PortRule(80, Constants.LANDLOCK_ACCESS_NET_BIND_TCP)));
    }
}
