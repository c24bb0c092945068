package io.lxc4j.launch;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Sys;

/** What to do about the failures that users meet. */
final class Hints {
    private Hints() {}

    /** The advice for a failed row, where another operation of its plan may be the reason. */
    static String of(LaunchPlan plan, Operation operation, Sys sys, Errno errno) {
        String advice = of(operation, sys, errno);
        return operation instanceof Operation.Exec && errno == Errno.EACCES && plan.restrictsAccess()
                ? advice + "; Landlock must allow to execute it, and the interpreter that it names"
                : advice;
    }

    /** The advice for a failed row; empty where the error says it all. */
    static String of(Operation operation, Sys sys, Errno errno) {
        if (errno == Errno.EMFILE) {
            return "the launch needs more descriptors than the limit on NOFILE allows";
        }
        return switch (operation) {
            case Operation.Exec exec -> exec(exec, errno);
            case Operation.ChangeDirectory _
            when errno == Errno.ENOENT || errno == Errno.ENOTDIR ->
                "the working directory must be a directory in the container's root file system";
            case MountOperation.RootFromDirectory _
            when errno == Errno.ENOENT -> "the root directory vanished, or the user may not reach it";
            case MountOperation.OpenTree tree
            when errno == Errno.EINVAL && !tree.recursive() ->
                "something is mounted below it, and this user can't leave that out";
            case MountOperation.Bind _
            when sys == Sys.MOUNT_SETATTR && errno == Errno.EPERM ->
                "the container can't change what the host has locked, as how times of access are kept; leave that out";
            case ParentOperation.OpenTree _
            when sys == Sys.MOUNT_SETATTR ->
                "this kernel can't show other owners on that file system, or on one mounted below it;"
                        + " RootFileSystem.unmapped(), or a mount without idMapped(), shows those of the host";
            case ParentOperation.OpenTree _, MountOperation.OpenTree _
            when errno == Errno.ENOENT -> "it vanished, or the user may not reach it";
            case MountOperation.Unmount _
            when errno == Errno.EINVAL || errno == Errno.ENOENT || errno == Errno.ENOTDIR ->
                "nothing is mounted there any more; the container may have renamed a directory on the way";
            case MountOperation.Unmount _
            when errno == Errno.ELOOP || errno == Errno.EXDEV ->
                "no symbolic link is followed, as the container could lead it to another mount; name the path without";
            case MountOperation.RootFromDirectory _, MountOperation.Bind _, MountOperation.OpenTree _
            when sys == Sys.OPEN_TREE && errno == Errno.EACCES ->
                "the container's root must be able to reach it on the host: each directory on the way needs the"
                        + " permission x for others";
            case MountOperation.MakeDirectory _, MountOperation.MakeFile _, MountOperation.Bind _
            when errno == Errno.EROFS || errno == Errno.EACCES ->
                "the root can't be written to; make it there beforehand or use a copy-on-write root";
            case JoinOperation join -> JoinHints.of(join, sys, errno);
            case MountOperation.Mount mount -> fileSystem(mount.fileSystem(), sys, errno);
            case MountOperation.MountCgroups _ -> cgroups(sys, errno);
            case MountOperation.RootFromFileSystem root -> fileSystem(root.fileSystem(), sys, errno);
            case MountOperation.RootFromOverlay root
            when sys == Sys.MOUNT -> fileSystem(MountOperation.FileSystem.of("overlay", root.flags()), sys, errno);
            case TerminalOperation.MakeTerminal _ -> terminal(sys, errno);
            case MountOperation.MountDev _ when sys == Sys.OPENAT2 -> missingTarget(errno);
            case ParentOperation.Attribute attribute when errno != Errno.ENOSYS -> AttributeHints.of(attribute, errno);
            case RestrictAccess _ -> restriction(sys, errno);
            case Operation.SetOwnLimit own -> AttributeHints.limit(own.resource(), errno);
            case RightsOperation.SetLabel label -> label(label, sys, errno);
            case RightsOperation.NewSessionKeyring _
            when errno == Errno.EDQUOT -> "the user has as many keys as /proc/sys/kernel/keys/maxkeys allows";
            case Operation.SetSysctl _ -> AttributeHints.sysctl(sys, errno);
            case Operation.SetIds _ when sys == Sys.SETGROUPS -> AttributeHints.groups(errno);
            case Operation.BecomeUser _ when sys == Sys.SETGROUPS -> AttributeHints.groups(errno);
            default -> sys == Sys.OPENAT2 ? missingTarget(errno) : missingCall(sys, errno);
        };
    }

    private static String exec(Operation.Exec exec, Errno errno) {
        return switch (errno) {
            case ENOENT ->
                exec.file().contains("/")
                        ? "the file, or the interpreter that it names, is not in the container's root file system"
                        : "no such file in these directories of the container's root file system";
            case EACCES -> "the file must be executable for the container's user, and on a mount without noexec";
            case ENOEXEC -> "neither a program for this machine nor a script that begins with #!";
            case E2BIG ->
                "one of more than 128 KiB, or more in all than a quarter of the limit on STACK: arguments and"
                        + " environment together are too long";
            case EAGAIN -> "the container's user has as many processes as the limit on NPROC allows";
            default -> "";
        };
    }

    private static String fileSystem(MountOperation.FileSystem fileSystem, Sys sys, Errno errno) {
        if (sys == Sys.OPENAT2) {
            return missingTarget(errno);
        }
        return switch (errno) {
            case ENODEV -> "this kernel has no " + fileSystem.type();
            case EPERM ->
                switch (fileSystem.type()) {
                    case "proc", "sysfs" ->
                        "in a user namespace the kernel allows this only where nothing hides parts of the host's own "
                                + fileSystem.type() + ", as container engines do";
                    case "overlay" -> "overlayfs in a user namespace needs Linux 5.11";
                    default -> "";
                };
            case EINVAL ->
                fileSystem.type().equals("overlay")
                        ? "the lower directory must have no mounts below it, and the upper file system extended"
                                + " attributes"
                        : "";
            default -> missingCall(sys, errno);
        };
    }

    private static String cgroups(Sys sys, Errno errno) {
        return switch (errno) {
            case ENODEV -> "this kernel has no cgroups of that version";
            case EBUSY -> "the controller was moved to another hierarchy since this JVM began to make cgroups";
            default -> sys == Sys.OPENAT2 ? missingTarget(errno) : missingCall(sys, errno);
        };
    }

    private static String label(RightsOperation.SetLabel label, Sys sys, Errno errno) {
        return switch (errno) {
            case ENOENT ->
                sys == Sys.WRITE
                        ? "no profile of that name is loaded; apparmor_parser -r loads one"
                        : label.module() + " is not active on this kernel, or has its files elsewhere before Linux 5.8";
            case EINVAL -> label.module() + " does not know that label";
            case EACCES, EPERM -> "the policy of the host does not let this JVM's processes take on that label";
            default -> "";
        };
    }

    private static String terminal(Sys sys, Errno errno) {
        return switch (errno) {
            case ENOENT, ENOTDIR, ELOOP, EXDEV, ENOTTY, EIO ->
                "the container must have a devpts of its own on /dev/pts, in a directory /dev that is no link";
            case ENOSPC -> "too many terminals are open; /proc/sys/kernel/pty/max limits them";
            case EINVAL -> "a terminal is opened by its master since Linux 4.13";
            default -> missingCall(sys, errno);
        };
    }

    private static String restriction(Sys sys, Errno errno) {
        return switch (errno) {
            case ENOENT, ENOTDIR ->
                "what a rule allows must be in the container's root file system; a rule if it is there, as readIfThere,"
                        + " is left out otherwise";
            case EACCES ->
                "the container's user can't reach it, so a rule for it is of no use; a rule if it is there, as"
                        + " readIfThere, is left out then";
            case EINVAL ->
                sys == Sys.LANDLOCK_ADD_RULE ? "it is no directory, and only a directory can have these rights" : "";
            case EBADFD -> "a rule is for a file or directory of a file system, not for a pipe, socket or namespace";
            case EAFNOSUPPORT -> "this kernel has no TCP";
            case EPERM -> "without no_new_privs it needs CAP_SYS_ADMIN";
            case E2BIG -> "this JVM is under 16 restrictions of Landlock already, and there can't be more";
            default -> missingCall(sys, errno);
        };
    }

    private static String missingTarget(Errno errno) {
        return switch (errno) {
            case ENOENT, ENOTDIR ->
                "the root file system must have it, as a directory; a copy-on-write root gets what is missing";
            case EAGAIN -> "names are changed on this host all the time; try again";
            case ELOOP, EXDEV -> "it is a symbolic link in the root file system, which is not followed";
            default -> "";
        };
    }

    static String missingCall(Sys sys, Errno errno) {
        return errno == Errno.ENOSYS ? sys.callName() + " needs Linux " + sys.since() : "";
    }
}
