package io.lxc4j.layers;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Operation;
import io.lxc4j.launch.Tree;
import io.lxc4j.namespaces.Namespaces;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The host's own root file system.
 *
 * <p>The kernel lets nobody in a user namespace look below the host's mount points, so it takes no overlay of the
 * host's {@code /} as a whole. Instead the root is a tmpfs with an overlay for each directory that has no mounts below
 * it; a directory that has some is rebuilt entry by entry.
 */
final class HostRoot extends RootFileSystem {
    /** Made new and empty, with their permissions; {@code /var/tmp} apart. */
    private static final Map<String, Integer> PRIVATE =
            Map.of("root", 0700, "home", 0755, "run", 0755, "tmp", 01777, "proc", 0555, "sys", 0555, "dev", 0755);

    private static final String VAR_TMP = "/var/tmp";

    /** Directories whose own directories, too, the container's root may add files to. */
    private static final List<String> TWO_LEVELS = List.of("/usr", "/usr/local", "/var");

    /** What is mounted of these types is the running system's state, not its files. */
    private static final Set<String> STATE = Set.of(
            "autofs",
            "binfmt_misc",
            "bpf",
            "cgroup",
            "cgroup2",
            "configfs",
            "debugfs",
            "devpts",
            "devtmpfs",
            "efivarfs",
            "fusectl",
            "hugetlbfs",
            "mqueue",
            "nsfs",
            "proc",
            "pstore",
            "ramfs",
            "rpc_pipefs",
            "securityfs",
            "selinuxfs",
            "sysfs",
            "tmpfs",
            "tracefs");

    /** One for all, as it remembers the host's tree. */
    static final HostRoot DEFAULT = new HostRoot(DEFAULT_SIZE_BYTES);

    private final long sizeBytes;
    private final Path host;
    private volatile @Nullable View view;

    HostRoot(long sizeBytes) {
        this(sizeBytes, Path.of("/"));
    }

    /** For tests, a directory in the place of the host's root. */
    HostRoot(long sizeBytes, Path host) {
        this.sizeBytes = sizeBytes;
        this.host = host;
    }

    @Override
    public boolean needsOwnUsers() {
        return true;
    }

    @Override
    public RootFileSystem unmapped() {
        return this;
    }

    @Override
    public View look() {
        View before = view;
        String mounts = MountInfo.textOfThisProcess();
        if (before != null && before.mounts.equals(mounts) && before.isCurrent()) {
            return before;
        }
        List<Operation> operations = new ArrayList<>();
        Map<Path, FileTime> listed = walk(operations, MountInfo.parse(mounts));
        View now = new View(mounts, listed, List.copyOf(operations));
        view = now;
        return now;
    }

    @Override
    public boolean hasScratch() {
        return true;
    }

    @Override
    @SuppressWarnings("exports")
    public void contribute(LaunchPlan.Builder plan, Namespaces namespaces, boolean setUserId) {
        look().operations.forEach(plan::add);
    }

    /**
     * The host's tree as it was last seen, and how to rebuild it. A directory whose permissions alone have changed is
     * not noticed; what it holds is protected all the same, as the kernel asks for the permissions of the day.
     *
     * @param mounts the mounts that were there
     * @param listed the directories that were listed, and when each was last changed
     * @param operations what makes it the root
     */
    record View(String mounts, Map<Path, FileTime> listed, List<Operation> operations) {
        boolean isCurrent() {
            return listed.entrySet().stream()
                    .allMatch(entry -> change(entry.getKey()).equals(entry.getValue()));
        }
    }

    private static FileTime change(Path directory) {
        try {
            return (FileTime) Files.getAttribute(directory, "unix:ctime");
        } catch (IOException _) {
            return FileTime.fromMillis(0);
        }
    }

    Map<Path, FileTime> walk(List<Operation> plan, List<MountInfo> mounts) {
        plan.add(new MountOperation.MountScratch(sizeBytes));
        for (String directory : List.of("root", "upper", "work", "private")) {
            plan.add(new MountOperation.MakeScratchDirectory(directory, 0755));
        }
        plan.add(new MountOperation.RootFromScratch("root"));
        Set<String> kept = mounts.stream()
                .filter(mount -> !STATE.contains(mount.type()))
                .map(MountInfo::mountPoint)
                .collect(Collectors.toSet());
        Set<String> points = mounts.stream().map(MountInfo::mountPoint).collect(Collectors.toSet());
        Writer writer = new Writer(plan, new TreeSet<>(points), kept);
        writer.entries("");
        return Map.copyOf(writer.listed);
    }

    @Override
    public String toString() {
        return "the host's root (copy-on-write, " + sizeBytes + " bytes)";
    }

    /** Walks the host's tree as far as there are mounts. */
    private final class Writer {
        private final List<Operation> plan;
        private final NavigableSet<String> points;
        private final Set<String> kept;
        private final Map<Path, FileTime> listed = new HashMap<>();
        private int overlays;

        Writer(List<Operation> plan, NavigableSet<String> points, Set<String> kept) {
            this.plan = plan;
            this.points = points;
            this.kept = kept;
        }

        /** Rebuilds a directory, given without a slash at its end. */
        void entries(String directory) {
            for (Path entry : list(host.resolve(directory.isEmpty() ? "." : directory.substring(1)))) {
                String name = entry.getFileName().toString();
                String target = directory + "/" + name;
                Integer mode = directory.isEmpty() ? PRIVATE.get(name) : null;
                if (mode != null) {
                    plan.add(new MountOperation.MakeDirectory(target, mode));
                } else if (Files.isSymbolicLink(entry)) {
                    plan.add(new MountOperation.MakeLink(target, read(entry)));
                } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    directory(target, entry);
                } else if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
                        && !directory.isEmpty()
                        && isPublic(entry, false)) {
                    plan.add(new MountOperation.MakeFile(target));
                    plan.add(new MountOperation.Bind(
                            new Tree.AtPath(target),
                            target,
                            Constant.or(
                                    Constants.MOUNT_ATTR_RDONLY,
                                    Constants.MOUNT_ATTR_NOSUID,
                                    Constants.MOUNT_ATTR_NODEV)));
                }
            }
        }

        private void directory(String target, Path directory) {
            if (target.equals(VAR_TMP)) {
                plan.add(new MountOperation.MakeDirectory(target, 01777));
                return;
            }
            plan.add(new MountOperation.MakeDirectory(target, 0755));
            if ((points.contains(target) && !kept.contains(target)) || !isPublic(directory, true)) {
                return;
            }
            String below = points.higher(target + "/");
            if (below != null && below.startsWith(target + "/")) {
                entries(target);
            } else if (!list(directory).isEmpty()) {
                overlay(target, directory);
            }
        }

        private void overlay(String target, Path directory) {
            int number = overlays++;
            String upper = "upper/" + number;
            String work = "work/" + number;
            plan.add(new MountOperation.MakeScratchDirectory(upper, 0755));
            plan.add(new MountOperation.MakeScratchDirectory(work, 0700));
            if (TWO_LEVELS.contains(target)) {
                addable(directory, target, upper);
            }
            plan.add(new MountOperation.Mount(Overlay.fileSystem(target, upper, work, true, false), target));
            if (target.equals("/var") && Files.isDirectory(directory.resolve("tmp"), LinkOption.NOFOLLOW_LINKS)) {
                plan.add(new MountOperation.MakeScratchDirectory("private/var-tmp", 01777));
                plan.add(new MountOperation.BindScratch("private/var-tmp", VAR_TMP));
            }
        }

        /** Gives the container's root directories of its own, merged with the host's, so that it may add to them. */
        private void addable(Path directory, String target, String upper) {
            for (Path entry : list(directory)) {
                String name = entry.getFileName().toString();
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && isPublic(entry, true)) {
                    plan.add(new MountOperation.MakeScratchDirectory(upper + "/" + name, 0755));
                    if (TWO_LEVELS.contains(target + "/" + name)) {
                        addable(entry, target + "/" + name, upper + "/" + name);
                    }
                }
            }
        }

        private List<Path> list(Path directory) {
            listed.put(directory, change(directory)); // before it is read, so that nothing is missed
            List<Path> entries = new ArrayList<>();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
                stream.forEach(entries::add);
            } catch (IOException e) {
                throw new HostUnsupportedException("listing the host's directory " + directory, e);
            }
            Collections.sort(entries);
            return entries;
        }

        private String read(Path link) {
            try {
                return Files.readSymbolicLink(link).toString();
            } catch (IOException e) {
                throw new HostUnsupportedException("reading the host's symbolic link " + link, e);
            }
        }

        /** Whether everybody on the host may read it. */
        private boolean isPublic(Path path, boolean directory) {
            try {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
                return permissions.contains(PosixFilePermission.OTHERS_READ)
                        && (!directory || permissions.contains(PosixFilePermission.OTHERS_EXECUTE));
            } catch (IOException e) {
                return false;
            }
        }
    }
}
