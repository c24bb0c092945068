package io.lxc4j.layers.files;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_NOFOLLOW;
import static io.lxc4j.kernel.Constants.O_PATH;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.FileStatus;
import io.lxc4j.kernel.FileTree;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The unpacked layers below one that is being unpacked. Of a directory that several layers have overlayfs shows the owners, permissions and
 * times of the topmost, so one that is only implied by an archive must have those that are shown below. Not thread-safe.
 *
 * @see <a href="https://docs.kernel.org/filesystems/overlayfs.html#directories">overlayfs: directories</a>
 */
public final class LowerLayers implements AutoCloseable {
    private static final Constant DIRECTORY = Constant.or(O_PATH, O_DIRECTORY, O_NOFOLLOW);

    private final FileTree tree = new FileTree();
    private final boolean asRoot;
    private final List<Layer> layers = new ArrayList<>();

    /** A layer, and what of its owners and attributes could not be made, which is read when it is needed. */
    private static final class Layer {
        private final Path files;
        private final Fd root;
        private @Nullable Unkept unkept;

        Layer(Path files) {
            this.files = files;
            root = Kernel.open(files.toString(), DIRECTORY, 0);
        }

        Unkept unkept() {
            try {
                Unkept read = unkept == null ? Unkept.beside(files) : unkept;
                unkept = read;
                return read;
            } catch (IOException e) {
                throw new LayerException("reading the owners of the layer " + files + ": " + e.getMessage(), e);
            }
        }
    }

    /**
     * Opens layers.
     *
     * @param files their directories, the top one first; none for the layer at the bottom
     * @param asRoot whether the owners of their files are true
     */
    public LowerLayers(List<Path> files, boolean asRoot) {
        this.asRoot = asRoot;
        try {
            for (Path each : files) {
                layers.add(new Layer(each));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public void close() {
        layers.forEach(layer -> layer.root.close());
        tree.close();
    }

    /** What is known of a directory that is shown of these layers; empty if none is. */
    Optional<TarEntry> find(LayerPath path) {
        for (Layer layer : layers) {
            Look look = look(layer, path);
            if (look.found != null || look.isLast) {
                return Optional.ofNullable(look.found);
            }
        }
        return Optional.empty();
    }

    /** What one layer says: whether it has the directory, and whether layers below it don't count. */
    private record Look(@Nullable TarEntry found, boolean isLast) {}

    private Look look(Layer layer, LayerPath path) {
        boolean isLast = false;
        Fd root = layer.root;
        Fd at = root;
        try {
            for (int i = 0; i < path.depth(); i++) {
                String name = path.names().get(i);
                isLast |= Whiteout.isOpaque(tree, at, ".");
                FileStatus status = status(at, name);
                if (status == null) {
                    return new Look(null, isLast);
                }
                if (!status.isDirectory()) {
                    return new Look(null, true);
                }
                Fd next = tree.open(at, name, DIRECTORY);
                close(at, root);
                at = next;
            }
            TarEntry entry = entry(tree, path.toString(), at);
            return new Look(asRoot ? entry : layer.unkept().original(path, entry), true);
        } finally {
            close(at, root);
        }
    }

    private static void close(Fd fd, Fd root) {
        if (fd != root) {
            fd.close();
        }
    }

    private @Nullable FileStatus status(Fd directory, String name) {
        try {
            return tree.status(directory, name);
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT) {
                return null;
            }
            throw e;
        }
    }

    /** What is known of an open directory. */
    static TarEntry entry(FileTree tree, String path, Fd directory) {
        FileStatus status = tree.status(directory, "");
        SequencedMap<String, String> attributes = new TreeMap<>();
        for (String attribute : tree.attributes(directory, ".")) {
            if (OverlayAttributes.isLayers(attribute)) {
                attributes.put(attribute, tree.attribute(directory, ".", attribute));
            }
        }
        return new TarEntry(
                path,
                TarType.DIRECTORY,
                status.mode() & 07777,
                status.owner().uid(),
                status.owner().gid(),
                status.modified(),
                "",
                0,
                0,
                attributes,
                0,
                List.of());
    }
}
