package io.lxc4j.namespaces;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.launch.IdLease;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An open namespace, to be joined by containers with {@link Namespaces.Builder#join}. The namespace stays as long as the
 * handle is open, whatever becomes of the processes in it. (A PID namespace takes no process any more once its process 1
 * has ended.)
 *
 * <p>Two handles are equal if they are of the same namespace, also after they have been closed. Thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
public final class NamespaceHandle implements AutoCloseable {
    private final NamespaceKind kind;
    private final NamespaceFile.Identity identity;
    /** Who can't be looked into. */
    private static final String HIDDEN =
            "this user may not look into that process, as it is another user's, runs a program"
                    + " with more rights, or is an init() in users that were joined; a JVM of root may";

    private final Fd file;
    private final @Nullable NamespaceHandle owner;
    private final @Nullable IdLease lease;
    private final ReentrantLock lock = new ReentrantLock();

    private NamespaceHandle(NamespaceKind kind, Fd file, @Nullable NamespaceHandle owner, @Nullable IdLease lease) {
        this.kind = kind;
        this.file = file;
        this.owner = owner;
        this.lease = lease;
        identity = NamespaceFile.Identity.of(NamespaceFile.link(file));
    }

    /**
     * Opens a namespace by a file: one that was pinned, or a link below {@code /proc/PID/ns}.
     *
     * @param path the file; symbolic links are followed
     * @param kind what kind of namespace it is expected to be
     * @return the handle
     * @throws InvalidSpecificationException if it is not a namespace, or one of another kind
     * @throws ContainerException if it can't be opened
     */
    public static NamespaceHandle open(Path path, NamespaceKind kind) {
        return open(path, kind, null);
    }

    /**
     * Opens a namespace of a process.
     *
     * @param process a process that this user may look into, as root or as its owner
     * @param kind which of its namespaces
     * @return the handle
     * @throws ContainerException if the process has ended, or this user may not look into it
     * @throws HostUnsupportedException if this kernel has no such namespaces
     */
    public static NamespaceHandle of(ProcessHandle process, NamespaceKind kind) {
        NamespaceHandle handle = ofProcess(process.pid(), kind, null);
        if (!process.isAlive()) {
            handle.close(); // it may be that of another process with the same id
            throw ended(process.pid(), kind);
        }
        return handle;
    }

    /**
     * Opens a namespace of this JVM.
     *
     * @param kind which
     * @return the handle
     * @throws HostUnsupportedException if this kernel has no such namespaces
     */
    public static NamespaceHandle ofThisJvm(NamespaceKind kind) {
        requireKind(kind);
        return open(ownLink(kind), kind, null);
    }

    /**
     * Opens a namespace of a container.
     *
     * @param process the container's first process, which stays as it is until the descriptor is closed
     * @param pid its process id
     * @param kind which of its namespaces
     * @param lease the container's ids, of which the handle takes a share; null if it has none of its own
     * @return the handle
     * @throws ContainerException if the process has ended
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the kernel calls and the launch engine
    public static NamespaceHandle ofContainer(Fd process, long pid, NamespaceKind kind, @Nullable IdLease lease) {
        NamespaceHandle handle;
        try (NamespaceHandle users = ofProcess(pid, NamespaceKind.USER, null)) {
            handle = ofProcess(pid, kind, lease == null ? null : new ContainerUsers(users.identity, lease));
        }
        if (Kernel.trySignal(process, 0) < 0) {
            handle.close();
            throw ended(pid, kind);
        }
        return handle;
    }

    private static NamespaceHandle ofProcess(long pid, NamespaceKind kind, @Nullable ContainerUsers container) {
        requireKind(kind);
        try {
            return open(processLink(pid, kind), kind, container);
        } catch (ContainerException e) {
            if (e.getCause() instanceof SystemCallException cause) {
                if (NamespaceFile.isGone(cause)) {
                    throw ended(pid, kind);
                }
                if (cause.errno() == Errno.EACCES || cause.errno() == Errno.EPERM) {
                    throw new HostUnsupportedException(e.getMessage() + "; " + HIDDEN, e);
                }
            }
            throw e;
        }
    }

    private static ContainerException ended(long pid, NamespaceKind kind) {
        return new ContainerException(
                "opening the " + kind.procName() + " namespace of process " + pid + ": the process has ended");
    }

    private static void requireKind(NamespaceKind kind) {
        if (!Files.exists(ownLink(kind))) {
            throw new HostUnsupportedException("this kernel has no " + kind.procName() + " namespaces, as there is no "
                    + ownLink(kind) + ", or /proc is not mounted");
        }
    }

    private static Path processLink(long pid, NamespaceKind kind) {
        return Path.of("/proc/" + pid + "/ns/" + kind.procName());
    }

    private static Path ownLink(NamespaceKind kind) {
        return Path.of("/proc/self/ns/" + kind.procName());
    }

    /**
     * The users of a container.
     *
     * @param identity their namespace
     * @param lease their ids
     */
    private record ContainerUsers(NamespaceFile.Identity identity, IdLease lease) {
        /** A share of the ids, if that is the namespace that they are of. */
        @Nullable
        IdLease share(Fd file) {
            return identity.equals(NamespaceFile.Identity.of(NamespaceFile.link(file))) ? lease.share() : null;
        }
    }

    private static NamespaceHandle open(Path path, NamespaceKind kind, @Nullable ContainerUsers container) {
        Fd file;
        try {
            file = NamespaceFile.open(path);
        } catch (SystemCallException e) {
            throw new ContainerException("opening the namespace " + path + ": " + e.getMessage(), e);
        }
        try {
            NamespaceKind found = NamespaceFile.kind(file);
            if (found != kind) {
                throw new InvalidSpecificationException(
                        path + " is a namespace of the kind " + found + ", not " + kind);
            }
            return of(kind, file, container);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /** Takes the file over, once nothing can fail any more. */
    private static NamespaceHandle of(NamespaceKind kind, Fd file, @Nullable ContainerUsers container) {
        if (kind == NamespaceKind.USER) {
            return new NamespaceHandle(kind, file, null, container == null ? null : container.share(file));
        }
        Fd ownerFile = NamespaceFile.owner(file);
        if (ownerFile == null) {
            return new NamespaceHandle(kind, file, null, null);
        }
        try {
            return new NamespaceHandle(kind, file, of(NamespaceKind.USER, ownerFile, container), null);
        } catch (RuntimeException | Error e) {
            ownerFile.close();
            throw e;
        }
    }

    /**
     * What kind of namespace it is.
     *
     * @return the kind
     */
    public NamespaceKind kind() {
        return kind;
    }

    /**
     * The number by which the kernel tells namespaces apart, as in {@code net:[4026531840]}.
     *
     * @return the inode
     */
    public long inode() {
        return identity.inode();
    }

    /**
     * The device that the inode is of: the same for all namespaces of a running kernel.
     *
     * @return the device
     */
    public long device() {
        return identity.device();
    }

    /**
     * Whether this JVM is in it.
     *
     * @return whether it is the host's, as this library has it
     */
    public boolean isOfThisJvm() {
        return identity.equals(NamespaceFile.Identity.of(ownLink(kind)));
    }

    /** The user namespace that owns it: known, if it is this JVM's or one below, and if this is not itself one. */
    Optional<NamespaceHandle> owner() {
        return Optional.ofNullable(owner);
    }

    /** The ids of the user namespace, as far as they are leased; null otherwise. */
    @Nullable
    IdLease lease() {
        return lease;
    }

    /**
     * Another descriptor, for one launch.
     *
     * @return the descriptor, which is the caller's to close
     * @throws ContainerException if the handle is closed
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the kernel calls
    public Fd duplicate() {
        lock.lock();
        try {
            if (!file.isOpen()) {
                throw new ContainerException("joining " + this
                        + ": the handle is closed; it is to be open until the container that joins has started");
            }
            return Kernel.duplicate(file.number(), 0, toString());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Binds the namespace to a new file in this JVM's mount namespace, where it stays without any process or handle, until it
     * is unpinned.
     *
     * @param path an absolute path, at which there is nothing yet
     * @throws InvalidSpecificationException if the path is relative, or there is something
     * @throws HostUnsupportedException if this user may not mount, as only root may
     * @throws ContainerException if the kernel refuses, or the handle is closed
     */
    public void pin(Path path) {
        try (Fd open = duplicate()) {
            PinnedNamespace.pin(open, path);
        }
    }

    /**
     * Removes a pinned namespace: the file, and the namespace if nothing else holds it.
     *
     * @param path the absolute path that it was pinned to
     * @throws InvalidSpecificationException if no namespace is pinned there
     * @throws HostUnsupportedException if this user may not unmount
     */
    public static void unpin(Path path) {
        PinnedNamespace.unpin(path);
    }

    /** Lets go of the namespace; a second call does nothing. Containers that have joined it keep it. */
    @Override
    public void close() {
        lock.lock();
        try {
            file.close();
        } finally {
            lock.unlock();
        }
        if (owner != null) {
            owner.close();
        }
        if (lease != null) {
            lease.close();
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamespaceHandle handle && identity.equals(handle.identity);
    }

    @Override
    public int hashCode() {
        return identity.hashCode();
    }

    /** Renders the namespace as the kernel does: {@code net:[4026531840]}. */
    @Override
    public String toString() {
        return kind.procName() + ":[" + inode() + "]";
    }
}
