package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.MediaType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Directories that take what containers write, each above an image: named ones, which are kept, and others that go with their container.
 * Each holds
 *
 * <pre>
 * base      the image's descriptor
 * lock      locked by who uses it
 * process   the container's process, as long as it may run
 * volatile  the boot since which it was written to without syncs
 * d/upper   what was written
 * d/work    overlayfs's own
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class WritableLayers {
    private static final String PLACE = "writable";
    private static final String BASE = "base";
    private static final String DATA = "d";
    private static final String PART = "layer";
    private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?");
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final StoreDirectory directory;

    WritableLayers(StoreDirectory directory) {
        this.directory = directory;
    }

    /**
     * Checks a name.
     *
     * @param name 1 to 64 characters
     * @return the same
     * @throws InvalidSpecificationException if it has another form
     */
    public static String checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSpecificationException(
                    "a writable layer's name must have 1 to 64 of a-z, 0-9, '.', '_' and"
                            + " '-', a letter or digit at both ends, not \"" + name.replaceAll("[^ -~]", "?") + "\"");
        }
        return name;
    }

    private Path place(String name) {
        return directory.resolve(PLACE).resolve(checkName(name));
    }

    /** Makes one. The image must be held until it is there. */
    void create(String name, Descriptor base) {
        Path place = place(name);
        try (StoreDirectory.Workshop workshop = directory.workshop()) {
            Path made = make(workshop.path(), base);
            StoreDirectory.place(made, place);
        } catch (IOException e) {
            if (Files.isDirectory(place)) { // which is not empty, so nothing is moved there
                throw new InvalidSpecificationException(
                        "the store " + directory.root() + " has a writable layer " + name + " already", e);
            }
            throw new ContainerException("making the writable layer " + name + ": " + e, e);
        }
    }

    private Path make(Path workshop, Descriptor base) throws IOException {
        Path made = Files.createDirectory(workshop.resolve(PART), OWNER_ONLY);
        directory.write(made.resolve(BASE), base.digest() + " " + base.size() + " " + base.mediaType() + "\n");
        makeData(made, made);
        StoreDirectory.sync(made);
        return made;
    }

    /** Both directories are there, or none. */
    static void makeData(Path layer, Path workshop) throws IOException {
        Path data = Files.createDirectory(workshop.resolve(DATA + ".new"), OWNER_ONLY);
        makeWork(data);
        Path upper = Files.createDirectory(data.resolve("upper"), OWNER_ONLY);
        Files.setPosixFilePermissions(upper, PosixFilePermissions.fromString("rwxr-xr-x")); // the container's root
        StoreDirectory.sync(data);
        StoreDirectory.place(data, layer.resolve(DATA));
    }

    static void makeWork(Path data) throws IOException {
        Files.createDirectory(data.resolve("work"), OWNER_ONLY);
    }

    /**
     * Makes one without a name, for one container.
     *
     * @param base the image
     * @return the layer, whose closing removes it
     */
    HeldLayer temporary(Descriptor base) {
        StoreDirectory.Workshop workshop = directory.workshop();
        try {
            return HeldLayer.temporary(directory, make(workshop.path(), base), workshop);
        } catch (IOException e) {
            workshop.close();
            throw new ContainerException("making a writable layer: " + e, e);
        } catch (RuntimeException | Error e) {
            workshop.close();
            throw e;
        }
    }

    /**
     * The image that one lies on.
     *
     * @param name its name
     * @return the image; empty if there is no such layer
     */
    Optional<Descriptor> base(String name) {
        Path file = place(name).resolve(BASE);
        try {
            String[] fields = Files.readString(file).strip().split(" ", -1);
            return Optional.of(
                    new Descriptor(new MediaType(fields[2]), Digest.parse(fields[0]), Long.parseLong(fields[1])));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (InvalidSpecificationException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new LayerException(
                    "reading " + file + ", which says what the writable layer " + name
                            + " lies on: it is damaged; what was written is in "
                            + place(name).resolve(DATA),
                    e);
        } catch (IOException e) {
            throw new ContainerException("reading " + file + ": " + e, e);
        }
    }

    List<String> names() {
        return directory.list(PLACE);
    }

    /** What all of them lie on. */
    List<Descriptor> bases() {
        List<Descriptor> bases = new ArrayList<>();
        for (String name : names()) {
            base(name).ifPresent(bases::add); // else it has just been removed
        }
        return bases;
    }

    /**
     * Takes one for oneself.
     *
     * @param name its name
     * @param doing what for, as an error is to name it
     * @return the layer, which is the caller's to close
     * @throws InvalidSpecificationException if there is none of that name
     * @throws ContainerException if somebody uses it
     */
    HeldLayer hold(String name, String doing) {
        Path layer = place(name);
        if (!Files.isDirectory(layer)) {
            throw gone(name);
        }
        Optional<StoreLock> lock = StoreLock.tryExclusive(layer.resolve("lock"));
        if (lock.isEmpty()) {
            throw new ContainerException(doing + ": the writable layer " + name
                    + " is in use, and one container can have it at a time; end that first, or take another layer");
        }
        try {
            if (!lock.get().isOf(layer.resolve("lock"))) {
                throw gone(name); // removed meanwhile
            }
            return HeldLayer.named(directory, layer, lock.get(), doing);
        } catch (RuntimeException | Error e) {
            lock.get().close();
            throw e;
        }
    }

    private InvalidSpecificationException gone(String name) {
        return new InvalidSpecificationException(
                "the store " + directory.root() + " has no writable layer " + name + "; it has " + names());
    }
}
