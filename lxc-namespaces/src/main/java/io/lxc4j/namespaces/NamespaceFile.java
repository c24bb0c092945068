package io.lxc4j.namespaces;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileSystemStatus;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The files of the kernel's file system of namespaces.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/ioctl_nsfs.2.html">ioctl_nsfs(2)</a>
 */
final class NamespaceFile {
    private NamespaceFile() {}

    /**
     * Which namespace it is: what {@code stat(2)} gives.
     *
     * @param device the device that the kernel's file system of namespaces has
     * @param inode the inode
     */
    record Identity(long device, long inode) {
        static Identity of(Path file) {
            try {
                Map<String, Object> found = Files.readAttributes(file, "unix:dev,ino");
                return new Identity(number(found.get("dev")), number(found.get("ino")));
            } catch (IOException e) {
                throw new ContainerException("looking at the namespace " + file + "; /proc must be mounted", e);
            }
        }
    }

    private static long number(@Nullable Object attribute) {
        return ((Number) Objects.requireNonNull(attribute)).longValue();
    }

    /**
     * Opens a file and makes sure that it is a namespace before anything else is done with it: another file could be a
     * device that does something when it is opened.
     */
    static Fd open(Path file) {
        try (Fd place = Kernel.open(file.toString(), Constants.O_PATH, 0)) {
            Path same = link(place);
            if (FileSystemStatus.type(same.toString()) != Constants.NSFS_MAGIC.value()) {
                throw new InvalidSpecificationException(file + " is not a namespace; such files are in /proc/PID/ns, or"
                        + " where one was pinned, as ip-netns(8) does in /run/netns");
            }
            return Kernel.open(same.toString(), Constants.O_RDONLY, 0);
        }
    }

    static Path link(Fd fd) {
        return Path.of("/proc/self/fd/" + fd.number());
    }

    static NamespaceKind kind(Fd file) {
        long flag = Kernel.check(
                Kernel.tryCall(Sys.IOCTL, file.number(), Constants.NS_GET_NSTYPE.value()),
                Sys.IOCTL,
                () -> file + ", NS_GET_NSTYPE");
        for (NamespaceKind kind : NamespaceKind.values()) {
            if (kind.namespace().cloneFlag().value() == flag) {
                return kind;
            }
        }
        throw new InvalidSpecificationException(file + " is a namespace of a kind that this library does not know");
    }

    /** The user namespace that owns it; null if it is none that this process may see, as it is above its own. */
    static @Nullable Fd owner(Fd file) {
        long result = Kernel.tryCall(Sys.IOCTL, file.number(), Constants.NS_GET_USERNS.value());
        if (result == -Errno.EPERM.number()) {
            return null;
        }
        Kernel.check(result, Sys.IOCTL, () -> file + ", NS_GET_USERNS");
        return new Fd((int) result, "owner of " + file);
    }

    /** Whether an error means that a process or a namespace is gone. */
    static boolean isGone(SystemCallException e) {
        return e.errno() == Errno.ENOENT || e.errno() == Errno.ESRCH;
    }
}
