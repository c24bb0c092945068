package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.FICLONE;
import static io.lxc4j.kernel.Constants.O_CREAT;
import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_EXCL;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_RDONLY;
import static io.lxc4j.kernel.Constants.O_WRONLY;
import static io.lxc4j.kernel.Constants.S_IFBLK;
import static io.lxc4j.kernel.Constants.S_IFCHR;
import static io.lxc4j.kernel.Constants.S_IFIFO;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.Extent;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Makes one directory of all that layers show together. Files share their room with those of the layers where the file system can (XFS,
 * Btrfs), or are the same files under one more name if nobody will write to them, or else are copies. Not thread-safe.
 */
public final class TreeCopier implements AutoCloseable {
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);
    private static final Constant NEW_FILE = Constant.or(O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW);
    private static final LayerPath ROOT = new LayerPath(List.of());
    private static final int PERMISSIONS = 07777;
    private static final int OWNERS = 0700;

    private final FileTree tree = new FileTree();
    private final SparseWriter content = new SparseWriter(tree);
    private final Equipment equipment;
    private final boolean isShared;

    /** Paths of the files that have several names, by what they are. */
    private final Map<Object, String> copied = new HashMap<>();

    private boolean canClone = true;
    private boolean canLink = true;

    /**
     * A copier.
     *
     * @param asRoot whether owners, devices and all attributes can be made
     * @param isShared whether files may be those of the layers, as nobody will write to them
     */
    public TreeCopier(boolean asRoot, boolean isShared) {
        this.isShared = isShared;
        equipment = new Equipment(tree, asRoot);
    }

    @Override
    public void close() {
        tree.close();
    }

    /**
     * Copies.
     *
     * @param files what the layers show
     * @param target an empty directory
     * @throws LayerException if something can't be read, or made
     */
    public void copy(MergedTree files, Path target) {
        try (Fd root = Kernel.open(target.toString(), DIRECTORY, 0)) {
            fill(files.root(), root, root);
            equipment.give(ROOT, entry(files.rootEntry()), root, "");
        }
    }

    private void fill(MergedTree.Directory source, Fd target, Fd root) {
        for (String name : source.names()) {
            source.find(name).ifPresent(entry -> {
                try {
                    make(entry, target, name, root);
                } catch (SystemCallException | IOException e) {
                    throw new LayerException(
                            "copying " + ByteStrings.show("/" + entry.path()) + ": " + e.getMessage(), e);
                }
            });
        }
    }

    private void make(MergedTree.Entry entry, Fd target, String name, Fd root) throws IOException {
        FileStatus status = entry.status();
        if (status.isDirectory()) {
            FileTree.check(tree.tryMakeDirectory(target, name, OWNERS), Sys.MKDIRAT, target, name);
            try (MergedTree.Directory inside = entry.openDirectory();
                    Fd made = tree.open(target, name, DIRECTORY)) {
                fill(inside, made, root);
                equipment.give(ROOT, entry(entry), made, "");
            }
            return;
        }
        if (isShared && link(entry, target, name)) {
            return;
        }
        String first = status.links() > 1 ? copied.putIfAbsent(entry.file(), entry.path()) : null;
        if (first != null) {
            FileTree.check(tree.tryHardLink(root, first, target, name), Sys.LINKAT, target, name);
        } else if (status.isRegular()) {
            copyFile(entry, target, name);
        } else if (!status.isSocket()) {
            makeOther(entry, target, name);
        }
    }

    /** A file can only have so many names, and the kernel keeps users from giving one to some files of others. */
    private boolean link(MergedTree.Entry entry, Fd target, String name) {
        if (!canLink) {
            return false;
        }
        long result = entry.tryLink(target, name);
        if (result == -Errno.EMLINK.number() || result == -Errno.EPERM.number()) {
            return false;
        }
        if (result == -Errno.EXDEV.number()) {
            canLink = false;
            return false;
        }
        FileTree.check(result, Sys.LINKAT, target, name);
        return true;
    }

    private void copyFile(MergedTree.Entry source, Fd target, String name) throws IOException {
        TarEntry entry = entry(source);
        int mode = Equipment.firstMode(entry);
        long number = FileTree.check(tree.tryOpen(target, name, NEW_FILE, mode), Sys.OPENAT, target, name);
        try (Fd from = source.open();
                Fd file = new Fd((int) number, name)) {
            if (!clone(from, file)) {
                byte[] part = new byte[1 << 16];
                content.write(entry, file, (data, offset, length) -> {
                    byte[] into = length >= part.length ? part : new byte[length];
                    int count = tree.read(from, into);
                    System.arraycopy(into, 0, data, offset, count);
                    return count == 0 ? -1 : count;
                });
            }
            equipment.giveFile(ROOT, entry, file);
        }
    }

    private boolean clone(Fd from, Fd to) {
        canClone = canClone && Kernel.tryCall(Sys.IOCTL, to.number(), FICLONE.value(), from.number()) == 0;
        return canClone;
    }

    private void makeOther(MergedTree.Entry source, Fd target, String name) {
        TarEntry entry = entry(source);
        switch (entry.type()) {
            case SYMBOLIC_LINK ->
                FileTree.check(tree.trySymbolicLink(entry.linkTarget(), target, name), Sys.SYMLINKAT, target, name);
            case FIFO -> FileTree.check(tree.tryMakeNode(target, name, S_IFIFO.value(), 0), Sys.MKNODAT, target, name);
            default -> {
                long type = (entry.type() == TarType.CHARACTER_DEVICE ? S_IFCHR : S_IFBLK).value();
                long device = FileStatus.deviceNumber(entry.major(), entry.minor());
                FileTree.check(tree.tryMakeNode(target, name, type, device), Sys.MKNODAT, target, name);
            }
        }
        equipment.give(ROOT, entry, target, name);
    }

    private static TarEntry entry(MergedTree.Entry source) {
        FileStatus status = source.status();
        TarType type = TarType.of(status);
        SequencedMap<String, String> attributes = new TreeMap<>();
        source.attributes().forEach(name -> attributes.put(name, source.attribute(name)));
        long size = status.isRegular() ? status.size() : 0;
        return new TarEntry(
                source.path().isEmpty() ? "." : source.path(),
                type,
                status.mode() & PERMISSIONS,
                status.owner().uid(),
                status.owner().gid(),
                status.modified(),
                type == TarType.SYMBOLIC_LINK ? source.target() : "",
                type.isDevice() ? status.major() : 0,
                type.isDevice() ? status.minor() : 0,
                attributes,
                size,
                size == 0 ? List.of() : List.of(new Extent(0, size)));
    }
}
