package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.InsidePath;
import io.lxc4j.namespaces.Namespaces;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A part of a container's file tree, beside its root: what is mounted, where, and how. Immutable and thread-safe; each method
 * gives another mount.
 *
 * <p>The defaults are the safest: files of the host are read-only, with what is mounted below them; no device on any mount
 * is one, no program gains rights as set-user-id; nothing that is mounted later travels between the container and the host. What
 * loosens that is a method of its own.
 *
 * <pre>{@code
 * Container.builder()
 *         .mount(Mount.bind(Path.of("/srv/data")).writable().noExec().at("/data"))
 *         .mount(Mount.tmpfs().sizeBytes(16 << 20).at("/cache"))
 * }</pre>
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/mount_setattr.2.html">mount_setattr(2)</a>
 */
public final class Mount {
    /** A page, the least that a tmpfs can have. */
    private static final int PAGE_BYTES = 4096;

    private static final long TMPFS_BYTES = 64L << 20;
    private static final Set<MountAttribute> INERT =
            EnumSet.of(MountAttribute.NO_SET_USER_ID, MountAttribute.NO_DEVICES);

    final MountSource source;
    private final @Nullable String target;

    /** Of the whole tree, but {@link MountAttribute#READ_ONLY} perhaps of its top alone. */
    final Set<MountAttribute> attributes;

    final boolean readOnlyAtTop;
    final Propagation propagation;

    private Mount(
            MountSource source,
            @Nullable String target,
            Set<MountAttribute> attributes,
            boolean readOnlyAtTop,
            Propagation propagation) {
        this.source = source;
        this.target = target;
        this.attributes = Collections.unmodifiableSet(attributes);
        this.readOnlyAtTop = readOnlyAtTop;
        this.propagation = propagation;
    }

    private static Mount of(MountSource source, Set<MountAttribute> base, MountAttribute... more) {
        EnumSet<MountAttribute> attributes = EnumSet.copyOf(base);
        Collections.addAll(attributes, more);
        return new Mount(source, null, attributes, false, Propagation.PRIVATE);
    }

    // ---- what is mounted

    /**
     * A file or directory of the host, with what is mounted below it; read-only. Where the JVM may, as root, it opens it itself,
     * so that the container's root need not reach it on the host; else the container's root must. A symbolic link is followed, also
     * the last part of the path, on the host and when the container starts: let nobody whom you don't trust write where it
     * lies.
     *
     * @param path an absolute path of the host, not below {@code /proc}
     * @return the mount, still without a place
     * @throws InvalidSpecificationException if the path is relative or below {@code /proc}
     */
    public static Mount bind(Path path) {
        return of(new MountSource.Bind(hostPath(path), true, false), INERT, MountAttribute.READ_ONLY);
    }

    /**
     * A device node of the host; its permissions for the container's users are those on the host. It is mounted at the
     * same path unless {@link #at} says another.
     *
     * @param path an absolute path of the host, of a character or block device
     * @return the mount
     * @throws InvalidSpecificationException if the path is relative or below {@code /proc}
     */
    public static Mount device(Path path) {
        return of(
                        new MountSource.Device(hostPath(path)),
                        EnumSet.of(MountAttribute.NO_SET_USER_ID),
                        MountAttribute.NO_EXEC)
                .at(path.normalize().toString());
    }

    /**
     * An empty directory in memory that vanishes with the container: 64 MiB, an inode for each page of it, the permissions
     * 1777 of {@code /tmp}, unless set.
     *
     * @return the mount, still without a place
     * @see <a href="https://man7.org/linux/man-pages/man5/tmpfs.5.html">tmpfs(5)</a>
     */
    public static Mount tmpfs() {
        return of(new MountSource.Tmpfs(TMPFS_BYTES, TMPFS_BYTES / PAGE_BYTES, 01777), INERT);
    }

    /**
     * Another {@code /proc} of the container's processes, read-only.
     *
     * @return the mount, still without a place
     * @see <a href="https://man7.org/linux/man-pages/man5/proc.5.html">proc(5)</a>
     */
    public static Mount proc() {
        return of(MountSource.Pseudo.PROC, INERT, MountAttribute.NO_EXEC, MountAttribute.READ_ONLY);
    }

    /**
     * Another {@code /sys}, read-only, with the devices of the container's network. A container with users of its own must have a
     * network of its own, too.
     *
     * @return the mount, still without a place
     * @see <a href="https://man7.org/linux/man-pages/man5/sysfs.5.html">sysfs(5)</a>
     */
    public static Mount sysfs() {
        return of(MountSource.Pseudo.SYSFS, INERT, MountAttribute.NO_EXEC, MountAttribute.READ_ONLY);
    }

    /**
     * The POSIX message queues of the container. One with users of its own must have an IPC namespace of its own, too.
     *
     * @return the mount, still without a place
     * @see <a href="https://man7.org/linux/man-pages/man7/mq_overview.7.html">mq_overview(7)</a>
     */
    public static Mount mqueue() {
        return of(MountSource.Pseudo.MQUEUE, INERT, MountAttribute.NO_EXEC);
    }

    /**
     * Pseudo terminals that no other mount has.
     *
     * @return the mount, still without a place
     * @see <a href="https://man7.org/linux/man-pages/man4/pts.4.html">pts(4)</a>
     */
    public static Mount devpts() {
        return of(MountSource.Pseudo.DEVPTS, EnumSet.of(MountAttribute.NO_SET_USER_ID), MountAttribute.NO_EXEC);
    }

    /**
     * The cgroups of version 2, read-only: those below the container's own or, where it shares the host's view, all. Only
     * one with a cgroup namespace of its own can have them {@link #writable}.
     *
     * @return the mount, still without a place
     * @see <a href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7)</a>
     */
    public static Mount cgroup() {
        return of(MountSource.Pseudo.CGROUP, INERT, MountAttribute.NO_EXEC, MountAttribute.READ_ONLY);
    }

    /**
     * Directories of the host, merged to one that is read-only unless it gets an {@linkplain #upper upper directory}. What is
     * mounted below them is not seen.
     *
     * @param lower 1 to 32 absolute paths of the host; what the first has hides what later ones have under the same name
     * @return the mount, still without a place
     * @throws InvalidSpecificationException if there are none or too many, or one is relative or below {@code /proc}
     * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html">the kernel's overlayfs documentation</a>
     */
    public static Mount overlay(List<Path> lower) {
        if (lower.isEmpty() || lower.size() > Overlay.MOST_LAYERS) {
            throw new InvalidSpecificationException(
                    "an overlay has 1 to " + Overlay.MOST_LAYERS + " lower directories, not " + lower.size());
        }
        List<Path> paths = lower.stream().map(Mount::hostPath).toList();
        return of(new MountSource.Overlay(paths, null, false), INERT);
    }

    // ---- where

    /**
     * Sets where it is mounted.
     *
     * @param target an absolute path inside; it is made, with the directories on the way, if it is missing, and symbolic links are
     *     followed within the container's root
     * @return the mount with that place
     * @throws InvalidSpecificationException if it is relative, has {@code ..} or is {@code /}
     */
    public Mount at(String target) {
        String place = InsidePath.check("the target of " + source, target);
        if (place.equals("/")) {
            throw new InvalidSpecificationException(source + " can't be mounted on /, which is what root(…) sets");
        }
        return new Mount(source, place, attributes, readOnlyAtTop, propagation);
    }

    /**
     * Where it is mounted.
     *
     * @return an absolute path inside, without a slash at its end
     * @throws InvalidSpecificationException if it was not set
     */
    public String target() {
        if (target == null) {
            throw new InvalidSpecificationException(source + " has no place in the container; set it with at(…)");
        }
        return target;
    }

    // ---- how

    /**
     * Makes it read-only, with what is mounted below it.
     *
     * @return the read-only mount
     */
    public Mount readOnly() {
        return changed(MountAttribute.READ_ONLY, true, false);
    }

    /**
     * Makes it read-only, but leaves what is mounted below it as it is on the host.
     *
     * @return the mount, read-only at its top
     * @throws InvalidSpecificationException if it is no bind
     */
    public Mount readOnlyAtTop() {
        bound("readOnlyAtTop");
        return changed(MountAttribute.READ_ONLY, true, true);
    }

    /**
     * Lets the container write to it, as far as the permissions of its users go. On the host those are other users than inside;
     * see {@link #idMapped}.
     *
     * @return the writable mount; what is read-only on the host stays so
     */
    public Mount writable() {
        return changed(MountAttribute.READ_ONLY, false, false);
    }

    /**
     * Lets set-user-id programs and file capabilities on it act, for processes that may gain rights at all.
     *
     * @return the mount without {@code nosuid}
     */
    public Mount allowSetUserId() {
        return changed(MountAttribute.NO_SET_USER_ID, false, readOnlyAtTop);
    }

    /**
     * Lets device nodes on it be opened, and so any device, unless the container has limits on devices that say which.
     *
     * @return the mount without {@code nodev}
     */
    public Mount allowDevices() {
        return changed(MountAttribute.NO_DEVICES, false, readOnlyAtTop);
    }

    /**
     * Lets no program on it be executed.
     *
     * @return the mount with {@code noexec}
     */
    public Mount noExec() {
        return changed(MountAttribute.NO_EXEC, true, readOnlyAtTop);
    }

    /**
     * Keeps no times of access. Of a bind, only for a JVM that may open it itself, as root: others can't change what the
     * host keeps.
     *
     * @return the mount with {@code noatime}
     */
    public Mount noAtime() {
        return changed(MountAttribute.NO_ATIME, true, readOnlyAtTop);
    }

    /**
     * Follows no symbolic link on it. Needs Linux 5.14.
     *
     * @return the mount with {@code nosymfollow}
     */
    public Mount noSymlinkFollow() {
        return changed(MountAttribute.NO_SYMLINK_FOLLOW, true, readOnlyAtTop);
    }

    /**
     * Sets whether mounts that are made later are seen on the other side.
     *
     * @param propagation by default {@link Propagation#PRIVATE}
     * @return the mount with it
     * @throws InvalidSpecificationException if it is no bind
     */
    public Mount propagation(Propagation propagation) {
        bound("propagation");
        return new Mount(source, target, attributes, readOnlyAtTop, propagation);
    }

    /**
     * Leaves out what is mounted below it.
     *
     * @return the mount of that one file system
     * @throws InvalidSpecificationException if it is no bind
     */
    public Mount nonRecursive() {
        MountSource.Bind bind = bound("nonRecursive");
        return with(new MountSource.Bind(bind.path(), false, bind.idMapped()));
    }

    /**
     * Shows the host's owners as the container's users: what belongs to the host's root belongs to the container's root, and so
     * on, and what the container's users write belongs to the same users of the host. What only the host's root may read there, the
     * container's root can read; and it can leave set-user-id programs of root there, so keep the directory closed to the
     * host's users. Only for a JVM with the rights of root and a container with users of its own, and not on each file system.
     *
     * @return the mount with mapped owners
     * @throws InvalidSpecificationException if it is neither a bind nor an overlay
     * @see <a href="https://docs.kernel.org/filesystems/idmappings.html">the kernel's documentation of idmappings</a>
     */
    public Mount idMapped() {
        return with(
                switch (source) {
                    case MountSource.Bind bind -> new MountSource.Bind(bind.path(), bind.recursive(), true);
                    case MountSource.Overlay overlay -> new MountSource.Overlay(overlay.lower(), overlay.upper(), true);
                    default -> throw onlyFor("idMapped", "a bind or an overlay");
                });
    }

    /**
     * Limits what a tmpfs holds.
     *
     * @param bytes at least 4096; an inode comes with each 4096 of them unless {@link #inodes} says else, afterwards
     * @return the tmpfs of that size
     * @throws InvalidSpecificationException if it is too small, or this is no tmpfs
     */
    public Mount sizeBytes(long bytes) {
        if (bytes < PAGE_BYTES) {
            throw new InvalidSpecificationException("sizeBytes must be at least " + PAGE_BYTES + ", not " + bytes);
        }
        return with(new MountSource.Tmpfs(
                bytes, Math.max(bytes / PAGE_BYTES, 2), ofMemory("sizeBytes").mode()));
    }

    /**
     * Limits how many files and directories a tmpfs holds.
     *
     * @param count at least 2, as its topmost directory is one
     * @return the tmpfs with that limit
     * @throws InvalidSpecificationException if it is too small, or this is no tmpfs
     */
    public Mount inodes(long count) {
        if (count < 2) {
            throw new InvalidSpecificationException("inodes must be at least 2, not " + count);
        }
        MountSource.Tmpfs tmpfs = ofMemory("inodes");
        return with(new MountSource.Tmpfs(tmpfs.sizeBytes(), count, tmpfs.mode()));
    }

    /**
     * Sets the permissions of a tmpfs's topmost directory, which belongs to the container's root.
     *
     * @param mode permission bits, at most 07777
     * @return the tmpfs with those
     * @throws InvalidSpecificationException if there are other bits, or this is no tmpfs
     */
    public Mount mode(int mode) {
        if (mode < 0 || mode > 07777) {
            throw new InvalidSpecificationException("mode must be 0 to 07777, not 0" + Integer.toOctalString(mode));
        }
        MountSource.Tmpfs tmpfs = ofMemory("mode");
        return with(new MountSource.Tmpfs(tmpfs.sizeBytes(), tmpfs.inodes(), mode));
    }

    /**
     * Lets an overlay take what is written.
     *
     * @param upper an absolute path of the host, of the directory that what is written goes to
     * @param work an absolute path of the host, of an empty directory beside it, which the kernel uses
     * @return the writable overlay
     * @throws InvalidSpecificationException if the two don't lie in one directory, or this is no overlay
     */
    public Mount upper(Path upper, Path work) {
        if (!(source instanceof MountSource.Overlay(List<Path> lower, var _, boolean idMapped))) {
            throw onlyFor("upper", "an overlay");
        }
        MountSource.Upper pair = new MountSource.Upper(hostPath(upper), hostPath(work));
        if (pair.upper().equals(pair.work())
                || !pair.parent().equals(pair.work().getParent())) {
            throw new InvalidSpecificationException("the upper directory " + upper + " and the work directory " + work
                    + " must be two that lie in one directory, as the kernel needs both on one mount");
        }
        return with(new MountSource.Overlay(lower, pair, idMapped));
    }

    // ---- for the container

    /**
     * What is mounted, for errors.
     *
     * @return a phrase
     */
    public String describe() {
        return source.toString();
    }

    /**
     * The device that it is made for.
     *
     * @return the host's node of it; empty if it is no {@link #device}
     */
    public Optional<Path> deviceNode() {
        return source instanceof MountSource.Device(Path path) ? Optional.of(path) : Optional.empty();
    }

    /**
     * Whether device nodes of others may be on it that can be opened.
     *
     * @return whether it has {@link #allowDevices()}
     */
    public boolean allowsDevices() {
        return !(source instanceof MountSource.Device || source instanceof MountSource.Pseudo)
                && !attributes.contains(MountAttribute.NO_DEVICES);
    }

    /**
     * Whether it needs a scratch tmpfs to put layers in.
     *
     * @return whether the plan must have one
     */
    public boolean needsScratch() {
        return source instanceof MountSource.Overlay;
    }

    /**
     * Rejects what can't be had with a container's namespaces and other mounts.
     *
     * @param namespaces the container's namespaces
     * @param all its mounts
     * @throws InvalidSpecificationException if something contradicts something else
     */
    public void check(Namespaces namespaces, List<Mount> all) {
        MountCheck.check(this, namespaces, all);
    }

    /**
     * Rejects what can't be had in a container that runs already.
     *
     * @param namespaces the container's namespaces
     * @param others its mounts
     * @throws InvalidSpecificationException if it can't be had there, has no place, or contradicts something else
     */
    public void checkRunning(Namespaces namespaces, List<Mount> others) {
        if (source == MountSource.Pseudo.PROC) {
            throw new InvalidSpecificationException(
                    "proc at " + target() + " can't be mounted in a running container: the kernel shows the processes"
                            + " of who mounts it, and that is none of the container's; mount it before"
                            + " the start");
        }
        check(namespaces, others);
        others.forEach(other -> MountCheck.check(other, namespaces, List.of(this)));
    }

    /**
     * Begins to plan it.
     *
     * @param namespaces the container's namespaces
     * @return what looks at the host and adds to the plan
     */
    public PlannedMount plan(Namespaces namespaces) {
        return new PlannedMount(this, namespaces);
    }

    @Override
    public String toString() {
        return source + (target == null ? "" : " at " + target) + " " + attributes
                + (propagation == Propagation.PRIVATE ? "" : " " + propagation);
    }

    boolean isReadOnly() {
        return attributes.contains(MountAttribute.READ_ONLY);
    }

    private Mount with(MountSource changed) {
        return new Mount(changed, target, attributes, readOnlyAtTop, propagation);
    }

    private Mount changed(MountAttribute attribute, boolean set, boolean atTop) {
        EnumSet<MountAttribute> changed = EnumSet.noneOf(MountAttribute.class);
        changed.addAll(attributes);
        if (set) {
            changed.add(attribute);
        } else {
            changed.remove(attribute);
        }
        return new Mount(source, target, changed, atTop, propagation);
    }

    private MountSource.Bind bound(String verb) {
        if (source instanceof MountSource.Bind bind) {
            return bind;
        }
        throw onlyFor(verb, "a bind");
    }

    private MountSource.Tmpfs ofMemory(String verb) {
        if (source instanceof MountSource.Tmpfs tmpfs) {
            return tmpfs;
        }
        throw onlyFor(verb, "a tmpfs");
    }

    private InvalidSpecificationException onlyFor(String verb, String kind) {
        return new InvalidSpecificationException(verb + " is for " + kind + ", not for " + source);
    }

    private static Path hostPath(Path path) {
        String shown = path.toString().replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
        if (!path.isAbsolute()) {
            throw new InvalidSpecificationException(
                    "what is mounted must be an absolute path of the host, not \"" + shown + "\"");
        }
        if (path.normalize().startsWith("/proc")) {
            throw new InvalidSpecificationException("the host's /proc can't be mounted, not even a part: " + shown
                    + "; Mount.proc() is the container's");
        }
        return path;
    }
}
