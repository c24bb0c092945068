package io.lxc4j.kernel;

/**
 * Constants of the kernel's interface under their names in C, grouped by the manual page that tells of them. Their
 * values are those of {@code linux/*.h} and {@code asm-generic/*.h}; where x86_64 and aarch64 differ, that of the
 * running architecture.
 */
public final class Constants {
    private Constants() {}

    // ---- open(2)
    /** {@code AT_FDCWD}, see open(2). */
    public static final Constant AT_FDCWD = new Constant("AT_FDCWD", -100);
    /** {@code O_RDONLY}, see open(2). */
    public static final Constant O_RDONLY = new Constant("O_RDONLY", 0);
    /** {@code O_WRONLY}, see open(2). */
    public static final Constant O_WRONLY = new Constant("O_WRONLY", 1);
    /** {@code O_RDWR}, see open(2). */
    public static final Constant O_RDWR = new Constant("O_RDWR", 2);
    /** {@code O_CREAT}, see open(2). */
    public static final Constant O_CREAT = new Constant("O_CREAT", 64);
    /** {@code O_EXCL}, see open(2). */
    public static final Constant O_EXCL = new Constant("O_EXCL", 128);
    /** {@code O_NOCTTY}, see open(2). */
    public static final Constant O_NOCTTY = new Constant("O_NOCTTY", 0x100);
    /** {@code O_TRUNC}, see open(2). */
    public static final Constant O_TRUNC = new Constant("O_TRUNC", 0x200);
    /** {@code O_APPEND}, see open(2). */
    public static final Constant O_APPEND = new Constant("O_APPEND", 0x400);
    /** {@code O_NONBLOCK}, see open(2). */
    public static final Constant O_NONBLOCK = new Constant("O_NONBLOCK", 0x800);
    /** {@code O_CLOEXEC}, see open(2). */
    public static final Constant O_CLOEXEC = new Constant("O_CLOEXEC", 0x80000);
    /** {@code O_PATH}, see open(2). */
    public static final Constant O_PATH = new Constant("O_PATH", 0x200000);
    /** {@code O_DIRECTORY}, see open(2). */
    public static final Constant O_DIRECTORY =
            new Constant("O_DIRECTORY", Architecture.current().openDirectory());
    /** {@code O_NOFOLLOW}, see open(2). */
    public static final Constant O_NOFOLLOW =
            new Constant("O_NOFOLLOW", Architecture.current().openNoFollow());

    // ---- openat2(2)
    /** {@code RESOLVE_NO_XDEV}, see openat2(2). */
    public static final Constant RESOLVE_NO_XDEV = new Constant("RESOLVE_NO_XDEV", 1);
    /** {@code RESOLVE_NO_MAGICLINKS}, see openat2(2). */
    public static final Constant RESOLVE_NO_MAGICLINKS = new Constant("RESOLVE_NO_MAGICLINKS", 2);
    /** {@code RESOLVE_NO_SYMLINKS}, see openat2(2). */
    public static final Constant RESOLVE_NO_SYMLINKS = new Constant("RESOLVE_NO_SYMLINKS", 4);
    /** {@code RESOLVE_BENEATH}, see openat2(2). */
    public static final Constant RESOLVE_BENEATH = new Constant("RESOLVE_BENEATH", 8);
    /** {@code RESOLVE_IN_ROOT}, see openat2(2). */
    public static final Constant RESOLVE_IN_ROOT = new Constant("RESOLVE_IN_ROOT", 16);

    // ---- clone(2), namespaces(7)
    /** {@code CLONE_VM}, see clone(2), namespaces(7). */
    public static final Constant CLONE_VM = new Constant("CLONE_VM", 0x100);
    /** {@code CLONE_FILES}, see clone(2), namespaces(7). */
    public static final Constant CLONE_FILES = new Constant("CLONE_FILES", 0x400);
    /** {@code CLONE_PIDFD}, see clone(2), namespaces(7). */
    public static final Constant CLONE_PIDFD = new Constant("CLONE_PIDFD", 0x1000);
    /** {@code CLONE_VFORK}, see clone(2), namespaces(7). */
    public static final Constant CLONE_VFORK = new Constant("CLONE_VFORK", 0x4000);
    /** {@code CLONE_PARENT}, see clone(2), namespaces(7). */
    public static final Constant CLONE_PARENT = new Constant("CLONE_PARENT", 0x8000);
    /** {@code CLONE_PARENT_SETTID}, see clone(2), namespaces(7). */
    public static final Constant CLONE_PARENT_SETTID = new Constant("CLONE_PARENT_SETTID", 0x100000);
    /** {@code CLONE_CLEAR_SIGHAND}, see clone(2), namespaces(7). */
    public static final Constant CLONE_CLEAR_SIGHAND = new Constant("CLONE_CLEAR_SIGHAND", 0x100000000L);
    /** {@code CLONE_INTO_CGROUP}, see clone(2), namespaces(7). */
    public static final Constant CLONE_INTO_CGROUP = new Constant("CLONE_INTO_CGROUP", 0x200000000L);
    /** {@code CLONE_NEWTIME}, see clone(2), namespaces(7). */
    public static final Constant CLONE_NEWTIME = new Constant("CLONE_NEWTIME", 128);
    /** {@code CLONE_NEWNS}, see clone(2), namespaces(7). */
    public static final Constant CLONE_NEWNS = new Constant("CLONE_NEWNS", 0x20000);
    /** {@code CLONE_NEWCGROUP}, see clone(2), namespaces(7). */
    public static final Constant CLONE_NEWCGROUP = new Constant("CLONE_NEWCGROUP", 0x2000000);
    /** {@code CLONE_NEWUTS}, see clone(2), namespaces(7). */
    public static final Constant CLONE_NEWUTS = new Constant("CLONE_NEWUTS", 0x4000000);
    /** {@code CLONE_NEWIPC}, see clone(2), namespaces(7). */
    public static final Constant CLONE_NEWIPC = new Constant("CLONE_NEWIPC", 0x8000000);
    /** {@code CLONE_NEWUSER}, see clone(2), namespaces(7). */
    public static final Constant CLONE_NEWUSER = new Constant("CLONE_NEWUSER", 0x10000000);
    /** {@code CLONE_NEWPID}, see clone(2), namespaces(7). */
    public static final Constant CLONE_NEWPID = new Constant("CLONE_NEWPID", 0x20000000);
    /** {@code CLONE_NEWNET}, see clone(2), namespaces(7). */
    public static final Constant CLONE_NEWNET = new Constant("CLONE_NEWNET", 0x40000000);

    // ---- ioctl_nsfs(2), ioctl_fideduperange(2), statfs(2)
    /** {@code FICLONE}, see ioctl_ficlone(2). */
    public static final Constant FICLONE = new Constant("FICLONE", 0x40049409L);

    /** {@code FIDEDUPERANGE}, see ioctl_fideduperange(2). */
    public static final Constant FIDEDUPERANGE = new Constant("FIDEDUPERANGE", 0xc0189436L);
    /** {@code NS_GET_USERNS}, see ioctl_nsfs(2). */
    public static final Constant NS_GET_USERNS = new Constant("NS_GET_USERNS", 0xb701);
    /** {@code NS_GET_NSTYPE}, see ioctl_nsfs(2). */
    public static final Constant NS_GET_NSTYPE = new Constant("NS_GET_NSTYPE", 0xb703);
    /** {@code NSFS_MAGIC}, see statfs(2). */
    public static final Constant NSFS_MAGIC = new Constant("NSFS_MAGIC", 0x6e736673);

    // ---- close_range(2)
    /** {@code CLOSE_RANGE_UNSHARE}, see close_range(2). */
    public static final Constant CLOSE_RANGE_UNSHARE = new Constant("CLOSE_RANGE_UNSHARE", 2);
    /** {@code CLOSE_RANGE_CLOEXEC}, see close_range(2). */
    public static final Constant CLOSE_RANGE_CLOEXEC = new Constant("CLOSE_RANGE_CLOEXEC", 4);

    // ---- fcntl(2)
    /** {@code F_SETFD}, see fcntl(2). */
    public static final Constant F_SETFD = new Constant("F_SETFD", 2);
    /** {@code F_GETFL}, see fcntl(2). */
    public static final Constant F_GETFL = new Constant("F_GETFL", 3);
    /** {@code F_SETFL}, see fcntl(2). */
    public static final Constant F_SETFL = new Constant("F_SETFL", 4);
    /** {@code F_DUPFD_CLOEXEC}, see fcntl(2). */
    public static final Constant F_DUPFD_CLOEXEC = new Constant("F_DUPFD_CLOEXEC", 0x406);
    /** {@code F_OFD_SETLK}, see fcntl(2). */
    public static final Constant F_OFD_SETLK = new Constant("F_OFD_SETLK", 37);
    /** {@code F_WRLCK}, see fcntl(2). */
    public static final Constant F_WRLCK = new Constant("F_WRLCK", 1);
    /** {@code LOCK_SH}, see flock(2). */
    public static final Constant LOCK_SH = new Constant("LOCK_SH", 1);
    /** {@code LOCK_EX}, see flock(2). */
    public static final Constant LOCK_EX = new Constant("LOCK_EX", 2);
    /** {@code LOCK_NB}, see flock(2). */
    public static final Constant LOCK_NB = new Constant("LOCK_NB", 4);
    /** {@code F_UNLCK}, see fcntl(2). */
    public static final Constant F_UNLCK = new Constant("F_UNLCK", 2);
    /** {@code F_ADD_SEALS}, see fcntl(2). */
    public static final Constant F_ADD_SEALS = new Constant("F_ADD_SEALS", 0x409);
    /** {@code F_SEAL_SEAL}, see fcntl(2). */
    public static final Constant F_SEAL_SEAL = new Constant("F_SEAL_SEAL", 1);
    /** {@code F_SEAL_SHRINK}, see fcntl(2). */
    public static final Constant F_SEAL_SHRINK = new Constant("F_SEAL_SHRINK", 2);
    /** {@code F_SEAL_GROW}, see fcntl(2). */
    public static final Constant F_SEAL_GROW = new Constant("F_SEAL_GROW", 4);
    /** {@code F_SEAL_WRITE}, see fcntl(2). */
    public static final Constant F_SEAL_WRITE = new Constant("F_SEAL_WRITE", 8);
    /** {@code FD_CLOEXEC}, see fcntl(2). */
    public static final Constant FD_CLOEXEC = new Constant("FD_CLOEXEC", 1);

    // ---- memfd_create(2)
    /** {@code MFD_CLOEXEC}, see memfd_create(2). */
    public static final Constant MFD_CLOEXEC = new Constant("MFD_CLOEXEC", 1);
    /** {@code MFD_ALLOW_SEALING}, see memfd_create(2). */
    public static final Constant MFD_ALLOW_SEALING = new Constant("MFD_ALLOW_SEALING", 2);
    /** {@code MFD_EXEC}, see memfd_create(2). */
    public static final Constant MFD_EXEC = new Constant("MFD_EXEC", 16);

    // ---- execveat(2) and other calls by descriptor
    /** {@code AT_SYMLINK_NOFOLLOW}, see execveat(2) and other calls by descriptor. */
    public static final Constant AT_SYMLINK_NOFOLLOW = new Constant("AT_SYMLINK_NOFOLLOW", 0x100);
    /** {@code AT_REMOVEDIR}, see execveat(2) and other calls by descriptor. */
    public static final Constant AT_REMOVEDIR = new Constant("AT_REMOVEDIR", 0x200);
    /** {@code AT_EMPTY_PATH}, see execveat(2) and other calls by descriptor. */
    public static final Constant AT_EMPTY_PATH = new Constant("AT_EMPTY_PATH", 0x1000);
    /** {@code AT_RECURSIVE}, see execveat(2) and other calls by descriptor. */
    public static final Constant AT_RECURSIVE = new Constant("AT_RECURSIVE", 0x8000);

    // ---- the mount interface: fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2)
    /** {@code FSOPEN_CLOEXEC}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant FSOPEN_CLOEXEC = new Constant("FSOPEN_CLOEXEC", 1);
    /** {@code FSCONFIG_SET_FLAG}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant FSCONFIG_SET_FLAG = new Constant("FSCONFIG_SET_FLAG", 0);
    /** {@code FSCONFIG_SET_STRING}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant FSCONFIG_SET_STRING = new Constant("FSCONFIG_SET_STRING", 1);
    /** {@code FSCONFIG_CMD_CREATE}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant FSCONFIG_CMD_CREATE = new Constant("FSCONFIG_CMD_CREATE", 6);
    /** {@code FSMOUNT_CLOEXEC}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant FSMOUNT_CLOEXEC = new Constant("FSMOUNT_CLOEXEC", 1);
    /** {@code OPEN_TREE_CLONE}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant OPEN_TREE_CLONE = new Constant("OPEN_TREE_CLONE", 1);
    /** {@code OPEN_TREE_CLOEXEC}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant OPEN_TREE_CLOEXEC = new Constant("OPEN_TREE_CLOEXEC", 0x80000);
    /** {@code MOVE_MOUNT_F_EMPTY_PATH}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOVE_MOUNT_F_EMPTY_PATH = new Constant("MOVE_MOUNT_F_EMPTY_PATH", 4);
    /** {@code MOVE_MOUNT_T_EMPTY_PATH}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOVE_MOUNT_T_EMPTY_PATH = new Constant("MOVE_MOUNT_T_EMPTY_PATH", 64);
    /** {@code MOUNT_ATTR_RDONLY}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOUNT_ATTR_RDONLY = new Constant("MOUNT_ATTR_RDONLY", 1);
    /** {@code MOUNT_ATTR_NOSUID}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOUNT_ATTR_NOSUID = new Constant("MOUNT_ATTR_NOSUID", 2);
    /** {@code MOUNT_ATTR_NODEV}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOUNT_ATTR_NODEV = new Constant("MOUNT_ATTR_NODEV", 4);
    /** {@code MOUNT_ATTR_NOEXEC}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOUNT_ATTR_NOEXEC = new Constant("MOUNT_ATTR_NOEXEC", 8);
    /** {@code MOUNT_ATTR_NOATIME}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOUNT_ATTR_NOATIME = new Constant("MOUNT_ATTR_NOATIME", 16);
    /** {@code MOUNT_ATTR__ATIME}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOUNT_ATTR__ATIME = new Constant("MOUNT_ATTR__ATIME", 0x70);
    /** {@code MOUNT_ATTR_NOSYMFOLLOW}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOUNT_ATTR_NOSYMFOLLOW = new Constant("MOUNT_ATTR_NOSYMFOLLOW", 0x200000);
    /** {@code MOUNT_ATTR_IDMAP}, see fsopen(2), fsconfig(2), fsmount(2), move_mount(2), open_tree(2), mount_setattr(2). */
    public static final Constant MOUNT_ATTR_IDMAP = new Constant("MOUNT_ATTR_IDMAP", 0x100000);

    // ---- mount(2), umount2(2)
    /** {@code MS_RDONLY}, see mount(2), umount2(2). */
    public static final Constant MS_RDONLY = new Constant("MS_RDONLY", 1);
    /** {@code MS_NOSUID}, see mount(2), umount2(2). */
    public static final Constant MS_NOSUID = new Constant("MS_NOSUID", 2);
    /** {@code MS_NODEV}, see mount(2), umount2(2). */
    public static final Constant MS_NODEV = new Constant("MS_NODEV", 4);
    /** {@code MS_MOVE}, see mount(2), umount2(2). */
    public static final Constant MS_MOVE = new Constant("MS_MOVE", 0x2000);
    /** {@code MS_SLAVE}, see mount(2), umount2(2). */
    public static final Constant MS_SLAVE = new Constant("MS_SLAVE", 0x80000);
    /** {@code MS_PRIVATE}, see mount(2), umount2(2). */
    public static final Constant MS_PRIVATE = new Constant("MS_PRIVATE", 0x40000);
    /** {@code MS_BIND}, see mount(2), umount2(2). */
    public static final Constant MS_BIND = new Constant("MS_BIND", 0x1000);
    /** {@code MS_SHARED}, see mount(2), umount2(2). */
    public static final Constant MS_SHARED = new Constant("MS_SHARED", 0x100000);
    /** {@code MS_UNBINDABLE}, see mount(2), umount2(2). */
    public static final Constant MS_UNBINDABLE = new Constant("MS_UNBINDABLE", 0x20000);
    /** {@code UMOUNT_NOFOLLOW}, see mount(2), umount2(2). */
    public static final Constant UMOUNT_NOFOLLOW = new Constant("UMOUNT_NOFOLLOW", 8);
    /** {@code MNT_DETACH}, see mount(2), umount2(2). */
    public static final Constant MNT_DETACH = new Constant("MNT_DETACH", 2);

    // ---- inode(7)
    /** {@code S_IFREG}, see inode(7). */
    public static final Constant S_IFREG = new Constant("S_IFREG", 0x8000);
    /** {@code S_IFDIR}, see inode(7). */
    public static final Constant S_IFDIR = new Constant("S_IFDIR", 0x4000);
    /** {@code S_IFLNK}, see inode(7). */
    public static final Constant S_IFLNK = new Constant("S_IFLNK", 0xa000);
    /** {@code S_IFMT}, see inode(7). */
    public static final Constant S_IFMT = new Constant("S_IFMT", 0xf000);
    /** {@code STATX_BASIC_STATS}, see statx(2). */
    public static final Constant STATX_BASIC_STATS = new Constant("STATX_BASIC_STATS", 0x7ff);
    /** {@code S_IFBLK}, see inode(7). */
    public static final Constant S_IFBLK = new Constant("S_IFBLK", 0x6000);
    /** {@code S_IFCHR}, see inode(7). */
    public static final Constant S_IFCHR = new Constant("S_IFCHR", 0x2000);

    /** {@code S_IFIFO}, see inode(7). */
    public static final Constant S_IFIFO = new Constant("S_IFIFO", 0x1000);
    /** {@code S_IFSOCK}, see inode(7). */
    public static final Constant S_IFSOCK = new Constant("S_IFSOCK", 0xc000);
    /** {@code RENAME_NOREPLACE}, see rename(2). */
    public static final Constant RENAME_NOREPLACE = new Constant("RENAME_NOREPLACE", 1);
    /** {@code UTIME_OMIT}, see utimensat(2). */
    public static final Constant UTIME_OMIT = new Constant("UTIME_OMIT", (1 << 30) - 2);

    // ---- prctl(2)
    /** {@code PR_SET_DUMPABLE}, see prctl(2). */
    public static final Constant PR_SET_DUMPABLE = new Constant("PR_SET_DUMPABLE", 4);
    /** {@code PR_SET_SECUREBITS}, see prctl(2). */
    public static final Constant PR_SET_SECUREBITS = new Constant("PR_SET_SECUREBITS", 28);
    /** {@code SECBIT_NOROOT}, see capabilities(7). */
    public static final Constant SECBIT_NOROOT = new Constant("SECBIT_NOROOT", 1);
    /** {@code SECBIT_NOROOT_LOCKED}, see capabilities(7). */
    public static final Constant SECBIT_NOROOT_LOCKED = new Constant("SECBIT_NOROOT_LOCKED", 2);
    /** {@code SECBIT_NO_SETUID_FIXUP_LOCKED}, see capabilities(7). */
    public static final Constant SECBIT_NO_SETUID_FIXUP_LOCKED = new Constant("SECBIT_NO_SETUID_FIXUP_LOCKED", 8);
    /** {@code SECBIT_NO_CAP_AMBIENT_RAISE}, see capabilities(7). */
    public static final Constant SECBIT_NO_CAP_AMBIENT_RAISE = new Constant("SECBIT_NO_CAP_AMBIENT_RAISE", 64);
    /** {@code SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED}, see capabilities(7). */
    public static final Constant SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED =
            new Constant("SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED", 128);
    /** {@code SECBIT_NO_SETUID_FIXUP}, see capabilities(7). */
    public static final Constant SECBIT_NO_SETUID_FIXUP = new Constant("SECBIT_NO_SETUID_FIXUP", 4);
    /** {@code PR_SET_PDEATHSIG}, see prctl(2). */
    public static final Constant PR_SET_PDEATHSIG = new Constant("PR_SET_PDEATHSIG", 1);
    /** {@code PR_CAPBSET_DROP}, see prctl(2). */
    public static final Constant PR_CAPBSET_DROP = new Constant("PR_CAPBSET_DROP", 24);
    /** {@code PR_SET_NAME}, see prctl(2). */
    public static final Constant PR_SET_NAME = new Constant("PR_SET_NAME", 15);
    /** {@code PR_SET_NO_NEW_PRIVS}, see prctl(2). */
    public static final Constant PR_SET_NO_NEW_PRIVS = new Constant("PR_SET_NO_NEW_PRIVS", 38);
    /** {@code PR_CAP_AMBIENT}, see prctl(2). */
    public static final Constant PR_CAP_AMBIENT = new Constant("PR_CAP_AMBIENT", 47);
    /** {@code PR_CAP_AMBIENT_RAISE}, see prctl(2). */
    public static final Constant PR_CAP_AMBIENT_RAISE = new Constant("PR_CAP_AMBIENT_RAISE", 2);
    /** {@code PR_CAP_AMBIENT_CLEAR_ALL}, see prctl(2). */
    public static final Constant PR_CAP_AMBIENT_CLEAR_ALL = new Constant("PR_CAP_AMBIENT_CLEAR_ALL", 4);

    // ---- sigaction(2), sigprocmask(2)
    /** {@code SIG_SETMASK}, see sigaction(2), sigprocmask(2). */
    public static final Constant SIG_SETMASK = new Constant("SIG_SETMASK", 2);

    // ---- socket(2), send(2), recv(2)
    /** {@code AF_UNIX}, see socket(2), send(2), recv(2). */
    public static final Constant AF_UNIX = new Constant("AF_UNIX", 1);
    /** {@code AF_INET}, see socket(2), send(2), recv(2). */
    public static final Constant AF_INET = new Constant("AF_INET", 2);
    /** {@code SOCK_DGRAM}, see socket(2), send(2), recv(2). */
    public static final Constant SOCK_DGRAM = new Constant("SOCK_DGRAM", 2);
    /** {@code SOCK_SEQPACKET}, see socket(2), send(2), recv(2). */
    public static final Constant SOCK_SEQPACKET = new Constant("SOCK_SEQPACKET", 5);
    /** {@code SOCK_CLOEXEC}, see socket(2), send(2), recv(2). */
    public static final Constant SOCK_CLOEXEC = new Constant("SOCK_CLOEXEC", 0x80000);
    /** {@code MSG_DONTWAIT}, see socket(2), send(2), recv(2). */
    public static final Constant MSG_DONTWAIT = new Constant("MSG_DONTWAIT", 64);
    /** {@code MSG_NOSIGNAL}, see socket(2), send(2), recv(2). */
    public static final Constant MSG_NOSIGNAL = new Constant("MSG_NOSIGNAL", 0x4000);
    /** {@code MSG_CMSG_CLOEXEC}, see socket(2), send(2), recv(2). */
    public static final Constant MSG_CMSG_CLOEXEC = new Constant("MSG_CMSG_CLOEXEC", 0x40000000);
    /** {@code SOL_SOCKET}, see socket(7). */
    public static final Constant SOL_SOCKET = new Constant("SOL_SOCKET", 1);
    /** {@code SO_RCVTIMEO}, see socket(7). */
    public static final Constant SO_RCVTIMEO = new Constant("SO_RCVTIMEO", 20);
    /** {@code SCM_RIGHTS}, see unix(7). */
    public static final Constant SCM_RIGHTS = new Constant("SCM_RIGHTS", 1);

    // ---- netdevice(7)
    /** {@code SIOCSIFFLAGS}, see netdevice(7). */
    public static final Constant SIOCSIFFLAGS = new Constant("SIOCSIFFLAGS", 0x8914);
    /** {@code IFF_UP}, see netdevice(7). */
    public static final Constant IFF_UP = new Constant("IFF_UP", 1);

    // ---- ioctl_tty(2)
    /** {@code TCGETS}, see ioctl_tty(2). */
    public static final Constant TCGETS = new Constant("TCGETS", 0x5401);
    /** {@code TCSETS}, see ioctl_tty(2). */
    public static final Constant TCSETS = new Constant("TCSETS", 0x5402);
    /** {@code TCSETSW}, see ioctl_tty(2). */
    public static final Constant TCSETSW = new Constant("TCSETSW", 0x5403);
    /** {@code TIOCSCTTY}, see ioctl_tty(2). */
    public static final Constant TIOCSCTTY = new Constant("TIOCSCTTY", 0x540E);
    /** {@code TIOCGPGRP}, see ioctl_tty(2). */
    public static final Constant TIOCGPGRP = new Constant("TIOCGPGRP", 0x540F);
    /** {@code TIOCGWINSZ}, see ioctl_tty(2). */
    public static final Constant TIOCGWINSZ = new Constant("TIOCGWINSZ", 0x5413);
    /** {@code TIOCSWINSZ}, see ioctl_tty(2). */
    public static final Constant TIOCSWINSZ = new Constant("TIOCSWINSZ", 0x5414);
    /** {@code FIONREAD}, see ioctl_tty(2). */
    public static final Constant FIONREAD = new Constant("FIONREAD", 0x541B);
    /** {@code TIOCGPTN}, see ioctl_tty(2). */
    public static final Constant TIOCGPTN = new Constant("TIOCGPTN", 0x80045430L);
    /** {@code TIOCSPTLCK}, see ioctl_tty(2). */
    public static final Constant TIOCSPTLCK = new Constant("TIOCSPTLCK", 0x40045431);
    /** {@code TIOCGPTPEER}, see ioctl_tty(2). */
    public static final Constant TIOCGPTPEER = new Constant("TIOCGPTPEER", 0x5441);

    // ---- epoll_ctl(2), eventfd(2)
    /** {@code EPOLL_CTL_ADD}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLL_CTL_ADD = new Constant("EPOLL_CTL_ADD", 1);
    /** {@code EPOLL_CTL_DEL}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLL_CTL_DEL = new Constant("EPOLL_CTL_DEL", 2);
    /** {@code EPOLL_CTL_MOD}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLL_CTL_MOD = new Constant("EPOLL_CTL_MOD", 3);
    /** {@code EPOLL_CLOEXEC}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLL_CLOEXEC = new Constant("EPOLL_CLOEXEC", 0x80000);
    /** {@code EPOLLIN}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLLIN = new Constant("EPOLLIN", 1);
    /** {@code EPOLLOUT}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLLOUT = new Constant("EPOLLOUT", 4);
    /** {@code EPOLLPRI}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLLPRI = new Constant("EPOLLPRI", 2);
    /** {@code EPOLLERR}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLLERR = new Constant("EPOLLERR", 8);
    /** {@code EPOLLHUP}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLLHUP = new Constant("EPOLLHUP", 16);
    /** {@code EPOLLONESHOT}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLLONESHOT = new Constant("EPOLLONESHOT", 0x40000000);
    /** {@code EPOLLET}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EPOLLET = new Constant("EPOLLET", 0x80000000L);
    /** {@code EFD_CLOEXEC}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EFD_CLOEXEC = new Constant("EFD_CLOEXEC", 0x80000);
    /** {@code EFD_NONBLOCK}, see epoll_ctl(2), eventfd(2). */
    public static final Constant EFD_NONBLOCK = new Constant("EFD_NONBLOCK", 0x800);

    // ---- inotify(7)
    /** {@code IN_CLOEXEC}, see inotify(7). */
    public static final Constant IN_CLOEXEC = new Constant("IN_CLOEXEC", 0x80000);
    /** {@code IN_NONBLOCK}, see inotify(7). */
    public static final Constant IN_NONBLOCK = new Constant("IN_NONBLOCK", 0x800);
    /** {@code IN_MODIFY}, see inotify(7). */
    public static final Constant IN_MODIFY = new Constant("IN_MODIFY", 2);
    /** {@code IN_Q_OVERFLOW}, see inotify(7). */
    public static final Constant IN_Q_OVERFLOW = new Constant("IN_Q_OVERFLOW", 0x4000);

    // ---- timerfd_create(2)
    /** {@code TFD_CLOEXEC}, see timerfd_create(2). */
    public static final Constant TFD_CLOEXEC = new Constant("TFD_CLOEXEC", 0x80000);
    /** {@code TFD_NONBLOCK}, see timerfd_create(2). */
    public static final Constant TFD_NONBLOCK = new Constant("TFD_NONBLOCK", 0x800);
    /** {@code CLOCK_MONOTONIC}, see timerfd_create(2). */
    public static final Constant CLOCK_MONOTONIC = new Constant("CLOCK_MONOTONIC", 1);

    // ---- lseek(2)
    /** {@code SEEK_END}, see lseek(2). */
    public static final Constant SEEK_END = new Constant("SEEK_END", 2);

    // ---- waitid(2)
    /** {@code P_PID}, see waitid(2). */
    public static final Constant P_PID = new Constant("P_PID", 1);
    /** {@code P_PIDFD}, see waitid(2). */
    public static final Constant P_PIDFD = new Constant("P_PIDFD", 3);
    /** {@code P_PGID}, see waitid(2). */
    public static final Constant P_PGID = new Constant("P_PGID", 2);
    /** {@code WEXITED}, see waitid(2). */
    public static final Constant WEXITED = new Constant("WEXITED", 4);
    /** {@code WNOHANG}, see waitid(2). */
    public static final Constant WNOHANG = new Constant("WNOHANG", 1);
    /** {@code WNOWAIT}, see waitid(2). */
    public static final Constant WNOWAIT = new Constant("WNOWAIT", 0x1000000);
    /** {@code CLD_EXITED}, see waitid(2). */
    public static final Constant CLD_EXITED = new Constant("CLD_EXITED", 1);
    /** {@code CLD_KILLED}, see waitid(2). */
    public static final Constant CLD_KILLED = new Constant("CLD_KILLED", 2);
    /** {@code CLD_DUMPED}, see waitid(2). */
    public static final Constant CLD_DUMPED = new Constant("CLD_DUMPED", 3);

    // ---- prlimit(2)
    /** {@code RLIMIT_CPU}, see prlimit(2). */
    public static final Constant RLIMIT_CPU = new Constant("RLIMIT_CPU", 0);
    /** {@code RLIMIT_FSIZE}, see prlimit(2). */
    public static final Constant RLIMIT_FSIZE = new Constant("RLIMIT_FSIZE", 1);
    /** {@code RLIMIT_DATA}, see prlimit(2). */
    public static final Constant RLIMIT_DATA = new Constant("RLIMIT_DATA", 2);
    /** {@code RLIMIT_STACK}, see prlimit(2). */
    public static final Constant RLIMIT_STACK = new Constant("RLIMIT_STACK", 3);
    /** {@code RLIMIT_CORE}, see prlimit(2). */
    public static final Constant RLIMIT_CORE = new Constant("RLIMIT_CORE", 4);
    /** {@code RLIMIT_RSS}, see prlimit(2). */
    public static final Constant RLIMIT_RSS = new Constant("RLIMIT_RSS", 5);
    /** {@code RLIMIT_NPROC}, see prlimit(2). */
    public static final Constant RLIMIT_NPROC = new Constant("RLIMIT_NPROC", 6);
    /** {@code RLIMIT_NOFILE}, see prlimit(2). */
    public static final Constant RLIMIT_NOFILE = new Constant("RLIMIT_NOFILE", 7);
    /** {@code RLIMIT_MEMLOCK}, see prlimit(2). */
    public static final Constant RLIMIT_MEMLOCK = new Constant("RLIMIT_MEMLOCK", 8);
    /** {@code RLIMIT_AS}, see prlimit(2). */
    public static final Constant RLIMIT_AS = new Constant("RLIMIT_AS", 9);
    /** {@code RLIMIT_LOCKS}, see prlimit(2). */
    public static final Constant RLIMIT_LOCKS = new Constant("RLIMIT_LOCKS", 10);
    /** {@code RLIMIT_SIGPENDING}, see prlimit(2). */
    public static final Constant RLIMIT_SIGPENDING = new Constant("RLIMIT_SIGPENDING", 11);
    /** {@code RLIMIT_MSGQUEUE}, see prlimit(2). */
    public static final Constant RLIMIT_MSGQUEUE = new Constant("RLIMIT_MSGQUEUE", 12);
    /** {@code RLIMIT_NICE}, see prlimit(2). */
    public static final Constant RLIMIT_NICE = new Constant("RLIMIT_NICE", 13);
    /** {@code RLIMIT_RTPRIO}, see prlimit(2). */
    public static final Constant RLIMIT_RTPRIO = new Constant("RLIMIT_RTPRIO", 14);
    /** {@code RLIMIT_RTTIME}, see prlimit(2). */
    public static final Constant RLIMIT_RTTIME = new Constant("RLIMIT_RTTIME", 15);

    // ---- setpriority(2), sched(7), ioprio_set(2)
    /** {@code PRIO_PROCESS}, see setpriority(2). */
    public static final Constant PRIO_PROCESS = new Constant("PRIO_PROCESS", 0);
    /** {@code SCHED_OTHER}, see sched(7). */
    public static final Constant SCHED_OTHER = new Constant("SCHED_OTHER", 0);
    /** {@code SCHED_FIFO}, see sched(7). */
    public static final Constant SCHED_FIFO = new Constant("SCHED_FIFO", 1);
    /** {@code SCHED_RR}, see sched(7). */
    public static final Constant SCHED_RR = new Constant("SCHED_RR", 2);
    /** {@code SCHED_BATCH}, see sched(7). */
    public static final Constant SCHED_BATCH = new Constant("SCHED_BATCH", 3);
    /** {@code SCHED_IDLE}, see sched(7). */
    public static final Constant SCHED_IDLE = new Constant("SCHED_IDLE", 5);
    /** {@code SCHED_DEADLINE}, see sched(7). */
    public static final Constant SCHED_DEADLINE = new Constant("SCHED_DEADLINE", 6);
    /** {@code SCHED_FLAG_RESET_ON_FORK}, see sched_setattr(2). */
    public static final Constant SCHED_FLAG_RESET_ON_FORK = new Constant("SCHED_FLAG_RESET_ON_FORK", 1);
    /** {@code IOPRIO_WHO_PROCESS}, see ioprio_set(2). */
    public static final Constant IOPRIO_WHO_PROCESS = new Constant("IOPRIO_WHO_PROCESS", 1);
    /** {@code IOPRIO_CLASS_RT}, see ioprio_set(2). */
    public static final Constant IOPRIO_CLASS_RT = new Constant("IOPRIO_CLASS_RT", 1);
    /** {@code IOPRIO_CLASS_BE}, see ioprio_set(2). */
    public static final Constant IOPRIO_CLASS_BE = new Constant("IOPRIO_CLASS_BE", 2);
    /** {@code IOPRIO_CLASS_IDLE}, see ioprio_set(2). */
    public static final Constant IOPRIO_CLASS_IDLE = new Constant("IOPRIO_CLASS_IDLE", 3);

    // ---- personality(2)
    /** {@code PER_LINUX}, see personality(2). */
    public static final Constant PER_LINUX = new Constant("PER_LINUX", 0);
    /** {@code PER_LINUX32}, see personality(2). */
    public static final Constant PER_LINUX32 = new Constant("PER_LINUX32", 8);
    /** {@code UNAME26}, see personality(2). */
    public static final Constant UNAME26 = new Constant("UNAME26", 0x20000);
    /** {@code ADDR_NO_RANDOMIZE}, see personality(2). */
    public static final Constant ADDR_NO_RANDOMIZE = new Constant("ADDR_NO_RANDOMIZE", 0x40000);
    /** {@code MMAP_PAGE_ZERO}, see personality(2). */
    public static final Constant MMAP_PAGE_ZERO = new Constant("MMAP_PAGE_ZERO", 0x100000);
    /** {@code ADDR_COMPAT_LAYOUT}, see personality(2). */
    public static final Constant ADDR_COMPAT_LAYOUT = new Constant("ADDR_COMPAT_LAYOUT", 0x200000);
    /** {@code READ_IMPLIES_EXEC}, see personality(2). */
    public static final Constant READ_IMPLIES_EXEC = new Constant("READ_IMPLIES_EXEC", 0x400000);
    /** {@code ADDR_LIMIT_32BIT}, see personality(2). */
    public static final Constant ADDR_LIMIT_32BIT = new Constant("ADDR_LIMIT_32BIT", 0x800000);
    /** {@code SHORT_INODE}, see personality(2). */
    public static final Constant SHORT_INODE = new Constant("SHORT_INODE", 0x1000000);
    /** {@code WHOLE_SECONDS}, see personality(2). */
    public static final Constant WHOLE_SECONDS = new Constant("WHOLE_SECONDS", 0x2000000);
    /** {@code STICKY_TIMEOUTS}, see personality(2). */
    public static final Constant STICKY_TIMEOUTS = new Constant("STICKY_TIMEOUTS", 0x4000000);
    /** {@code ADDR_LIMIT_3GB}, see personality(2). */
    public static final Constant ADDR_LIMIT_3GB = new Constant("ADDR_LIMIT_3GB", 0x8000000);

    // ---- statfs(2)
    /** {@code PROC_SUPER_MAGIC}, see statfs(2). */
    public static final Constant PROC_SUPER_MAGIC = new Constant("PROC_SUPER_MAGIC", 0x9fa0);

    // ---- keyctl(2)

    /** {@code KEYCTL_JOIN_SESSION_KEYRING}, see keyctl(2). */
    public static final Constant KEYCTL_JOIN_SESSION_KEYRING = new Constant("KEYCTL_JOIN_SESSION_KEYRING", 1);

    // ---- seccomp(2), landlock_create_ruleset(2)

    /** {@code SECCOMP_FILTER_FLAG_NEW_LISTENER}, see seccomp(2). */
    public static final Constant SECCOMP_FILTER_FLAG_NEW_LISTENER = new Constant("SECCOMP_FILTER_FLAG_NEW_LISTENER", 8);
    /** {@code SECCOMP_IOCTL_NOTIF_RECV}, see seccomp_unotify(2). */
    public static final Constant SECCOMP_IOCTL_NOTIF_RECV = new Constant("SECCOMP_IOCTL_NOTIF_RECV", 0xc0502100L);
    /** {@code SECCOMP_IOCTL_NOTIF_SEND}, see seccomp_unotify(2). */
    public static final Constant SECCOMP_IOCTL_NOTIF_SEND = new Constant("SECCOMP_IOCTL_NOTIF_SEND", 0xc0182101L);
    /** {@code SECCOMP_IOCTL_NOTIF_ID_VALID}, see seccomp_unotify(2). */
    public static final Constant SECCOMP_IOCTL_NOTIF_ID_VALID =
            new Constant("SECCOMP_IOCTL_NOTIF_ID_VALID", 0x40082102L);
    /** {@code SECCOMP_IOCTL_NOTIF_ADDFD}, see seccomp_unotify(2). */
    public static final Constant SECCOMP_IOCTL_NOTIF_ADDFD = new Constant("SECCOMP_IOCTL_NOTIF_ADDFD", 0x40182103L);
    /** {@code SECCOMP_USER_NOTIF_FLAG_CONTINUE}, see seccomp_unotify(2). */
    public static final Constant SECCOMP_USER_NOTIF_FLAG_CONTINUE = new Constant("SECCOMP_USER_NOTIF_FLAG_CONTINUE", 1);
    /** {@code SECCOMP_ADDFD_FLAG_SEND}, see seccomp_unotify(2). */
    public static final Constant SECCOMP_ADDFD_FLAG_SEND = new Constant("SECCOMP_ADDFD_FLAG_SEND", 2);
    /** {@code SECCOMP_SET_MODE_FILTER}, see seccomp(2). */
    public static final Constant SECCOMP_SET_MODE_FILTER = new Constant("SECCOMP_SET_MODE_FILTER", 1);
    /** {@code LANDLOCK_CREATE_RULESET_VERSION}, see landlock_create_ruleset(2). */
    public static final Constant LANDLOCK_CREATE_RULESET_VERSION = new Constant("LANDLOCK_CREATE_RULESET_VERSION", 1);

    // ---- seccomp(2): what a filter returns, and what it is installed with
    /** {@code SECCOMP_RET_KILL_PROCESS}, see seccomp(2). */
    public static final Constant SECCOMP_RET_KILL_PROCESS = new Constant("SECCOMP_RET_KILL_PROCESS", 0x80000000L);
    /** {@code SECCOMP_RET_KILL_THREAD}, see seccomp(2). */
    public static final Constant SECCOMP_RET_KILL_THREAD = new Constant("SECCOMP_RET_KILL_THREAD", 0);
    /** {@code SECCOMP_RET_TRAP}, see seccomp(2). */
    public static final Constant SECCOMP_RET_TRAP = new Constant("SECCOMP_RET_TRAP", 0x30000);
    /** {@code SECCOMP_RET_ERRNO}, see seccomp(2). */
    public static final Constant SECCOMP_RET_ERRNO = new Constant("SECCOMP_RET_ERRNO", 0x50000);
    /** {@code SECCOMP_RET_USER_NOTIF}, see seccomp(2). */
    public static final Constant SECCOMP_RET_USER_NOTIF = new Constant("SECCOMP_RET_USER_NOTIF", 0x7fc00000);
    /** {@code SECCOMP_RET_TRACE}, see seccomp(2). */
    public static final Constant SECCOMP_RET_TRACE = new Constant("SECCOMP_RET_TRACE", 0x7ff00000);
    /** {@code SECCOMP_RET_LOG}, see seccomp(2). */
    public static final Constant SECCOMP_RET_LOG = new Constant("SECCOMP_RET_LOG", 0x7ffc0000);
    /** {@code SECCOMP_RET_ALLOW}, see seccomp(2). */
    public static final Constant SECCOMP_RET_ALLOW = new Constant("SECCOMP_RET_ALLOW", 0x7fff0000);
    /** {@code SECCOMP_FILTER_FLAG_LOG}, see seccomp(2). */
    public static final Constant SECCOMP_FILTER_FLAG_LOG = new Constant("SECCOMP_FILTER_FLAG_LOG", 2);
    /** {@code SECCOMP_FILTER_FLAG_SPEC_ALLOW}, see seccomp(2). */
    public static final Constant SECCOMP_FILTER_FLAG_SPEC_ALLOW = new Constant("SECCOMP_FILTER_FLAG_SPEC_ALLOW", 4);
    /** {@code SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV}, see seccomp(2). */
    public static final Constant SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV =
            new Constant("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 32);

    // ---- linux/audit.h
    /** {@code AUDIT_ARCH_X86_64}, see seccomp(2). */
    public static final Constant AUDIT_ARCH_X86_64 = new Constant("AUDIT_ARCH_X86_64", 0xc000003eL);
    /** {@code AUDIT_ARCH_I386}, see seccomp(2). */
    public static final Constant AUDIT_ARCH_I386 = new Constant("AUDIT_ARCH_I386", 0x40000003);
    /** {@code AUDIT_ARCH_AARCH64}, see seccomp(2). */
    public static final Constant AUDIT_ARCH_AARCH64 = new Constant("AUDIT_ARCH_AARCH64", 0xc00000b7L);

    // ---- linux/filter.h
    /** {@code BPF_MAXINSNS}, see linux/bpf_common.h. */
    public static final Constant BPF_MAXINSNS = new Constant("BPF_MAXINSNS", 4096);

    // ---- bpf(2)
    /** {@code BPF_MAP_CREATE}, see bpf(2). */
    public static final Constant BPF_MAP_CREATE = new Constant("BPF_MAP_CREATE", 0);
    /** {@code BPF_MAP_LOOKUP_ELEM}, see bpf(2). */
    public static final Constant BPF_MAP_LOOKUP_ELEM = new Constant("BPF_MAP_LOOKUP_ELEM", 1);
    /** {@code BPF_MAP_UPDATE_ELEM}, see bpf(2). */
    public static final Constant BPF_MAP_UPDATE_ELEM = new Constant("BPF_MAP_UPDATE_ELEM", 2);
    /** {@code BPF_PROG_LOAD}, see bpf(2). */
    public static final Constant BPF_PROG_LOAD = new Constant("BPF_PROG_LOAD", 5);
    /** {@code BPF_PROG_ATTACH}, see bpf(2). */
    public static final Constant BPF_PROG_ATTACH = new Constant("BPF_PROG_ATTACH", 8);
    /** {@code BPF_MAP_TYPE_ARRAY}, see bpf(2). */
    public static final Constant BPF_MAP_TYPE_ARRAY = new Constant("BPF_MAP_TYPE_ARRAY", 2);
    /** {@code BPF_PROG_TYPE_CGROUP_SKB}, see bpf(2); since Linux 4.10. */
    public static final Constant BPF_PROG_TYPE_CGROUP_SKB = new Constant("BPF_PROG_TYPE_CGROUP_SKB", 8);
    /** {@code BPF_PROG_TYPE_CGROUP_DEVICE}, see bpf(2); since Linux 4.15. */
    public static final Constant BPF_PROG_TYPE_CGROUP_DEVICE = new Constant("BPF_PROG_TYPE_CGROUP_DEVICE", 15);
    /** {@code BPF_CGROUP_INET_INGRESS}, see bpf(2); since Linux 4.10. */
    public static final Constant BPF_CGROUP_INET_INGRESS = new Constant("BPF_CGROUP_INET_INGRESS", 0);
    /** {@code BPF_CGROUP_INET_EGRESS}, see bpf(2); since Linux 4.10. */
    public static final Constant BPF_CGROUP_INET_EGRESS = new Constant("BPF_CGROUP_INET_EGRESS", 1);
    /** {@code BPF_CGROUP_DEVICE}, see bpf(2); since Linux 4.15. */
    public static final Constant BPF_CGROUP_DEVICE = new Constant("BPF_CGROUP_DEVICE", 6);
    /** {@code BPF_F_ALLOW_MULTI}, see bpf(2); since Linux 4.15. */
    public static final Constant BPF_F_ALLOW_MULTI = new Constant("BPF_F_ALLOW_MULTI", 2);
    /** {@code BPF_F_REPLACE}, see bpf(2); since Linux 5.6. */
    public static final Constant BPF_F_REPLACE = new Constant("BPF_F_REPLACE", 4);
    /** {@code BPF_DEVCG_ACC_MKNOD}, see bpf(2). */
    public static final Constant BPF_DEVCG_ACC_MKNOD = new Constant("BPF_DEVCG_ACC_MKNOD", 1);
    /** {@code BPF_DEVCG_ACC_READ}, see bpf(2). */
    public static final Constant BPF_DEVCG_ACC_READ = new Constant("BPF_DEVCG_ACC_READ", 2);
    /** {@code BPF_DEVCG_ACC_WRITE}, see bpf(2). */
    public static final Constant BPF_DEVCG_ACC_WRITE = new Constant("BPF_DEVCG_ACC_WRITE", 4);
    /** {@code BPF_DEVCG_DEV_BLOCK}, see bpf(2). */
    public static final Constant BPF_DEVCG_DEV_BLOCK = new Constant("BPF_DEVCG_DEV_BLOCK", 1);
    /** {@code BPF_DEVCG_DEV_CHAR}, see bpf(2). */
    public static final Constant BPF_DEVCG_DEV_CHAR = new Constant("BPF_DEVCG_DEV_CHAR", 2);

    // ---- landlock(7)
    /** {@code LANDLOCK_RULE_PATH_BENEATH}, see landlock_add_rule(2). */
    public static final Constant LANDLOCK_RULE_PATH_BENEATH = new Constant("LANDLOCK_RULE_PATH_BENEATH", 1);
    /** {@code LANDLOCK_RULE_NET_PORT}, see landlock_add_rule(2). */
    public static final Constant LANDLOCK_RULE_NET_PORT = new Constant("LANDLOCK_RULE_NET_PORT", 2);
    /** {@code LANDLOCK_ACCESS_FS_EXECUTE}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_EXECUTE = new Constant("LANDLOCK_ACCESS_FS_EXECUTE", 1);
    /** {@code LANDLOCK_ACCESS_FS_WRITE_FILE}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_WRITE_FILE = new Constant("LANDLOCK_ACCESS_FS_WRITE_FILE", 2);
    /** {@code LANDLOCK_ACCESS_FS_READ_FILE}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_READ_FILE = new Constant("LANDLOCK_ACCESS_FS_READ_FILE", 4);
    /** {@code LANDLOCK_ACCESS_FS_READ_DIR}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_READ_DIR = new Constant("LANDLOCK_ACCESS_FS_READ_DIR", 8);
    /** {@code LANDLOCK_ACCESS_FS_REMOVE_DIR}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_REMOVE_DIR = new Constant("LANDLOCK_ACCESS_FS_REMOVE_DIR", 16);
    /** {@code LANDLOCK_ACCESS_FS_REMOVE_FILE}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_REMOVE_FILE = new Constant("LANDLOCK_ACCESS_FS_REMOVE_FILE", 32);
    /** {@code LANDLOCK_ACCESS_FS_MAKE_CHAR}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_MAKE_CHAR = new Constant("LANDLOCK_ACCESS_FS_MAKE_CHAR", 64);
    /** {@code LANDLOCK_ACCESS_FS_MAKE_DIR}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_MAKE_DIR = new Constant("LANDLOCK_ACCESS_FS_MAKE_DIR", 128);
    /** {@code LANDLOCK_ACCESS_FS_MAKE_REG}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_MAKE_REG = new Constant("LANDLOCK_ACCESS_FS_MAKE_REG", 256);
    /** {@code LANDLOCK_ACCESS_FS_MAKE_SOCK}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_MAKE_SOCK = new Constant("LANDLOCK_ACCESS_FS_MAKE_SOCK", 512);
    /** {@code LANDLOCK_ACCESS_FS_MAKE_FIFO}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_MAKE_FIFO = new Constant("LANDLOCK_ACCESS_FS_MAKE_FIFO", 0x400);
    /** {@code LANDLOCK_ACCESS_FS_MAKE_BLOCK}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_MAKE_BLOCK = new Constant("LANDLOCK_ACCESS_FS_MAKE_BLOCK", 0x800);
    /** {@code LANDLOCK_ACCESS_FS_MAKE_SYM}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_MAKE_SYM = new Constant("LANDLOCK_ACCESS_FS_MAKE_SYM", 0x1000);
    /** {@code LANDLOCK_ACCESS_FS_REFER}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_REFER = new Constant("LANDLOCK_ACCESS_FS_REFER", 0x2000);
    /** {@code LANDLOCK_ACCESS_FS_TRUNCATE}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_TRUNCATE = new Constant("LANDLOCK_ACCESS_FS_TRUNCATE", 0x4000);
    /** {@code LANDLOCK_ACCESS_FS_IOCTL_DEV}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_IOCTL_DEV = new Constant("LANDLOCK_ACCESS_FS_IOCTL_DEV", 0x8000);
    /** {@code LANDLOCK_ACCESS_FS_RESOLVE_UNIX}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_FS_RESOLVE_UNIX =
            new Constant("LANDLOCK_ACCESS_FS_RESOLVE_UNIX", 0x10000);
    /** {@code LANDLOCK_ACCESS_NET_BIND_TCP}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_NET_BIND_TCP = new Constant("LANDLOCK_ACCESS_NET_BIND_TCP", 1);
    /** {@code LANDLOCK_ACCESS_NET_CONNECT_TCP}, see landlock(7). */
    public static final Constant LANDLOCK_ACCESS_NET_CONNECT_TCP = new Constant("LANDLOCK_ACCESS_NET_CONNECT_TCP", 2);
    /** {@code LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET}, see landlock(7). */
    public static final Constant LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET =
            new Constant("LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET", 1);
    /** {@code LANDLOCK_SCOPE_SIGNAL}, see landlock(7). */
    public static final Constant LANDLOCK_SCOPE_SIGNAL = new Constant("LANDLOCK_SCOPE_SIGNAL", 2);
}
