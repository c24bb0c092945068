package io.lxc4j.layers;

import static io.lxc4j.kernel.Constants.PROC_SUPER_MAGIC;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileSystemStatus;
import io.lxc4j.kernel.MountInfo;
import io.lxc4j.launch.Handle;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Missing;
import io.lxc4j.launch.MountFlags;
import io.lxc4j.launch.MountOperation;
import io.lxc4j.launch.Tree;
import io.lxc4j.namespaces.Namespaces;
import io.lxc4j.namespaces.PseudoFileSystems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** A mount on its way into one plan. Not thread-safe. */
public final class PlannedMount {
    private final Mount mount;
    private final Namespaces namespaces;
    private final List<OpenedTree> trees = new ArrayList<>();
    private final Handle prepared = new Handle("the prepared mount");

    PlannedMount(Mount mount, Namespaces namespaces) {
        this.mount = mount;
        this.namespaces = namespaces;
    }

    /**
     * Looks at the host. As long as this gives something equal, the same is added to the plan.
     *
     * @return what the plan depends on, to be compared only
     * @throws InvalidSpecificationException if what is mounted is not there or is of another kind
     * @throws HostUnsupportedException if this host, or this user of it, can't mount it so
     */
    public Object look() {
        return switch (mount.source) {
            case MountSource.Bind bind -> {
                mapped(bind.idMapped());
                FileStatus file = file(bind.path());
                travels(bind.path());
                yield file.isDirectory();
            }
            case MountSource.Device device -> device(device);
            case MountSource.Overlay overlay -> {
                mapped(overlay.idMapped());
                overlay.lower().forEach(PlannedMount::directory);
                if (overlay.upper() != null) {
                    directory(overlay.upper().upper());
                    directory(overlay.upper().work());
                }
                yield true;
            }
            case MountSource.Pseudo pseudo -> isHostsCgroups(pseudo) ? hostsCgroups() : true;
            case MountSource.Tmpfs _ -> true;
        };
    }

    /**
     * Adds what opens trees of the host, before the host's mounts are changed in any way.
     *
     * @param plan the plan under construction
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public void open(LaunchPlan.Builder plan) {
        switch (mount.source) {
            case MountSource.Bind bind ->
                trees.add(new OpenedTree(bind.path().toString(), bind.recursive(), bind.idMapped()));
            case MountSource.Device device ->
                trees.add(new OpenedTree(device.path().toString(), false, false));
            case MountSource.Overlay overlay -> {
                overlay.lower()
                        .forEach(lower -> trees.add(new OpenedTree(lower.toString(), false, overlay.idMapped())));
                if (overlay.upper() != null) {
                    trees.add(new OpenedTree(overlay.upper().parent().toString(), false, overlay.idMapped()));
                }
            }
            case MountSource.Pseudo pseudo -> {
                if (isHostsCgroups(pseudo)) {
                    trees.add(new OpenedTree(hostsCgroups(), false, false));
                }
            }
            case MountSource.Tmpfs _ -> {}
        }
        trees.forEach(tree -> tree.open(plan, namespaces));
    }

    /**
     * Adds what has to be made where the scratch tmpfs can be reached.
     *
     * @param plan the plan under construction, after what mounts the scratch tmpfs
     * @param number tells it apart from the plan's other mounts
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public void prepare(LaunchPlan.Builder plan, int number) {
        switch (mount.source) {
            case MountSource.Overlay overlay -> overlay(plan, overlay, number);
            case MountSource.Pseudo.PROC -> PseudoFileSystems.makeProc(plan, prepared, fileSystem("proc"));
            case MountSource.Pseudo.SYSFS -> PseudoFileSystems.makeSys(plan, prepared, fileSystem("sysfs"));
            default -> {}
        }
    }

    /**
     * Adds what mounts it.
     *
     * @param plan the plan under construction, after what makes its root and what prepares it
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public void attach(LaunchPlan.Builder plan) {
        switch (mount.source) {
            case MountSource.Bind bind ->
                bind(plan, trees.getFirst().tree(), Files.isDirectory(bind.path()) ? Missing.DIRECTORY : Missing.FILE);
            case MountSource.Device _ -> bind(plan, trees.getFirst().tree(), Missing.FILE);
            case MountSource.Overlay _ -> bind(plan, new Tree.Handed(prepared), Missing.DIRECTORY);
            case MountSource.Pseudo.PROC, MountSource.Pseudo.SYSFS ->
                bind(plan, new Tree.Handed(prepared), Missing.DIRECTORY);
            case MountSource.Pseudo pseudo -> {
                if (isHostsCgroups(pseudo)) {
                    bind(plan, trees.getFirst().tree(), Missing.DIRECTORY);
                } else {
                    mount(plan, fileSystem(pseudo.toString(), options(pseudo)));
                }
            }
            case MountSource.Tmpfs tmpfs ->
                mount(
                        plan,
                        fileSystem(
                                "tmpfs",
                                "size",
                                Long.toString(tmpfs.sizeBytes()),
                                "nr_inodes",
                                Long.toString(tmpfs.inodes()),
                                "mode",
                                "0" + Integer.toOctalString(tmpfs.mode())));
        }
    }

    private static String[] options(MountSource.Pseudo pseudo) {
        return switch (pseudo) {
            case DEVPTS -> new String[] {"newinstance", "", "ptmxmode", "0666", "mode", "0620"};
            case PROC, SYSFS, MQUEUE, CGROUP -> new String[0];
        };
    }

    private MountOperation.FileSystem fileSystem(String type, String... options) {
        return MountOperation.FileSystem.of(type, MountAttribute.flags(mount.attributes), options);
    }

    private void mount(LaunchPlan.Builder plan, MountOperation.FileSystem fileSystem) {
        plan.add(new MountOperation.Mount(fileSystem, mount.target(), Missing.DIRECTORY));
    }

    private void bind(LaunchPlan.Builder plan, Tree tree, Missing missing) {
        plan.add(new MountOperation.Bind(tree, mount.target(), missing, flags()));
    }

    private MountFlags flags() {
        Set<MountAttribute> everywhere = EnumSet.noneOf(MountAttribute.class);
        everywhere.addAll(mount.attributes);
        Set<MountAttribute> atTop = EnumSet.noneOf(MountAttribute.class);
        if (mount.readOnlyAtTop && everywhere.remove(MountAttribute.READ_ONLY)) {
            atTop.add(MountAttribute.READ_ONLY);
        }
        return new MountFlags(MountAttribute.flags(everywhere), MountAttribute.flags(atTop), mount.propagation.flag());
    }

    /** The layers get short names in the scratch tmpfs, as the kernel takes 255 bytes for all of them. */
    private void overlay(LaunchPlan.Builder plan, MountSource.Overlay overlay, int number) {
        String scratch = "o" + number;
        plan.add(new MountOperation.MakeScratchDirectory(scratch, 0755));
        List<String> names = IntStream.range(0, trees.size())
                .mapToObj(index -> scratch + "/" + index)
                .toList();
        for (int i = 0; i < names.size(); i++) {
            plan.add(new MountOperation.MakeScratchDirectory(names.get(i), 0755));
            plan.add(new MountOperation.AttachToScratch(trees.get(i).tree(), names.get(i)));
        }
        String lower = String.join(":", names.subList(0, overlay.lower().size()));
        MountSource.Upper upper = overlay.upper();
        List<String> options = upper == null
                ? List.of("lowerdir", lower)
                : Overlay.writable(
                        lower,
                        names.getLast() + "/" + upper.upper().getFileName(),
                        names.getLast() + "/" + upper.work().getFileName());
        plan.add(new MountOperation.MakeFileSystem(
                prepared, Overlay.fileSystem(Constant.or(), options, namespaces.hasOwnUsers())));
    }

    // ---- the host

    private static FileStatus file(Path path) {
        FileStatus file;
        try {
            file = FileStatus.of(path);
        } catch (SystemCallException e) {
            throw new InvalidSpecificationException(
                    "mounting " + path + ": it does not exist, or this user may not reach it", e);
        }
        if (!file.onDevice() && FileSystemStatus.type(path.toString()) == PROC_SUPER_MAGIC.value()) {
            throw new InvalidSpecificationException("mounting " + path
                    + ": it leads into /proc, and the host's /proc can't be mounted, not even a part");
        }
        return file;
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new HostUnsupportedException("looking at " + path, e);
        }
    }

    private static void directory(Path path) {
        if (!Files.isDirectory(path)) {
            throw new InvalidSpecificationException("mounting an overlay: " + path
                    + (Files.exists(path) ? " is not a directory" : " does not exist, or this user may not reach it"));
        }
    }

    private static boolean device(MountSource.Device device) {
        if (!file(device.path()).isDevice()) {
            throw new InvalidSpecificationException(
                    "mounting " + device + ": it is neither a character nor a block device");
        }
        return true;
    }

    private void mapped(boolean idMapped) {
        if (idMapped && !namespaces.parentMayMount()) {
            throw new HostUnsupportedException("mounting " + mount.describe()
                    + " with mapped owners needs a JVM with the rights of root; leave idMapped out, and the files have"
                    + " the owners that they have on the host");
        }
    }

    /** The kernel would take a propagation that has no effect without a word. */
    private void travels(Path path) {
        if (!mount.propagation.travels()) {
            return;
        }
        Path real = real(path);
        if (mount.propagation == Propagation.SHARED && !namespaces.parentMayMount()) {
            throw new HostUnsupportedException("mounting " + mount.describe()
                    + " shared needs a JVM with the rights of root; Propagation.SLAVE shows the host's mounts inside");
        }
        Set<String> peers = MountInfo.ofThisProcess().stream()
                .filter(info -> real.startsWith(info.mountPoint()))
                .reduce((one, other) ->
                        other.mountPoint().length() >= one.mountPoint().length() ? other : one)
                .map(MountInfo::propagation)
                .orElse(Set.of());
        boolean shared = peers.stream().anyMatch(peer -> peer.startsWith("shared:"));
        boolean slave = peers.stream().anyMatch(peer -> peer.startsWith("master:"));
        if (!shared && (mount.propagation == Propagation.SHARED || !slave)) {
            throw new HostUnsupportedException("mounting " + mount.describe() + " with propagation "
                    + mount.propagation + ": the host's mount that it lies on is not shared; mount --make-shared does"
                    + " that");
        }
    }

    private boolean isHostsCgroups(MountSource.Pseudo pseudo) {
        return pseudo == MountSource.Pseudo.CGROUP && namespaces.hasOwnUsers() && !namespaces.hasOwnCgroups();
    }

    private static String hostsCgroups() {
        return MountInfo.ofThisProcess().stream()
                .filter(info -> info.type().equals("cgroup2"))
                .map(MountInfo::mountPoint)
                .findFirst()
                .orElseThrow(() ->
                        new HostUnsupportedException("mounting the host's cgroups: no cgroup2 is mounted on the host"));
    }
}
