package io.lxc4j.layers.archive;

import static io.lxc4j.kernel.Constants.O_DIRECTORY;
import static io.lxc4j.kernel.Constants.O_RDONLY;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.OpenFile;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.store.Store;
import io.lxc4j.layers.store.StoreLock;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.SequencedMap;

/** Saves images of a store in a form that other programs read. */
public final class ImageSave {
    private final Store store;
    private final Path path;
    private final SequencedMap<ImageReference, Descriptor> images;

    /**
     * What is to be saved.
     *
     * @param store the store, which must be {@linkplain Store#use in use}
     * @param path where to
     * @param images images or indexes of that store, by name
     */
    public ImageSave(Store store, Path path, SequencedMap<ImageReference, Descriptor> images) {
        this.store = store;
        this.path = path;
        this.images = images;
    }

    private interface Step {
        void run() throws IOException;
    }

    private void saving(Step step) {
        try {
            step.run();
        } catch (InvalidSpecificationException e) {
            throw new InvalidSpecificationException("saving " + images.keySet() + ": " + e.getMessage(), e);
        } catch (IOException | ContainerException e) {
            throw new ContainerException("saving " + images.keySet() + " in " + path + ": " + e.getMessage(), e);
        }
    }

    /** Saves them as an OCI image layout in an archive, which is made anew. */
    public void asLayoutArchive() {
        saving(() -> {
            try (TarTarget target = new TarTarget(path)) {
                new LayoutWriter(store, path.toString(), target).write(images, Optional.empty());
                target.finish();
            }
        });
    }

    /** Saves them in Docker's form, in an archive, which is made anew. They must be images, not indexes. */
    public void asDockerArchive() {
        saving(() -> {
            try (TarTarget target = new TarTarget(path)) {
                new DockerWriter(store, path.toString(), target).write(images);
                target.finish();
            }
        });
    }

    /** Saves them in an OCI image layout, a directory, which is made, or keeps what it has. */
    public void inLayoutDirectory() {
        saving(() -> {
            try {
                Files.createDirectory(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            } catch (FileAlreadyExistsException _) {
                // looked at below
            }
            try (Fd root = Kernel.open(path.toString(), Constant.or(O_RDONLY, O_DIRECTORY), 0);
                    DirectoryEntries there = new DirectoryEntries(root);
                    DirectoryTarget target = new DirectoryTarget(root)) {
                StoreLock.acquire(root); // who else adds something waits, so that no index forgets it
                if (!LayoutReader.isLayout(there) && !OpenFile.list(root, 1).isEmpty()) {
                    throw new InvalidSpecificationException(
                            path + " has something in it, and is no OCI image layout; take an empty or new directory");
                }
                new LayoutWriter(store, path.toString(), target).write(images, LayoutReader.index(there));
            }
        });
    }
}
