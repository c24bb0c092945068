package io.lxc4j.layers;

import static java.util.Objects.requireNonNull;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.files.LayerPacker;
import io.lxc4j.layers.files.MergedTree;
import io.lxc4j.layers.files.ResolvedPath;
import io.lxc4j.layers.files.ResolvedPath.Kind;
import io.lxc4j.layers.store.LayerSource;
import io.lxc4j.layers.tar.ByteStrings;
import io.lxc4j.layers.tar.TarEntry;
import io.lxc4j.layers.tar.TarType;
import io.lxc4j.layers.tar.TarWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A layer of files of the host at a place in an image. Directories that the image has stay as they are, and a link that leads to one is
 * followed, within the image; everything else of the same name is replaced.
 */
final class CopiedFiles implements LayerSource {
    private static final Constant DIRECTORY = Constant.or(Constants.O_RDONLY, Constants.O_DIRECTORY);
    private static final String GONE = ".wh.";
    private static final int USUAL_MODE = 0755;

    private final ImageMaker maker;
    private final Optional<Image> image;
    private final Path source;
    private final String target;
    private final ImageUser owner;

    /**
     * A copy.
     *
     * @param image what it goes above; empty if there is nothing yet
     * @param source what is copied
     * @param target where to, absolute; with a slash at its end, or if there is a directory, a file gets its own name in that
     * @param owner to whom it belongs
     */
    CopiedFiles(ImageMaker maker, Optional<Image> image, Path source, String target, ImageUser owner) {
        this.maker = maker;
        this.image = image;
        this.source = source;
        this.target = target;
        this.owner = owner;
    }

    @Override
    public void write(TarWriter archive) throws IOException {
        Path real = source.toRealPath();
        boolean isDirectory = Files.isDirectory(real);
        Path opening = isDirectory ? real : requireNonNull(real.getParent());
        try (MergedTree files = image.map(Image::files).orElse(null);
                Fd opened = Kernel.open(opening.toString(), DIRECTORY, 0)) {
            Place place =
                    new Place(archive, files, Files.getLastModifiedTime(real).toInstant());
            try (LayerPacker packer =
                    new LayerPacker(archive, maker.sourceDate().orElse(null), place)) {
                if (isDirectory) {
                    place.directory();
                    packer.pack(opened);
                } else {
                    String name = ByteStrings.ofText(String.valueOf(real.getFileName()));
                    place.file(name);
                    packer.pack(opened, name);
                }
            }
        }
    }

    /** Where in the image things are put. */
    private final class Place implements LayerPacker.Placement {
        private final TarWriter archive;
        private final @Nullable MergedTree files;
        private final Instant modified;

        /** Paths in the image by those in what is copied. */
        private final Map<String, String> directories = new HashMap<>();

        private final Map<String, String> single = new HashMap<>();
        /** Directories of the image that are in the archive by now. */
        private final Set<String> written = new HashSet<>();

        /** Those of them that this copy makes, so that the image has nothing in them. */
        private final Set<String> made = new HashSet<>();

        Place(TarWriter archive, @Nullable MergedTree files, Instant modified) {
            this.archive = archive;
            this.files = files;
            this.modified = maker.sourceDate().filter(modified::isAfter).orElse(modified);
        }

        private ResolvedPath resolve(String path) {
            return files == null || made.contains(parent(path))
                    ? new ResolvedPath(ResolvedPath.plain(path), Kind.MISSING)
                    : ResolvedPath.of(files, path);
        }

        void directory() {
            ResolvedPath there = resolve(ByteStrings.ofText(target));
            if (there.kind() == Kind.OTHER) {
                throw new InvalidSpecificationException("copying the directory " + source + " to " + target
                        + ": the image has something there that is no directory; copy to another path, or"
                        + " remove it in a step before");
            }
            directories.put("", there.path());
        }

        void file(String name) {
            ResolvedPath there = resolve(ByteStrings.ofText(target));
            boolean isInto = target.endsWith("/") || there.kind() == Kind.DIRECTORY;
            if (isInto && there.kind() == Kind.OTHER) {
                throw new InvalidSpecificationException(
                        "copying " + source + " to " + target + ": the image has something there that is no directory");
            }
            single.put(name, isInto ? join(there.path(), name) : there.path());
        }

        @Override
        public Optional<TarEntry> place(TarEntry entry) throws IOException {
            String path = ResolvedPath.plain(entry.path());
            if (path.startsWith(GONE, path.lastIndexOf('/') + 1)) {
                throw new LayerException("copying " + source + ": what is below " + ByteStrings.show("/" + parent(path))
                        + " is marked as an overlay's, as a device 0/0 that says that something is gone, or a"
                        + " directory that shows nothing of lower ones; copy what the overlay shows");
            }
            if (entry.type() != TarType.DIRECTORY) {
                String at = at(path);
                way(parent(at));
                return Optional.of(as(entry, at));
            }
            ResolvedPath there = resolve(at(path));
            if (there.kind() == Kind.DIRECTORY) {
                directories.put(path, there.path());
                way(there.path());
                return Optional.empty();
            }
            String at = path.isEmpty() ? there.path() : at(path);
            directories.put(path, at);
            way(parent(at));
            written.add(at);
            made.add(at);
            return Optional.of(as(entry, at.isEmpty() ? "./" : at + "/"));
        }

        private String at(String path) {
            String whole = single.get(path);
            if (whole != null) {
                return whole;
            }
            String above = requireNonNull(directories.get(parent(path)));
            return path.isEmpty() ? above : join(above, path.substring(path.lastIndexOf('/') + 1));
        }

        private TarEntry as(TarEntry entry, String path) {
            String target = entry.type() == TarType.HARD_LINK ? at(entry.linkTarget()) : entry.linkTarget();
            return entry.at(path, target).of(owner.uid(), owner.gid());
        }

        /** Writes the directories on the way to what is copied: as the image has them, or new ones. */
        private void way(String path) throws IOException {
            if (!written.add(path)) {
                return;
            }
            if (!path.isEmpty()) {
                way(parent(path));
            }
            Optional<FileMetadata> there = files == null ? Optional.empty() : files.look(path, FileMetadata::of);
            if (there.isEmpty()) {
                archive.begin(maker.directory(path, newDirectory()));
            } else if (ProcessStatus.ofThisProcess().uid() == 0) {
                archive.begin(maker.directory(path, there.get()));
            } // else nothing tells whose it is, and what unpacks the layer finds it below
        }

        private FileMetadata newDirectory() {
            return new FileMetadata(
                    FileType.DIRECTORY, USUAL_MODE, 0, 0, 0, modified, "", 0, 0, Collections.emptySortedMap());
        }
    }

    private static String join(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    private static String parent(String path) {
        return TreeMerge.parent(path);
    }
}
