package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.MediaType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which layers steps of builds have made, so that the same step on the same image need not be done again. It is a memory and keeps nothing:
 * a layer that was collected is made anew.
 */
final class Steps {
    private static final String PLACE = "steps";
    private static final String NO_TIME = "-";
    private static final int FIELDS = 5;

    private final StoreDirectory directory;

    Steps(StoreDirectory directory) {
        this.directory = directory;
    }

    private Path file(Digest key) {
        return directory.resolve(PLACE).resolve(key.hex());
    }

    Optional<BuiltLayer> find(Digest key) {
        Path file = file(key);
        try {
            return parse(Files.readString(file));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ContainerException("reading " + file + ", which says what a step of a build has made: " + e, e);
        }
    }

    /** One that is damaged is as good as none. */
    private static Optional<BuiltLayer> parse(String text) {
        String[] fields = text.strip().split(" ", -1);
        try {
            if (fields.length != FIELDS) {
                return Optional.empty();
            }
            Descriptor blob =
                    new Descriptor(new MediaType(fields[2]), Digest.parse(fields[1]), Long.parseLong(fields[3]));
            Optional<Instant> created =
                    fields[4].equals(NO_TIME) ? Optional.empty() : Optional.of(Instant.parse(fields[4]));
            return Optional.of(new BuiltLayer(new NewLayer(blob, Digest.parse(fields[0])), created));
        } catch (InvalidSpecificationException | NumberFormatException | DateTimeException _) {
            return Optional.empty();
        }
    }

    void note(Digest key, BuiltLayer made) {
        Descriptor blob = made.layer().blob();
        directory.write(
                file(key),
                String.join(
                                " ",
                                made.layer().diffId().toString(),
                                blob.digest().toString(),
                                blob.mediaType().toString(),
                                Long.toString(blob.size()),
                                made.created().map(Instant::toString).orElse(NO_TIME))
                        + "\n");
    }

    /** Forgets the steps whose layers are gone. */
    void retain(Predicate<Digest> isThere) throws IOException {
        for (String name : directory.list(PLACE)) {
            Path file = directory.resolve(PLACE).resolve(name);
            boolean leadsSomewhere = parse(Files.readString(file))
                    .filter(made -> isThere.test(made.layer().blob().digest()))
                    .isPresent();
            if (!leadsSomewhere) {
                Files.deleteIfExists(file);
            }
        }
    }
}
