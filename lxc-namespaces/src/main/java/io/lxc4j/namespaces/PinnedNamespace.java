package io.lxc4j.namespaces;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileSystemStatus;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Namespaces that are mounted on files, as ip-netns(8) keeps them. */
final class PinnedNamespace {
    private PinnedNamespace() {}

    static void pin(Fd namespace, Path path) {
        requireAbsolute("pin", path);
        try {
            Files.createFile(path);
        } catch (FileAlreadyExistsException e) {
            throw new InvalidSpecificationException("pin: there is something at " + path + "; the file is made anew");
        } catch (IOException e) {
            throw new ContainerException("pinning " + namespace + ": making the file " + path, e);
        }
        try {
            bind(namespace, path);
        } catch (RuntimeException | Error e) {
            delete(path);
            throw e;
        }
    }

    private static void bind(Fd namespace, Path path) {
        String source = NamespaceFile.link(namespace).toString();
        try (Arena arena = Arena.ofConfined()) {
            check(
                    "pinning " + namespace,
                    Kernel.tryCall(
                            Sys.MOUNT,
                            arena.allocateFrom(source).address(),
                            arena.allocateFrom(path.toString()).address(),
                            0,
                            Constants.MS_BIND.value(),
                            0),
                    Sys.MOUNT,
                    "\"" + source + "\", \"" + path + "\", 0, MS_BIND, 0");
        }
    }

    static void unpin(Path path) {
        requireAbsolute("unpin", path);
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                || FileSystemStatus.type(path.toString()) != Constants.NSFS_MAGIC.value()) {
            throw new InvalidSpecificationException("unpin: no namespace is pinned to " + path);
        }
        try (Arena arena = Arena.ofConfined()) {
            check(
                    "unpinning " + path,
                    Kernel.tryCall(
                            Sys.UMOUNT2,
                            arena.allocateFrom(path.toString()).address(),
                            Constants.MNT_DETACH.value() | Constants.UMOUNT_NOFOLLOW.value()),
                    Sys.UMOUNT2,
                    "\"" + path + "\", MNT_DETACH|UMOUNT_NOFOLLOW");
        }
        delete(path);
    }

    private static void check(String what, long result, Sys sys, String arguments) {
        try {
            Kernel.check(result, sys, arguments);
        } catch (SystemCallException e) {
            String message = what + ": " + e.getMessage();
            throw e.errno() == Errno.EPERM
                    ? new HostUnsupportedException(
                            message + "; it takes CAP_SYS_ADMIN over this JVM's mount namespace, as root has", e)
                    : new ContainerException(message, e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new ContainerException("removing the file " + path + " of a pinned namespace", e);
        }
    }

    private static void requireAbsolute(String verb, Path path) {
        if (!path.isAbsolute()) {
            throw new InvalidSpecificationException(verb + ": the path must be absolute, not \"" + path + "\"");
        }
    }
}
