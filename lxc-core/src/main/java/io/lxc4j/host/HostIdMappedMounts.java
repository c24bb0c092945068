package io.lxc4j.host;

import static io.lxc4j.kernel.Constants.AT_EMPTY_PATH;
import static io.lxc4j.kernel.Constants.FSCONFIG_CMD_CREATE;
import static io.lxc4j.kernel.Constants.FSMOUNT_CLOEXEC;
import static io.lxc4j.kernel.Constants.FSOPEN_CLOEXEC;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.MountAttr;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tries to map the ids of mounts. The mounts are never attached, so they go with their descriptors.
 *
 * @see <a href="https://docs.kernel.org/filesystems/idmappings.html">the kernel's documentation of idmappings</a>
 */
final class HostIdMappedMounts {
    private static final String TMPFS = "tmpfs";

    private HostIdMappedMounts() {}

    static List<Ability> abilities(HostTrial trial) {
        String rootType = MountInfo.ofThisProcess().stream()
                .filter(mount -> mount.mountPoint().equals("/"))
                .map(MountInfo::type)
                .reduce("a file system", (first, second) -> second);
        return List.of(
                ability("idmapped mount of /", rootType, trial, () -> Kernel.cloneTree("/")),
                ability("idmapped mount of tmpfs", TMPFS, trial, HostIdMappedMounts::mountTmpfs));
    }

    private static Ability ability(String name, String type, HostTrial trial, Supplier<Fd> mounts) {
        Fd userNamespace = null;
        try (Fd mount = mounts.get()) {
            try {
                userNamespace = trial.userNamespace();
            } catch (ContainerException e) {
                return Ability.unknown(
                        name,
                        HostFailure.of(e).isOfExec()
                                ? "needs the program cat, which holds a user namespace meanwhile"
                                : "no user namespace to try it with, see above");
            }
            map(mount, userNamespace);
            return Ability.available(name, type);
        } catch (ContainerException e) {
            return HostFailure.of(e).ability(name, advice(e, type, userNamespace != null));
        } finally {
            if (userNamespace != null) {
                userNamespace.close();
            }
        }
    }

    private static List<String> advice(ContainerException failure, String type, boolean mounted) {
        Errno errno = failure instanceof SystemCallException refused ? refused.errno() : null;
        if (errno == Errno.EPERM) {
            return List.of(mounted ? "it needs sys_admin where " + type + " was mounted first" : "it needs root");
        }
        return errno == Errno.EINVAL && mounted ? List.of("this kernel can't map the ids of " + type) : List.of();
    }

    private static Fd mountTmpfs() {
        try (Arena arena = Arena.ofConfined()) {
            long opened = Kernel.tryCall(Sys.FSOPEN, arena.allocateFrom(TMPFS).address(), FSOPEN_CLOEXEC.value());
            try (Fd context = new Fd((int) Kernel.check(opened, Sys.FSOPEN, "\"tmpfs\""), "a new tmpfs")) {
                Kernel.check(
                        Kernel.tryCall(Sys.FSCONFIG, context.number(), FSCONFIG_CMD_CREATE.value(), 0, 0, 0),
                        Sys.FSCONFIG,
                        context + ", FSCONFIG_CMD_CREATE");
                long mounted = Kernel.tryCall(Sys.FSMOUNT, context.number(), FSMOUNT_CLOEXEC.value(), 0);
                return new Fd((int) Kernel.check(mounted, Sys.FSMOUNT, context.toString()), "a mount of tmpfs");
            }
        }
    }

    private static void map(Fd mount, Fd userNamespace) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(MountAttr.SIZE, 8);
            attributes.copyFrom(MemorySegment.ofArray(MountAttr.idMapped(userNamespace)));
            Kernel.check(
                    Kernel.tryCall(
                            Sys.MOUNT_SETATTR,
                            mount.number(),
                            arena.allocateFrom("").address(),
                            AT_EMPTY_PATH.value(),
                            attributes.address(),
                            MountAttr.SIZE),
                    Sys.MOUNT_SETATTR,
                    mount + ", \"\", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_IDMAP, userns_fd=" + userNamespace + "}");
        }
    }
}
