package io.lxc4j.layers.archive;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.ImageReference;
import io.lxc4j.layers.oci.Platform;
import io.lxc4j.layers.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Loads images of an OCI image layout, a directory or an archive, or of Docker's archive; which of them it is shows in what it has. */
public final class ImageLoad {
    private static final String DOING = "loading images of ";
    private static final String LOADED = "load";

    /** Such names are no more than tags: umoci and skopeo leave it to the layout's name to say of what. */
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

    private static final int MOST_SHOWN = 20;

    private final Store store;
    private final Path path;

    /**
     * A load.
     *
     * @param store what takes the images; it must be {@linkplain Store#use in use}
     * @param path the archive, or the directory
     */
    public ImageLoad(Store store, Path path) {
        this.store = store;
        this.path = path;
    }

    /**
     * Loads all that have a name, for all platforms.
     *
     * @return what was loaded, by name
     * @throws InvalidSpecificationException if it can't be taken; nothing is named then
     */
    public Map<String, Descriptor> all() {
        return reading(images -> {
            Map<String, FoundImage> named = new LinkedHashMap<>();
            for (FoundImage image : images) {
                if (!image.name().isEmpty() && named.put(fullName(image), image) != null) {
                    throw new InvalidSpecificationException("it has two images of the name " + image);
                }
            }
            if (named.isEmpty()) {
                throw new InvalidSpecificationException(
                        "its " + images.size() + " images have no names; say which name" + " it is to get");
            }
            Map<String, Descriptor> loaded = new LinkedHashMap<>();
            for (var image : named.entrySet()) {
                loaded.put(image.getKey(), image.getValue().taker().take(Optional.empty()));
            }
            loaded.forEach((name, target) -> store.name(name, target, LOADED));
            return loaded;
        });
    }

    private static String fullName(FoundImage image) {
        if (TAG.matcher(image.name()).matches()) {
            throw new InvalidSpecificationException("it has an image that is called \"" + image
                    + "\", which is a tag and does not say of what; load it by a name with this tag");
        }
        return ImageReference.parse(image.name()).toString();
    }

    /**
     * Loads one: the only one, or else the one of that name, or of its tag if names are no more than tags.
     *
     * @param name the name that it gets
     * @param platform whose image is taken; empty for all that there are
     * @param host what must be among all
     * @return what was loaded
     * @throws InvalidSpecificationException if it can't be taken; nothing is named then
     */
    public Descriptor one(ImageReference name, Optional<Platform> platform, Platform host) {
        return reading(images -> {
            Descriptor target = find(images, name).taker().take(platform);
            if (platform.isEmpty()) {
                PlatformChoice.choose(store, target, host);
            }
            store.name(name.toString(), target, LOADED);
            return target;
        });
    }

    private static FoundImage find(List<FoundImage> images, ImageReference name) {
        List<FoundImage> named =
                images.stream().filter(image -> !image.name().isEmpty()).toList();
        List<FoundImage> candidates = named.isEmpty() ? images : named;
        List<FoundImage> fitting = identities(candidates) == 1
                ? candidates
                : candidates.stream().filter(image -> isCalled(image, name)).toList();
        if (identities(fitting) != 1) {
            throw new InvalidSpecificationException(
                    (fitting.isEmpty() ? "none" : "more than one") + " of its images is called "
                            + name + "; it has "
                            + candidates.stream().limit(MOST_SHOWN).toList());
        }
        return fitting.getFirst();
    }

    private static long identities(List<FoundImage> images) {
        return images.stream().map(FoundImage::identity).distinct().count();
    }

    private static boolean isCalled(FoundImage image, ImageReference name) {
        if (TAG.matcher(image.name()).matches()) {
            return name.tag().equals(Optional.of(image.name()));
        }
        try {
            return ImageReference.parse(image.name()).equals(name);
        } catch (InvalidSpecificationException _) {
            return false;
        }
    }

    // ---- the form

    private interface Reader<T> {
        T read(List<FoundImage> images) throws IOException;
    }

    private <T> T reading(Reader<T> reader) {
        try (Entries entries = open()) {
            return reader.read(images(entries));
        } catch (InvalidSpecificationException e) {
            throw new InvalidSpecificationException(DOING + path + ": " + e.getMessage(), e);
        } catch (IOException | ContainerException e) {
            throw new ContainerException(DOING + path + ": " + e.getMessage(), e);
        }
    }

    private Entries open() throws IOException {
        return Files.isDirectory(path) ? new DirectoryEntries(path) : TarEntries.open(store, path);
    }

    private List<FoundImage> images(Entries entries) throws IOException {
        if (LayoutReader.isLayout(entries)) {
            return new LayoutReader(store, entries, path.toString()).images();
        }
        if (entries.has(DockerReader.LIST)) {
            return new DockerReader(store, entries, path.toString()).images();
        }
        throw new InvalidSpecificationException("it has neither " + LayoutReader.MARK + " nor " + DockerReader.LIST
                + ", so it is no OCI image layout and no archive of docker save");
    }
}
