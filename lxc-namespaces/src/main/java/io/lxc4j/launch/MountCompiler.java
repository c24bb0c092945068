package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.AT_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.AT_RECURSIVE;
import static io.lxc4j.kernel.Constants.FSCONFIG_CMD_CREATE;
import static io.lxc4j.kernel.Constants.FSCONFIG_SET_FLAG;
import static io.lxc4j.kernel.Constants.FSCONFIG_SET_STRING;
import static io.lxc4j.kernel.Constants.FSMOUNT_CLOEXEC;
import static io.lxc4j.kernel.Constants.FSOPEN_CLOEXEC;
import static io.lxc4j.kernel.Constants.MNT_DETACH;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NODEV;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOEXEC;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_NOSUID;
import static io.lxc4j.kernel.Constants.MOUNT_ATTR_RDONLY;
import static io.lxc4j.kernel.Constants.MOVE_MOUNT_F_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.MOVE_MOUNT_T_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.MS_MOVE;
import static io.lxc4j.kernel.Constants.MS_PRIVATE;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLOEXEC;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLONE;
import static io.lxc4j.kernel.Constants.O_CLOEXEC;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_PATH;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.kernel.Constants.RESOLVE_NO_XDEV;
import static io.lxc4j.kernel.Constants.S_IFCHR;
import static io.lxc4j.kernel.Constants.S_IFREG;
import static io.lxc4j.kernel.Constants.UMOUNT_NOFOLLOW;
import static io.lxc4j.launch.Argument.flags;
import static io.lxc4j.launch.Argument.number;
import static io.lxc4j.launch.Argument.octal;
import static io.lxc4j.launch.Argument.result;
import static io.lxc4j.launch.Argument.text;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.MountAttr;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.Sys;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the operations on the file tree become rows. */
final class MountCompiler {
    static final Argument EMPTY = text("");
    private static final Argument CWD = flags(AT_FDCWD);

    /** A directory that every host has, and nothing that is mounted comes from; hidden for the time of the mounts. */
    private static final String STAGE = "/proc";

    /** Where this program's own mount of a file system goes: to no other, and by no link. */
    private static final Constant WITHIN_MOUNT = Constant.or(Places.STRICT, RESOLVE_NO_XDEV);

    private final Rows rows;
    private final Handles handles;
    private final Argument.Register sysctls = new Argument.Register("sysctls");
    private Argument.@Nullable Register proc;
    private final Argument.Register scratch = new Argument.Register("scratch");
    private final Argument.Register ownRoot = new Argument.Register("root");
    private final Places places;
    private final Masks masks;

    MountCompiler(Rows rows, Handles handles) {
        this.rows = rows;
        this.handles = handles;
        places = new Places(rows, result(ownRoot));
        masks = new Masks(rows, places, this);
    }

    void add(MountOperation operation) {
        switch (operation) {
            case MountOperation.OpenTree(Handle handle, String path, boolean recursive) -> {
                Argument.Register tree = rows.register("tree");
                openTree(CWD, path, recursive, tree);
                handles.openedByChild(handle, tree);
            }
            case MountOperation.IsolateMounts _ -> {
                rows.add(Sys.UMASK, octal(0)); // modes below are meant as given
                setAttributes(CWD, text("/"), AT_RECURSIVE, Constant.or(), MS_PRIVATE);
            }
            case MountOperation.MountScratch(long bytes) -> mountScratch(bytes);
            case MountOperation.MakeScratchDirectory(String path, int mode) ->
                rows.add(Sys.MKDIRAT, result(scratch), text(path), octal(mode));
            case MountOperation.AttachToScratch(Tree tree, String path) ->
                attach(cutOff(tree, rows.register("layer")), result(scratch), text(path));
            case MountOperation.MakeFileSystem(Handle handle, MountOperation.FileSystem fileSystem) -> {
                Argument.Register mount = rows.register(fileSystem.type());
                create(fileSystem, mount);
                handles.openedByChild(handle, mount);
            }
            case MountOperation.EnterMounts(Handle namespace) -> {
                rows.add(Sys.SETNS, handles.argument(namespace), flags(Namespace.MOUNT.cloneFlag()));
                rows.add(Sys.OPENAT, CWD, text("/"), flags(O_PATH, O_DIRECTORY, O_CLOEXEC))
                        .into(ownRoot);
            }
            case MountOperation.Unmount(String target) -> {
                Places.Place place = places.parent(target, Places.STRICT);
                rows.add(Sys.FCHDIR, place.directory());
                rows.add(Sys.UMOUNT2, text(place.name()), flags(MNT_DETACH, UMOUNT_NOFOLLOW));
            }
            case MountOperation.RootFromScratch(String path) -> {
                openTree(result(scratch), path, ownRoot);
                attach(places.root(), result(scratch), text(path));
            }
            case MountOperation.RootFromDirectory(Tree tree) -> {
                places.changeRoot(cutOff(tree, ownRoot));
                attach(places.root(), CWD, text("/"));
            }
            case MountOperation.RootFromFileSystem(MountOperation.FileSystem fileSystem) -> {
                create(fileSystem, ownRoot);
                attach(places.root(), CWD, text("/"));
            }
            case MountOperation.RootFromOverlay overlay -> rootFromOverlay(overlay);
            case MountOperation.RestrictRoot(boolean readOnly, boolean setUserId) -> {
                List<Constant> attributes = new ArrayList<>();
                if (readOnly) {
                    attributes.add(MOUNT_ATTR_RDONLY);
                }
                if (!setUserId) {
                    attributes.add(MOUNT_ATTR_NOSUID);
                }
                attributes.add(MOUNT_ATTR_NODEV);
                setAttributes(
                        places.root(),
                        EMPTY,
                        Constant.or(AT_EMPTY_PATH, AT_RECURSIVE),
                        Constant.or(attributes.toArray(Constant[]::new)),
                        Constant.or());
            }
            case MountOperation.MakeDirectory(String target, int mode) -> {
                Places.Place place = places.parent(target);
                rows.add(Sys.MKDIRAT, place.directory(), text(place.name()), octal(mode))
                        .tolerate(Errno.EEXIST);
            }
            case MountOperation.MakeFile(String target) -> {
                Places.Place place = places.parent(target);
                rows.add(Sys.MKNODAT, place.directory(), text(place.name()), octal(S_IFREG.value() | 0644), number(0))
                        .tolerate(Errno.EEXIST);
            }
            case MountOperation.MakeLink(String target, String content) -> {
                Places.Place place = places.parent(target);
                rows.add(Sys.SYMLINKAT, text(content), place.directory(), text(place.name()));
            }
            case MountOperation.Mount(MountOperation.FileSystem fileSystem, String target, Missing missing) -> {
                Argument.Register mount = rows.register(fileSystem.type());
                create(fileSystem, mount);
                if (fileSystem.type().equals("proc") && proc == null) {
                    proc = mount;
                }
                attach(
                        result(mount),
                        missing == Missing.REFUSED
                                ? places.resolve(target, O_DIRECTORY, Places.STRICT)
                                : places.resolve(target, missing),
                        EMPTY);
            }
            case MountOperation.MountCgroups cgroups -> mountCgroups(cgroups);
            case MountOperation.OpenSysctls _ -> openSysctls();
            case MountOperation.Bind bind -> bind(bind);
            case MountOperation.BindScratch(String path, String target) -> {
                Argument.Register tree = rows.register("scratch");
                openTree(result(scratch), path, tree);
                attach(result(tree), places.resolve(target, O_DIRECTORY, Places.STRICT), EMPTY);
            }
            case MountOperation.ProtectFromWrites(String target, boolean fixed) ->
                protectFromWrites(target, resolution(fixed));
            case MountOperation.Mask(String target, boolean fixed) -> masks.mask(target, resolution(fixed));
            case MountOperation.MakeProtected made -> makeProtected(made);
            case MountOperation.MountDev dev -> mountDev(dev);
        }
    }

    private void rootFromOverlay(MountOperation.RootFromOverlay overlay) {
        Argument.Register layers = rows.register("layers");
        rows.add(Sys.OPENAT, result(scratch), text(overlay.directory()), flags(O_PATH, O_DIRECTORY, O_CLOEXEC))
                .into(layers);
        rows.add(Sys.FCHDIR, result(layers));
        rows.add(
                Sys.MOUNT,
                text("overlay"),
                text("../" + overlay.target()),
                text("overlay"),
                flags(overlay.flags()),
                text(overlay.options()));
        rows.add(Sys.FCHDIR, result(scratch));
        openTree(result(scratch), overlay.target(), ownRoot);
        attach(places.root(), CWD, text("/"));
    }

    private void mountCgroups(MountOperation.MountCgroups cgroups) {
        Argument.Register top = rows.register("cgroups");
        Constant inert = Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC);
        create(MountOperation.FileSystem.of("tmpfs", inert, "mode", "0755", "size", "4096"), top);
        attach(result(top), places.resolve(cgroups.target(), O_DIRECTORY, Places.STRICT), EMPTY);
        for (MountOperation.MountCgroups.Hierarchy hierarchy : cgroups.hierarchies()) {
            Argument.Register mount = rows.register("cgroup");
            create(hierarchy.fileSystem(), mount);
            rows.add(Sys.MKDIRAT, result(top), text(hierarchy.directory()), octal(0555));
            attach(result(mount), result(top), text(hierarchy.directory()));
            hierarchy
                    .links()
                    .forEach(link -> rows.add(Sys.SYMLINKAT, text(hierarchy.directory()), result(top), text(link)));
        }
        makeReadOnly(result(top));
    }

    private void openSysctls() {
        Argument.Register mount = proc;
        if (mount == null) {
            throw new IllegalArgumentException("sysctls are opened in a proc that was mounted before");
        }
        rows.open(result(mount), text("sys"), Constant.or(O_PATH, O_DIRECTORY, O_CLOEXEC), WITHIN_MOUNT)
                .into(sysctls);
    }

    /** The file lies on the mount that this program has made: no root file system can lead elsewhere. */
    void setSysctl(Operation.SetSysctl sysctl) {
        Argument.Register file = rows.register("sysctl");
        rows.open(result(sysctls), text(sysctl.path()), Constant.or(O_WRONLY, O_CLOEXEC), WITHIN_MOUNT)
                .into(file);
        byte[] value = sysctl.value().getBytes(StandardCharsets.US_ASCII);
        rows.add(
                Sys.WRITE,
                result(file),
                new Argument.Bytes(value, Argument.quote(sysctl.value())),
                number(value.length));
    }

    private void mountScratch(long bytes) {
        create(
                MountOperation.FileSystem.of(
                        "tmpfs",
                        Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV),
                        "size",
                        Long.toString(bytes),
                        "mode",
                        "0755"),
                scratch);
        stage(scratch);
        rows.add(Sys.FCHDIR, result(scratch));
    }

    /** Attaches a mount where the container does not see it. */
    void stage(Argument.Register mount) {
        attach(result(mount), CWD, text(STAGE));
    }

    private void bind(MountOperation.Bind bind) {
        Argument tree = tree(bind.source(), rows.register("bind"));
        MountFlags flags = bind.flags();
        Constant recursive = Constant.or(AT_EMPTY_PATH, AT_RECURSIVE);
        setAttributes(tree, EMPTY, recursive, flags.everywhere(), flags.propagation());
        if (flags.atTop().value() != 0) {
            setAttributes(tree, EMPTY, AT_EMPTY_PATH, flags.atTop(), Constant.or());
        }
        attach(tree, places.resolve(bind.target(), bind.missing()), EMPTY);
    }

    private static Constant resolution(boolean fixed) {
        return fixed ? Places.STRICT : Places.WITHIN;
    }

    private void protectFromWrites(String target, Constant resolution) {
        Row.Label missing = new Row.Label();
        Argument place = places.find(target, Constant.or(), resolution, missing, Errno.ENOENT, Errno.ENOTDIR);
        Argument.Register tree = rows.register("same");
        rows.add(Sys.OPEN_TREE, place, EMPTY, flags(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC, AT_EMPTY_PATH, AT_RECURSIVE))
                .into(tree);
        setAttributes(result(tree), EMPTY, Constant.or(AT_EMPTY_PATH, AT_RECURSIVE), MOUNT_ATTR_RDONLY, Constant.or());
        attach(result(tree), place, EMPTY);
        rows.place(missing);
    }

    /** Until Linux 6.15 nothing can be mounted on what is attached nowhere: it is staged meanwhile. */
    private void makeProtected(MountOperation.MakeProtected made) {
        Argument.Register mount = rows.register(made.fileSystem().type());
        create(made.fileSystem(), mount);
        masks.prepare(); // so that its mount does not lie on this one, and is none of the tree's
        stage(mount);
        Argument root = places.root();
        places.changeRoot(result(mount));
        made.readOnly().forEach(path -> protectFromWrites("/" + path, Places.STRICT));
        made.masked().forEach(path -> masks.mask("/" + path, Places.STRICT));
        places.changeRoot(root);
        Argument.Register tree = rows.register("tree");
        openTree(result(mount), ".", tree);
        handles.openedByChild(made.handle(), tree);
    }

    private void mountDev(MountOperation.MountDev dev) {
        Argument.Register mount = rows.register("dev");
        Constant attributes = dev.mayMakeNodes()
                ? Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC)
                : Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NODEV);
        create(MountOperation.FileSystem.of("tmpfs", attributes, "mode", "0755", "size", "64m"), mount);
        attach(result(mount), places.resolve("/dev", O_DIRECTORY, Places.STRICT), EMPTY);
        for (MountOperation.CharacterDevice device : dev.devices()) {
            if (dev.mayMakeNodes()) {
                rows.add(
                        Sys.MKNODAT,
                        result(mount),
                        text(device.name()),
                        octal(S_IFCHR.value() | 0666),
                        new Argument.Numeric(
                                (long) device.major() << 8 | device.minor(),
                                "makedev(" + device.major() + ", " + device.minor() + ")"));
            } else {
                Argument.Register node = rows.register("node");
                rows.add(Sys.MKNODAT, result(mount), text(device.name()), octal(S_IFREG.value()), number(0));
                rows.add(Sys.OPEN_TREE, CWD, text("/dev/" + device.name()), flags(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC))
                        .into(node);
                attach(result(node), result(mount), text(device.name()));
            }
        }
        rows.add(Sys.MKDIRAT, result(mount), text("shm"), octal(01777));
        rows.add(Sys.MKDIRAT, result(mount), text("pts"), octal(0755));
        rows.add(Sys.MKDIRAT, result(mount), text("mqueue"), octal(0755));
        Argument.Register pts = rows.register("devpts");
        create(
                MountOperation.FileSystem.of(
                        "devpts",
                        Constant.or(MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOEXEC),
                        "newinstance",
                        "",
                        "ptmxmode",
                        "0666",
                        "mode",
                        "0620"),
                pts);
        attach(result(pts), result(mount), text("pts"));
        for (String[] link : new String[][] {
            {"/proc/self/fd", "fd"},
            {"/proc/self/fd/0", "stdin"},
            {"/proc/self/fd/1", "stdout"},
            {"/proc/self/fd/2", "stderr"},
            {"pts/ptmx", "ptmx"}
        }) {
            rows.add(Sys.SYMLINKAT, text(link[0]), result(mount), text(link[1]));
        }
    }

    /** The initial root of an initramfs can't be pivoted away from; there the new root is moved over it. */
    void pivotRoot() {
        Row.Label fallBack = new Row.Label();
        Row.Label done = new Row.Label();
        Argument here = text(".");
        rows.add(Sys.FCHDIR, places.root());
        rows.add(Sys.PIVOT_ROOT, here, here).onError(fallBack, Errno.EINVAL);
        // The old root now lies on the new one, and takes all that is mounted below it along.
        rows.add(Sys.UMOUNT2, here, flags(MNT_DETACH));
        rows.add(Sys.CHDIR, text("/"));
        rows.add(Sys.GETPID).onValue(done); // never 0: a jump
        rows.place(fallBack);
        rows.add(Sys.MOUNT, here, text("/"), number(0), flags(MS_MOVE), number(0));
        rows.add(Sys.CHROOT, here);
        rows.add(Sys.CHDIR, text("/"));
        rows.place(done);
    }

    // ---- the mount interface

    /** Creates a file system and a mount of it that is not attached yet. */
    void create(MountOperation.FileSystem fileSystem, Argument.Register mount) {
        Argument.Register context = rows.register("fs");
        rows.add(Sys.FSOPEN, text(fileSystem.type()), flags(FSOPEN_CLOEXEC)).into(context);
        fileSystem.options().forEach((key, value) -> {
            if (value.isEmpty()) {
                rows.add(Sys.FSCONFIG, result(context), flags(FSCONFIG_SET_FLAG), text(key), number(0), number(0));
            } else {
                rows.add(Sys.FSCONFIG, result(context), flags(FSCONFIG_SET_STRING), text(key), text(value), number(0));
            }
        });
        rows.add(Sys.FSCONFIG, result(context), flags(FSCONFIG_CMD_CREATE), number(0), number(0), number(0));
        rows.add(Sys.FSMOUNT, result(context), flags(FSMOUNT_CLOEXEC), flags(fileSystem.attributes()))
                .into(mount);
    }

    /** What was opened before the mount tree was isolated may give mounts to the host's, or get some. */
    private Argument cutOff(Tree tree, Argument.Register opened) {
        Argument mount = tree(tree, opened);
        if (tree instanceof Tree.Handed) {
            setAttributes(mount, EMPTY, Constant.or(AT_EMPTY_PATH, AT_RECURSIVE), Constant.or(), MS_PRIVATE);
        }
        return mount;
    }

    private Argument tree(Tree tree, Argument.Register opened) {
        return switch (tree) {
            case Tree.AtPath(String path) -> {
                openTree(CWD, path, opened);
                yield result(opened);
            }
            case Tree.Handed(Handle handle) -> handles.argument(handle);
        };
    }

    private void openTree(Argument directory, String path, Argument.Register tree) {
        openTree(directory, path, true, tree);
    }

    void openTree(Argument directory, String path, boolean recursive, Argument.Register tree) {
        Constant how = Constant.or(OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC);
        rows.add(Sys.OPEN_TREE, directory, text(path), flags(recursive ? Constant.or(how, AT_RECURSIVE) : how))
                .into(tree);
    }

    /** Of one mount; what lies below keeps its own. */
    void makeReadOnly(Argument mount) {
        setAttributes(mount, EMPTY, AT_EMPTY_PATH, MOUNT_ATTR_RDONLY, Constant.or());
    }

    void attach(Argument mount, Argument directory, Argument path) {
        Constant how = path.equals(EMPTY)
                ? Constant.or(MOVE_MOUNT_F_EMPTY_PATH, MOVE_MOUNT_T_EMPTY_PATH)
                : MOVE_MOUNT_F_EMPTY_PATH;
        rows.add(Sys.MOVE_MOUNT, mount, EMPTY, directory, path, flags(how));
    }

    private void setAttributes(
            Argument directory, Argument path, Constant how, Constant attributes, Constant propagation) {
        String shown = "{attr_set=" + attributes.name() + ", propagation=" + propagation.name() + "}";
        rows.add(
                Sys.MOUNT_SETATTR,
                directory,
                path,
                flags(how),
                new Argument.Bytes(MountAttr.bytes(attributes.value(), propagation.value()), shown),
                number(MountAttr.SIZE));
    }
}
