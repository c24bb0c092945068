package io.lxc4j.layers.files;

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
import io.lxc4j.kernel.Sys;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarReader;
import io.lxc4j.layers.tar.TarType;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks a layer's archive into an empty directory, in the form that overlayfs takes as a lower directory.
 *
 * <p>The archive may be hostile. Names are looked up by descriptor, a file is never opened that was not made for this entry, and a link
 * is made but not followed, unless it stands for a directory on the way, which is looked for below the layer's root. Set-user-id
 * programs and devices that it makes are there for containers only: the directory must be one that nobody else can enter.
 *
 * <p>One for each layer; not thread-safe.
 */
public final class LayerUnpacker implements AutoCloseable {
    private static final Constant NEW_FILE = Constant.or(O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW);
    private static final Constant DIRECTORY = Constant.or(O_RDONLY, O_DIRECTORY, O_NOFOLLOW);

    /** While it is filled; what it is to have comes last. */
    private static final int OWNERS = 0700;

    private final FileTree tree = new FileTree();
    private final Fd root;
    private final boolean asRoot;
    private final UnpackLimits limits;
    private final OpenDirectories directories;
    private final SparseWriter content;
    private final Equipment equipment;

    private final FilledDirectories filled = new FilledDirectories();
    private long entries;
    private long bytes;

    /**
     * An unpacker.
     *
     * @param root an empty directory, which stays the caller's
     * @param asRoot whether owners, devices and all attributes can be made
     * @param limits how much the archive may hold
     */
    public LayerUnpacker(Fd root, boolean asRoot, UnpackLimits limits) {
        this.root = root;
        this.asRoot = asRoot;
        this.limits = limits;
        directories = new OpenDirectories(tree, root);
        content = new SparseWriter(tree);
        equipment = new Equipment(tree, asRoot);
    }

    @Override
    public void close() {
        directories.close();
        tree.close();
    }

    /**
     * Unpacks.
     *
     * @param archive what
     * @param below the layers below, from which directories that the archive leaves out take owners, permissions, times and attributes
     * @return what has been unpacked
     * @throws LayerException if the archive is damaged, breaks a rule, or holds more than it may; what was unpacked before is there
     * @throws SystemCallException if the kernel refuses something
     * @throws IOException if the archive's stream fails
     */
    public UnpackResult unpack(TarReader archive, LowerLayers below) throws IOException {
        TarEntry entry;
        while ((entry = archive.next()) != null) {
            try {
                put(entry, archive);
            } catch (SystemCallException e) {
                throw new LayerException("unpacking " + ByteStrings.show(entry.path()) + ": " + e.getMessage(), e);
            }
        }
        archive.drain();
        directories.close();
        try (OpenDirectories ways = new OpenDirectories(tree, root)) {
            filled.finish(below).forEach((path, of) -> finish(path, of, ways));
        }
        return new UnpackResult(entries, bytes, filled.implied(), equipment.unkept());
    }

    private void put(TarEntry entry, TarReader archive) throws IOException {
        LayerPath said = LayerPath.of(entry.path());
        count(entry, said);
        if (said.isRoot()) {
            if (entry.type() != TarType.DIRECTORY) {
                throw new LayerException(
                        "the entry " + ByteStrings.show(entry.path()) + " makes the root no directory");
            }
            filled.entry(said, entry);
            return;
        }
        String name = said.name();
        if (Whiteout.isInternal(name)) {
            return;
        }
        Fd parent = directories.at(said.parent(), this::imply);
        LayerPath place = directories.real();
        if (name.equals(Whiteout.OPAQUE)) {
            Whiteout.makeOpaque(tree, parent, asRoot);
            filled.opaque(place);
            return;
        }
        var hidden = Whiteout.hidden(name);
        if (hidden.isPresent()) {
            hide(entry, place.child(hidden.get()), parent);
        } else {
            make(entry, place.child(name), parent, archive);
        }
    }

    private void imply(LayerPath made) {
        equipment.unkept().forget(made);
        filled.implied(made);
    }

    private void count(TarEntry entry, LayerPath path) {
        entries++;
        bytes += entry.size();
        if (entries > limits.entries()) {
            throw new LayerException("the layer has more than " + limits.entries() + " entries");
        }
        if (bytes > limits.bytes() || bytes < 0) {
            throw new LayerException("the layer's files have more than " + limits.bytes() + " bytes");
        }
        if (path.depth() > limits.depth()) {
            throw new LayerException("the path " + ByteStrings.show(entry.path()) + " is more than " + limits.depth()
                    + " directories deep");
        }
    }

    /** It hides what lower layers have: of this layer's own a file stays, and a directory shows nothing else. */
    private void hide(TarEntry entry, LayerPath path, Fd parent) {
        String name = path.name();
        FileStatus there = look(parent, name);
        if (there == null) {
            equipment.unkept().forget(path);
            Whiteout.make(tree, parent, name);
            tree.touch(parent, name, entry.modified());
        } else if (there.isDirectory()) {
            try (Fd directory = tree.open(parent, name, DIRECTORY)) {
                Whiteout.makeOpaque(tree, directory, asRoot);
            }
            filled.replaced(path);
        }
    }

    private @Nullable FileStatus look(Fd parent, String name) {
        try {
            return tree.status(parent, name);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    // ---- making

    private void make(TarEntry entry, LayerPath path, Fd parent, TarReader archive) throws IOException {
        String name = path.name();
        if (equipment.unkept().isDevice(path)) {
            equipment.unkept().forget(path);
        }
        switch (entry.type()) {
            case DIRECTORY -> makeDirectory(entry, path, parent);
            case FILE -> makeFile(entry, path, parent, archive);
            case HARD_LINK -> makeHardLink(entry, path, parent);
            case SYMBOLIC_LINK -> {
                makeNew(path, parent, Sys.SYMLINKAT, () -> tree.trySymbolicLink(entry.linkTarget(), parent, name));
                equipment.give(path, entry, parent, name);
            }
            case FIFO -> {
                makeNew(path, parent, Sys.MKNODAT, () -> tree.tryMakeNode(parent, name, S_IFIFO.value(), 0));
                equipment.give(path, entry, parent, name);
            }
            case CHARACTER_DEVICE, BLOCK_DEVICE -> makeDevice(entry, path, parent);
        }
    }

    /** A call that makes something, and an error if there is something of that name. */
    private interface Maker {
        long make();
    }

    /** What this layer had of that name is replaced. */
    private long makeNew(LayerPath path, Fd parent, Sys sys, Maker maker) {
        long result = maker.make();
        if (result == -Errno.EEXIST.number()) {
            remove(path, parent);
            result = maker.make();
        }
        return FileTree.check(result, sys, parent, path.name());
    }

    private void remove(LayerPath path, Fd parent) {
        equipment.unkept().forget(path);
        if (tree.status(parent, path.name()).isDirectory()) {
            directories.forget(path);
            filled.forget(path);
        }
        new TreeRemover(tree).remove(parent, path.name());
    }

    private void makeDirectory(TarEntry entry, LayerPath path, Fd parent) {
        String name = path.name();
        long result = tree.tryMakeDirectory(parent, name, OWNERS);
        if (result == -Errno.EEXIST.number()) {
            FileStatus there = tree.status(parent, name);
            if (!there.isDirectory()) {
                boolean wasHidden = Whiteout.is(there);
                remove(path, parent);
                FileTree.check(tree.tryMakeDirectory(parent, name, OWNERS), Sys.MKDIRAT, parent, name);
                if (wasHidden) {
                    hide(entry, path, parent);
                }
            }
        } else {
            FileTree.check(result, Sys.MKDIRAT, parent, name);
        }
        filled.entry(path, entry);
    }

    private void makeFile(TarEntry entry, LayerPath path, Fd parent, TarReader archive) throws IOException {
        String name = path.name();
        int mode = Equipment.firstMode(entry);
        long number = makeNew(path, parent, Sys.OPENAT, () -> tree.tryOpen(parent, name, NEW_FILE, mode));
        try (Fd file = new Fd((int) number, name)) {
            content.write(entry, file, archive::read);
            equipment.giveFile(path, entry, file);
        }
    }

    private void makeHardLink(TarEntry entry, LayerPath path, Fd parent) {
        LayerPath target = LayerPath.of(entry.linkTarget());
        if (target.isRoot() || target.equals(path)) {
            throw new LayerException("the hard link " + ByteStrings.show(entry.path()) + " leads to "
                    + ByteStrings.show(entry.linkTarget()));
        }
        try (OpenDirectories others = new OpenDirectories(tree, root)) {
            Fd from = others.at(target.parent(), made -> {
                throw missingTarget(entry);
            });
            Optional<TarEntry> unkept = equipment.unkept().find(others.real().child(target.name()));
            FileStatus there = look(from, target.name());
            if (there == null && unkept.isPresent()) { // a device
                makeDevice(unkept.get(), path, parent);
                return;
            }
            if (there == null || there.isDirectory() || Whiteout.is(there)) {
                throw missingTarget(entry);
            }
            makeNew(path, parent, Sys.LINKAT, () -> tree.tryHardLink(from, target.name(), parent, path.name()));
            unkept.ifPresent(of -> equipment.unkept().put(path, of, of.attributes()));
        }
    }

    private static LayerException missingTarget(TarEntry entry) {
        return new LayerException("the hard link " + ByteStrings.show(entry.path()) + " leads to "
                + ByteStrings.show(entry.linkTarget()) + ", which is no file of this layer");
    }

    private void makeDevice(TarEntry entry, LayerPath path, Fd parent) {
        if (entry.major() == 0 && entry.minor() == 0 && entry.type() == TarType.CHARACTER_DEVICE) {
            throw new LayerException("the device " + ByteStrings.show(entry.path())
                    + " has the numbers 0:0, by which overlayfs would take it for a whiteout");
        }
        if (!asRoot) {
            if (look(parent, path.name()) != null) {
                remove(path, parent);
            }
            equipment.unkept().put(path, entry, entry.attributes());
            return;
        }
        long type = (entry.type() == TarType.CHARACTER_DEVICE ? S_IFCHR : S_IFBLK).value();
        long device = FileStatus.deviceNumber(entry.major(), entry.minor());
        makeNew(path, parent, Sys.MKNODAT, () -> tree.tryMakeNode(parent, path.name(), type, device));
        equipment.give(path, entry, parent, path.name());
    }

    // ---- owners, permissions, attributes, times

    private void finish(LayerPath path, TarEntry entry, OpenDirectories ways) {
        try {
            if (path.isRoot()) {
                equipment.give(path, entry, root, "");
                return;
            }
            try (Fd directory = tree.open(ways.at(path.parent(), _ -> {}), path.name(), DIRECTORY)) {
                equipment.give(path, entry, directory, "");
            }
        } catch (SystemCallException e) {
            throw new LayerException(
                    "finishing the directory " + ByteStrings.show(entry.path()) + ": " + e.getMessage(), e);
        }
    }
}
