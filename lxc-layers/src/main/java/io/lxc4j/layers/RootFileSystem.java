package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.namespaces.Namespaces;
import java.nio.file.Path;

/**
 * Where a container's files come from. Immutable and thread-safe; one can serve any number of containers at once, but that of a {@link
 * WritableLayer}.
 */
public abstract sealed class RootFileSystem permits HostRoot, DirectoryRoot, LayeredRoot, CopiedRoot, DiskRoot {
    /** What all the writes of a container may take, unless set: 1 GiB. */
    static final long DEFAULT_SIZE_BYTES = 1L << 30;

    /** Room for directories that mounts lie on, where nothing is written to. */
    static final long SCRATCH_BYTES = 1 << 20;

    /** One page: less is nothing to the kernel. */
    private static final long MIN_SIZE_BYTES = 4096;

    RootFileSystem() {}

    /**
     * The host's own root file system, below a tmpfs that takes what is written and vanishes with the container.
     *
     * <p>Inside are the host's programs, libraries and configuration, as far as everybody on the host may read them:
     * host users are no users of the container, and their files belong to {@code nobody}. (An ordinary user is the
     * container's root, and its files are root's inside.) {@code /root}, {@code /home},
     * {@code /run}, {@code /tmp} and {@code /var/tmp} are new and empty. The container's root may add files to
     * directories at the top level and to those below {@code /usr} and {@code /var}; it can't change the host's files.
     *
     * @return the root file system, with room for 1 GiB of writes in memory
     */
    public static RootFileSystem host() {
        return HostRoot.DEFAULT;
    }

    /**
     * The host's own root file system, as {@link #host()}, with a limit on what is written.
     *
     * @param sizeBytes room for writes, in bytes of memory, at least 4096
     * @return the root file system
     * @throws InvalidSpecificationException if the size is too small
     */
    public static RootFileSystem host(long sizeBytes) {
        return new HostRoot(checkSize(sizeBytes));
    }

    /**
     * A directory and what is mounted below it, read-only. It must have the directories {@code /proc}, {@code /sys}
     * and {@code /dev}.
     *
     * <p>It is taken for the tree of an image: where the JVM may map owners, as root, the files of the host's root are
     * those of the container's root, which may read them all, and so on; see {@link #unmapped}. An ordinary user's own files are
     * those of the container's root.
     *
     * @param path an absolute path of the host
     * @return the root file system
     * @throws InvalidSpecificationException if the path is relative
     */
    public static RootFileSystem readOnly(Path path) {
        return new DirectoryRoot(checkPath(path), 0, true);
    }

    /**
     * A directory below a tmpfs that takes what is written and vanishes with the container. Its owners are mapped as those of
     * {@link #readOnly}.
     *
     * @param path an absolute path of the host; what is mounted below it is not seen or, where an ordinary user's container opens it
     *     itself, is refused by the kernel
     * @return the root file system, with room for 1 GiB of writes in memory
     * @throws InvalidSpecificationException if the path is relative
     */
    public static RootFileSystem copyOnWrite(Path path) {
        return copyOnWrite(path, DEFAULT_SIZE_BYTES);
    }

    /**
     * A directory, as {@link #copyOnWrite(Path)}, with a limit on what is written.
     *
     * @param path an absolute path of the host
     * @param sizeBytes room for writes, in bytes of memory, at least 4096
     * @return the root file system
     * @throws InvalidSpecificationException if the path is relative or the size too small
     */
    public static RootFileSystem copyOnWrite(Path path, long sizeBytes) {
        return new DirectoryRoot(checkPath(path), checkSize(sizeBytes), true);
    }

    /**
     * The same files with the owners that they have on the host. Those of users that the container has not, the host's root among
     * them, belong to {@code nobody} then, and the container's root can do with them what everybody may. For file systems that the
     * kernel can't show with other owners, and where files that only root may read are not the container's business. The
     * {@linkplain #host host's root} is always shown so.
     *
     * @return the root file system without mapped owners
     * @see <a href="https://docs.kernel.org/filesystems/idmappings.html">the kernel's documentation of idmappings</a>
     */
    public abstract RootFileSystem unmapped();

    /**
     * Whether it needs a user namespace, as it would show the host's secrets to the host's root.
     *
     * @return whether a container with this root must have users of its own
     */
    public abstract boolean needsOwnUsers();

    /**
     * Looks at the host. As long as this gives something equal, {@link #contribute} adds the same.
     *
     * @return what the plan depends on, to be compared only
     * @throws InvalidSpecificationException if it is not there
     */
    public abstract Object look();

    /**
     * Whether what it adds to a plan begins with a scratch tmpfs.
     *
     * @return whether the plan has one then
     */
    public abstract boolean hasScratch();

    /**
     * Takes what one container needs of it for itself.
     *
     * @return to be closed when the container has ended, or was not launched
     * @throws io.lxc4j.error.ContainerException if another container has it
     */
    public RootUse use() {
        return RootUse.of(this);
    }

    /**
     * Whether it is to be free for the next container when this one has ended, so that no process of it may go on.
     *
     * @return whether a container with this root must have a PID namespace of its own
     */
    public boolean needsOwnProcesses() {
        return false;
    }

    /**
     * Adds to a plan what makes this the root.
     *
     * @param plan the plan under construction
     * @param namespaces the container's namespaces
     * @throws InvalidSpecificationException if it is not there
     * @param setUserId whether set-user-id programs act; those of the host's own root never do
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public abstract void contribute(LaunchPlan.Builder plan, Namespaces namespaces, boolean setUserId);

    private static Path checkPath(Path path) {
        if (!path.isAbsolute()) {
            throw new InvalidSpecificationException(
                    "the root directory must be an absolute path, not \"" + path + "\"");
        }
        return path.normalize();
    }

    static long checkSize(long sizeBytes) {
        if (sizeBytes < MIN_SIZE_BYTES) {
            throw new InvalidSpecificationException(
                    "sizeBytes must be at least " + MIN_SIZE_BYTES + ", not " + sizeBytes);
        }
        return sizeBytes;
    }
}
