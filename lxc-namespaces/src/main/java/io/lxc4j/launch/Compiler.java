package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AF_INET;
import static io.lxc4j.kernel.Constants.AT_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.AT_RECURSIVE;
import static io.lxc4j.kernel.Constants.FD_CLOEXEC;
import static io.lxc4j.kernel.Constants.FSCONFIG_CMD_CREATE;
import static io.lxc4j.kernel.Constants.FSCONFIG_SET_FLAG;
import static io.lxc4j.kernel.Constants.FSCONFIG_SET_STRING;
import static io.lxc4j.kernel.Constants.FSMOUNT_CLOEXEC;
import static io.lxc4j.kernel.Constants.FSOPEN_CLOEXEC;
import static io.lxc4j.kernel.Constants.F_SETFD;
import static io.lxc4j.kernel.Constants.IFF_UP;
import static io.lxc4j.kernel.Constants.MNT_DETACH;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NODEV;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOEXEC;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOSUID;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_RDONLY;
import static io.lxc4j.kernel.Constants.MOVE_MOUNT_F_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.MOVE_MOUNT_T_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.MSG_DONTWAIT;
import static io.lxc4j.kernel.Constants.MSG_NOSIGNAL;
import static io.lxc4j.kernel.Constants.MS_MOVE;
import static io.lxc4j.kernel.Constants.MS_PRIVATE;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLOEXEC;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLONE;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.PR_CAPBSET_DROP;
import static io.lxc4j.kernel.Constants.PR_CAP_AMBIENT;
import static io.lxc4j.kernel.Constants.PR_CAP_AMBIENT_CLEAR_ALL;
import static io.lxc4j.kernel.Constants.PR_SET_NO_NEW_PRIVS;
import static io.lxc4j.kernel.Constants.PR_SET_PDEATHSIG;
import static io.lxc4j.kernel.Constants.RESOLVE_BENEATH;
import static io.lxc4j.kernel.Constants.RESOLVE_IN_ROOT;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_MAGICLINKS;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_SYMLINKS;
import static io.lxc4j.kernel.Constants.SIG_SETMASK;
import static io.lxc4j.kernel.Constants.SIOCSIFFLAGS;
import static io.lxc4j.kernel.Constants.SOCK_CLOEXEC;
import static io.lxc4j.kernel.Constants.SOCK_DGRAM;
import static io.lxc4j.kernel.Constants.S_IFCHR;
import static io.lxc4j.kernel.Constants.S_IFREG;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.octal;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.InterfaceRequest;
import io.lxc4j.kernel.MountAttr;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.OpenHow;
import io.lxc4j.kernel.Sys;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Turns the operations of a plan into the rows of a launch program. A pure function. */
final class Compiler {
    /** The descriptor of the channel to the parent in every launch program, right after the standard streams. */
    static final int CHANNEL = 3;

    private static final Argument EMPTY = text("");
    private static final Argument CWD = flags(AT_FDCWD);
    /** A directory that every host has, and nothing that is mounted comes from; hidden for the time of the mounts. */
    private static final String STAGE = "/proc";

    private static final long LAST_DESCRIPTOR = 0xffffffffL;

    /** Where fixed targets lie: no link is followed, so a hostile root can't lead elsewhere. */
    private static final Constant STRICT = Constant.or(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS, RESOLVE_NO_MAGICLINKS);

    /** Where a caller's targets lie: links are followed within the new root. */
    private static final Constant WITHIN = Constant.or(RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS);

    private final List<Row> rows = new ArrayList<>();
    private final Argument.Register scratch = new Argument.Register("scratch");
    private final Argument.Register root = new Argument.Register("root");
    private int opened;
    private Operation operation = new Operation.AwaitParent();

    private Compiler() {}

    static List<Row> compile(LaunchPlan plan) {
        Compiler compiler = new Compiler();
        for (Operation operation : plan.operations()) {
            compiler.operation = operation;
            compiler.add(operation);
        }
        return List.copyOf(compiler.rows);
    }

    private void add(Operation operation) {
        switch (operation) {
            case Operation.AwaitParent _ -> awaitParent();
            case Operation.SetIds ids -> setIds(ids);
            case Operation.NewCgroupNamespace _ -> row(Sys.UNSHARE, flags(Namespace.CGROUP.cloneFlag()));
            case Operation.NewSession _ -> row(Sys.SETSID);
            case Operation.DieWithParent _ -> dieWithParent();
            case Operation.IsolateMounts _ -> {
                row(Sys.UMASK, octal(0)); // modes below are meant as given
                setAttributes(CWD, text("/"), AT_RECURSIVE, Constant.or(), MS_PRIVATE);
            }
            case Operation.MountScratch(long bytes) -> mountScratch(bytes);
            case Operation.MakeScratchDirectory(String path, int mode) ->
                row(Sys.MKDIRAT, use(scratch), text(path), octal(mode));
            case Operation.RootFromScratch(String path) -> {
                openTree(use(scratch), path, root);
                attach(root, use(scratch), text(path));
            }
            case Operation.RootFromDirectory(String path) -> {
                openTree(CWD, path, root);
                attach(root, CWD, text("/"));
            }
            case Operation.RootFromFileSystem(Operation.FileSystem fileSystem) -> {
                create(fileSystem, root);
                attach(root, CWD, text("/"));
            }
            case Operation.MakeRootReadOnly _ ->
                setAttributes(
                        use(root),
                        EMPTY,
                        Constant.or(AT_EMPTY_PATH, AT_RECURSIVE),
                        Constant.or(MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV),
                        Constant.or());
            case Operation.MakeDirectory(String target, int mode) -> {
                Place place = parent(target);
                row(Sys.MKDIRAT, place.directory(), text(place.name()), octal(mode))
                        .tolerate(Errno.EEXIST);
            }
            case Operation.MakeFile(String target) -> {
                Place place = parent(target);
                row(Sys.MKNODAT, place.directory(), text(place.name()), octal(S_IFREG.value() | 0644), number(0))
                        .tolerate(Errno.EEXIST);
            }
            case Operation.MakeLink(String target, String content) -> {
                Place place = parent(target);
                row(Sys.SYMLINKAT, text(content), place.directory(), text(place.name()));
            }
            case Operation.Mount(Operation.FileSystem fileSystem, String target) -> {
                Argument.Register mount = register(fileSystem.type());
                create(fileSystem, mount);
                attach(mount, resolve(target, O_DIRECTORY, STRICT), EMPTY);
            }
            case Operation.Bind bind -> bind(bind);
            case Operation.BindScratch(String path, String target) -> {
                Argument.Register tree = register("scratch");
                openTree(use(scratch), path, tree);
                attach(tree, resolve(target, O_DIRECTORY, STRICT), EMPTY);
            }
            case Operation.ProtectFromWrites(String target) -> protectFromWrites(target);
            case Operation.MountDev dev -> mountDev(dev);
            case Operation.PivotRoot _ -> pivotRoot();
            case Operation.SetHostName(String name) -> {
                Argument.Text value = new Argument.Text(name);
                row(Sys.SETHOSTNAME, value, number(value.bytes().length - 1L));
            }
            case Operation.BringUpLoopback _ -> bringUpLoopback();
            case Operation.SetUmask(int mask) -> row(Sys.UMASK, octal(mask));
            case Operation.ChangeDirectory(String path) -> row(Sys.CHDIR, text(path));
            case Operation.CloseDescriptors _ ->
                row(Sys.CLOSE_RANGE, number(CHANNEL + 1L), number(LAST_DESCRIPTOR), number(0));
            case Operation.ForbidNewPrivileges _ ->
                row(Sys.PRCTL, flags(PR_SET_NO_NEW_PRIVS), number(1), number(0), number(0), number(0));
            case Operation.LimitCapabilities(long kept) -> limitCapabilities(kept);
            case Operation.Exec exec -> exec(exec);
        }
    }

    // ---- parent and identity

    private void awaitParent() {
        Row.Label told = new Row.Label();
        row(Sys.RECVFROM, number(CHANNEL), buffer(1), number(1), number(0), number(0), number(0))
                .onValue(told);
        row(Sys.EXIT_GROUP, number(0));
        told.place(rows.size());
    }

    private void setIds(Operation.SetIds ids) {
        List<Integer> groups = ids.groups();
        if (groups != null) {
            ByteBuffer list = ByteBuffer.allocate(4 * groups.size()).order(ByteOrder.LITTLE_ENDIAN);
            groups.forEach(list::putInt);
            row(Sys.SETGROUPS, number(groups.size()), new Argument.Bytes(list.array(), groups.toString()));
        }
        row(Sys.SETRESGID, number(ids.gid()), number(ids.gid()), number(ids.gid()));
        row(Sys.SETRESUID, number(ids.uid()), number(ids.uid()), number(ids.uid()));
    }

    /** The parent may have died before the arrangement held, so its end of the channel is looked at once more. */
    private void dieWithParent() {
        Row.Label alive = new Row.Label();
        row(Sys.PRCTL, flags(PR_SET_PDEATHSIG), new Argument.Numeric(9, "SIGKILL"), number(0), number(0), number(0));
        row(Sys.RECVFROM, number(CHANNEL), buffer(1), number(1), flags(MSG_DONTWAIT), number(0), number(0))
                .onError(alive, Errno.EAGAIN)
                .onValue(alive);
        row(Sys.EXIT_GROUP, number(0));
        alive.place(rows.size());
    }

    // ---- the file tree

    private void mountScratch(long bytes) {
        create(
                Operation.FileSystem.of(
                        "tmpfs",
                        Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV),
                        "size",
                        Long.toString(bytes),
                        "mode",
                        "0755"),
                scratch);
        attach(scratch, CWD, text(STAGE));
        row(Sys.FCHDIR, use(scratch));
    }

    private void bind(Operation.Bind bind) {
        Argument.Register tree = register("bind");
        openTree(CWD, bind.source(), tree);
        setAttributes(use(tree), EMPTY, Constant.or(AT_EMPTY_PATH, AT_RECURSIVE), bind.attributes(), Constant.or());
        attach(tree, resolve(bind.target(), Constant.or(), WITHIN), EMPTY);
    }

    private void protectFromWrites(String target) {
        Row.Label missing = new Row.Label();
        Argument place = resolve(target, Constant.or(), STRICT);
        rows.getLast().onError(missing, Errno.ENOENT);
        Argument.Register tree = register("same");
        row(Sys.OPEN_TREE, place, EMPTY, flags(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC, AT_EMPTY_PATH))
                .into(tree);
        setAttributes(use(tree), EMPTY, AT_EMPTY_PATH, MOUNT_ATTR_RDONLY, Constant.or());
        attach(tree, place, EMPTY);
        missing.place(rows.size());
    }

    private void mountDev(Operation.MountDev dev) {
        Argument.Register mount = register("dev");
        Constant attributes = dev.mayMakeNodes()
                ? Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC)
                : Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NODEV);
        create(Operation.FileSystem.of("tmpfs", attributes, "mode", "0755", "size", "64m"), mount);
        attach(mount, resolve("/dev", O_DIRECTORY, STRICT), EMPTY);
        for (Operation.CharacterDevice device : dev.devices()) {
            if (dev.mayMakeNodes()) {
                row(
                        Sys.MKNODAT,
                        use(mount),
                        text(device.name()),
                        octal(S_IFCHR.value() | 0666),
                        new Argument.Numeric(
                                (long) device.major() << 8 | device.minor(),
                                "makedev(" + device.major() + ", " + device.minor() + ")"));
            } else {
                Argument.Register node = register("node");
                row(Sys.MKNODAT, use(mount), text(device.name()), octal(S_IFREG.value()), number(0));
                row(Sys.OPEN_TREE, CWD, text("/dev/" + device.name()), flags(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC))
                        .into(node);
                attach(node, use(mount), text(device.name()));
            }
        }
        row(Sys.MKDIRAT, use(mount), text("shm"), octal(01777));
        row(Sys.MKDIRAT, use(mount), text("pts"), octal(0755));
        row(Sys.MKDIRAT, use(mount), text("mqueue"), octal(0755));
        Argument.Register pts = register("devpts");
        create(
                Operation.FileSystem.of(
                        "devpts",
                        Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC),
                        "newinstance",
                        "",
                        "ptmxmode",
                        "0666",
                        "mode",
                        "0620"),
                pts);
        attach(pts, use(mount), text("pts"));
        for (String[] link : new String[][] {
            {"/proc/self/fd", "fd"},
            {"/proc/self/fd/0", "stdin"},
            {"/proc/self/fd/1", "stdout"},
            {"/proc/self/fd/2", "stderr"},
            {"pts/ptmx", "ptmx"}
        }) {
            row(Sys.SYMLINKAT, text(link[0]), use(mount), text(link[1]));
        }
    }

    /** The initial root of an initramfs can't be pivoted away from; there the new root is moved over it. */
    private void pivotRoot() {
        Row.Label fallBack = new Row.Label();
        Row.Label done = new Row.Label();
        Argument here = text(".");
        row(Sys.FCHDIR, use(root));
        row(Sys.PIVOT_ROOT, here, here).onError(fallBack, Errno.EINVAL);
        // The old root now lies on the new one, and takes all that is mounted below it along.
        row(Sys.UMOUNT2, here, flags(MNT_DETACH));
        row(Sys.CHDIR, text("/"));
        row(Sys.GETPID).onValue(done); // never 0: a jump
        fallBack.place(rows.size());
        row(Sys.MOUNT, here, text("/"), number(0), flags(MS_MOVE), number(0));
        row(Sys.CHROOT, here);
        row(Sys.CHDIR, text("/"));
        done.place(rows.size());
    }

    // ---- system, privileges, program

    private void bringUpLoopback() {
        Argument.Register socket = register("socket");
        row(Sys.SOCKET, flags(AF_INET), flags(SOCK_DGRAM, SOCK_CLOEXEC), number(0))
                .into(socket);
        row(
                Sys.IOCTL,
                use(socket),
                flags(SIOCSIFFLAGS),
                new Argument.Bytes(InterfaceRequest.flags("lo", IFF_UP.value()), "{\"lo\", IFF_UP}"));
    }

    private void limitCapabilities(long kept) {
        row(Sys.PRCTL, flags(PR_CAP_AMBIENT), flags(PR_CAP_AMBIENT_CLEAR_ALL), number(0), number(0), number(0));
        for (int capability = 0; capability <= CapabilitySets.LAST; capability++) {
            if ((kept & (1L << capability)) == 0) {
                row(Sys.PRCTL, flags(PR_CAPBSET_DROP), number(capability), number(0), number(0), number(0));
            }
        }
        String sets = String.format("{effective=%1$#x, permitted=%1$#x, inheritable=0}", kept);
        row(
                Sys.CAPSET,
                new Argument.Bytes(CapabilitySets.header(), "{version=3}"),
                new Argument.Bytes(CapabilitySets.data(kept, kept, 0), sets));
    }

    private void exec(Operation.Exec exec) {
        byte[] ready = new Report(Report.Stage.READY, 0, 0).bytes();
        row(
                Sys.SENDTO,
                number(CHANNEL),
                new Argument.Bytes(ready, "\"ready\""),
                number(ready.length),
                flags(MSG_NOSIGNAL),
                number(0),
                number(0));
        row(Sys.FCNTL, number(CHANNEL), flags(F_SETFD), flags(FD_CLOEXEC));
        row(Sys.RT_SIGPROCMASK, flags(SIG_SETMASK), new Argument.Bytes(new byte[8], "[]"), number(0), number(8));
        Argument arguments = Argument.texts(exec.arguments());
        Argument environment = Argument.unshownTexts(exec.environment());
        if (exec.file().contains("/")) {
            row(Sys.EXECVE, text(exec.file()), arguments, environment);
            return;
        }
        List<Argument> candidates = exec.path().stream()
                .map(directory -> text(directory + "/" + exec.file()))
                .collect(Collectors.toList());
        for (Argument candidate : candidates) {
            row(Sys.EXECVE, candidate, arguments, environment).tolerate(Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES);
        }
        // None could be executed: a second round stops at the first that is there, to tell why it could not.
        for (Argument candidate : candidates.subList(0, candidates.size() - 1)) {
            row(Sys.EXECVE, candidate, arguments, environment).tolerate(Errno.ENOENT, Errno.ENOTDIR);
        }
        row(Sys.EXECVE, candidates.getLast(), arguments, environment);
    }

    // ---- the mount interface

    /** Creates a file system and a mount of it that is not attached yet. */
    private void create(Operation.FileSystem fileSystem, Argument.Register mount) {
        Argument.Register context = register("fs");
        row(Sys.FSOPEN, text(fileSystem.type()), flags(FSOPEN_CLOEXEC)).into(context);
        fileSystem.options().forEach((key, value) -> {
            if (value.isEmpty()) {
                row(Sys.FSCONFIG, use(context), flags(FSCONFIG_SET_FLAG), text(key), number(0), number(0));
            } else {
                row(Sys.FSCONFIG, use(context), flags(FSCONFIG_SET_STRING), text(key), text(value), number(0));
            }
        });
        row(Sys.FSCONFIG, use(context), flags(FSCONFIG_CMD_CREATE), number(0), number(0), number(0));
        row(Sys.FSMOUNT, use(context), flags(FSMOUNT_CLOEXEC), flags(fileSystem.attributes()))
                .into(mount);
    }

    private void openTree(Argument directory, String path, Argument.Register tree) {
        row(Sys.OPEN_TREE, directory, text(path), flags(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC, AT_RECURSIVE))
                .into(tree);
    }

    private void attach(Argument.Register mount, Argument directory, Argument path) {
        Constant how = path.equals(EMPTY)
                ? Constant.or(MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH)
                : MOVE_MOUNT_F_EMPTY_PATH;
        row(Sys.MOVE_MOUNT, use(mount), EMPTY, directory, path, flags(how));
    }

    private void setAttributes(
            Argument directory, Argument path, Constant how, Constant attributes, Constant propagation) {
        String shown = "{attr_set=" + attributes.name() + ", propagation=" + propagation.name() + "}";
        row(
                Sys.MOUNT_SETATTR,
                directory,
                path,
                flags(how),
                new Argument.Bytes(MountAttr.bytes(attributes.value(), propagation.value()), shown),
                number(MountAttr.SIZE));
    }

    // ---- places in the new root

    private record Place(Argument directory, String name) {}

    /** The directory that a target lies in, and its name there. */
    private Place parent(String target) {
        int slash = target.lastIndexOf('/');
        String name = target.substring(slash + 1);
        return slash == 0
                ? new Place(use(root), name)
                : new Place(resolve(target.substring(0, slash), O_DIRECTORY, WITHIN), name);
    }

    private Argument resolve(String target, Constant type, Constant resolution) {
        Argument.Register place = register("at");
        Constant how = Constant.or(O_PATH, O_CLOEXEC);
        if (type.value() != 0) {
            how = Constant.or(how, type);
        }
        row(
                        Sys.OPENAT2,
                        use(root),
                        text(target.substring(1)),
                        new Argument.Bytes(
                                OpenHow.bytes(how.value(), resolution.value()),
                                "{flags=" + how.name() + ", resolve=" + resolution.name() + "}"),
                        number(OpenHow.SIZE))
                .into(place);
        return use(place);
    }

    // ---- rows

    private Row row(Sys sys, Argument... arguments) {
        Row row = new Row(operation, sys, List.of(arguments));
        rows.add(row);
        return row;
    }

    private Argument.Register register(String name) {
        opened++;
        return new Argument.Register(name + opened);
    }

    private static Argument use(Argument.Register register) {
        return new Argument.Result(register);
    }

    private static Argument buffer(int length) {
        return new Argument.Bytes(new byte[length], "[…]");
    }
}
