package io.lxc4j.layers.store;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.files.LayerException;
import io.lxc4j.layers.files.TreeRemover;
import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.MediaType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Names of images, and which versions each has stood for: a file for each name, in which the last line is what it stands for now. What was
 * said before is remembered, so that it can be gone back to, and is not collected as long. The first line is the name; of a branch it says
 * so.
 */
public final class References {
    /** So many versions of a name are remembered. */
    static final int MOST_REMEMBERED = 20;

    private static final int FIELDS = 5;

    /** After the name, in which there is no space. */
    private static final String BRANCH = " branch";

    private final StoreDirectory directory;

    References(StoreDirectory directory) {
        this.directory = directory;
    }

    /**
     * What a name has stood for.
     *
     * @param time since when
     * @param target what it led to: an image, or an index of some
     * @param action why, a word
     */
    public record Entry(Instant time, Descriptor target, String action) {}

    /** Names can be longer than those of files, and have slashes. */
    private Path file(String name) {
        return directory.resolve(
                "refs/" + Digest.of(name.getBytes(StandardCharsets.UTF_8)).hex());
    }

    /** What a name has stood for, the newest last; empty if there is no such name. */
    List<Entry> log(String name) {
        return read(file(name)).map(Named::entries).orElse(List.of());
    }

    Optional<Descriptor> find(String name) {
        List<Entry> log = log(name);
        return log.isEmpty() ? Optional.empty() : Optional.of(log.getLast().target);
    }

    /** What a file says, as far as it can be read. */
    private record Named(String name, boolean isBranch, List<Entry> entries, boolean isWhole) {}

    boolean isBranch(String name) {
        return read(file(name)).map(Named::isBranch).orElse(false);
    }

    private Optional<Named> read(Path file) {
        try {
            Optional<Named> named = parse(file, Files.readAllBytes(file));
            if (named.isEmpty() || !named.get().isWhole) {
                throw new LayerException("reading the name in " + file
                        + ": it is damaged; repair the store, or remove the file and name the image again");
            }
            return named;
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ContainerException("reading the name in " + file + ": " + e, e);
        }
    }

    /** Without its name a file says nothing. */
    private Optional<Named> parse(Path file, byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        List<String> lines = text.lines().toList();
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        String first = lines.getFirst();
        boolean isBranch = first.endsWith(BRANCH);
        String name = isBranch ? first.substring(0, first.length() - BRANCH.length()) : first;
        if (!file(name).equals(file)) {
            return Optional.empty();
        }
        List<Entry> entries =
                lines.stream().skip(1).flatMap(line -> parse(line).stream()).toList();
        boolean isWhole = text.endsWith("\n") && entries.size() == lines.size() - 1;
        return entries.isEmpty() ? Optional.empty() : Optional.of(new Named(name, isBranch, entries, isWhole));
    }

    private static Optional<Entry> parse(String line) {
        String[] fields = line.split(" ", -1);
        if (fields.length != FIELDS) {
            return Optional.empty();
        }
        try {
            Descriptor target =
                    new Descriptor(new MediaType(fields[3]), Digest.parse(fields[1]), Long.parseLong(fields[2]));
            return Optional.of(new Entry(Instant.parse(fields[0]), target, fields[4]));
        } catch (DateTimeParseException | InvalidSpecificationException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    /** Lets a tag stand for something. */
    void set(String name, Descriptor target, String action) {
        try (StoreLock _ = lock()) {
            if (isBranch(name)) {
                throw new InvalidSpecificationException(
                        "naming an image " + name + ": that is a branch, which moves by its own commits and merges, or"
                                + " by Versions.move; take another name");
            }
            write(name, false, with(log(name), target, action));
        }
    }

    /** Makes a branch or a tag, unless there is something of that name; gives whether it was made. */
    boolean make(String name, Descriptor target, boolean isBranch) {
        try (StoreLock _ = lock()) {
            boolean isNew = log(name).isEmpty();
            if (isNew) {
                write(name, isBranch, with(List.of(), target, isBranch ? "branch" : "tag"));
            }
            return isNew;
        }
    }

    /** Lets a name stand for something else, if it still stands for what is expected; gives whether it did. */
    boolean move(String name, Descriptor expected, Descriptor target, String action) {
        try (StoreLock _ = lock()) {
            List<Entry> entries = log(name);
            boolean isExpected =
                    !entries.isEmpty() && entries.getLast().target.digest().equals(expected.digest());
            if (isExpected) {
                write(name, isBranch(name), with(entries, target, action));
            }
            return isExpected;
        }
    }

    private static List<Entry> with(List<Entry> entries, Descriptor target, String action) {
        List<Entry> more = new ArrayList<>(entries);
        more.add(new Entry(Instant.now(), target, action));
        return more.subList(Math.max(0, more.size() - MOST_REMEMBERED), more.size());
    }

    /** Forgets a name and all that it has stood for; gives whether it was there. */
    boolean remove(String name) {
        try (StoreLock _ = lock()) {
            return Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new ContainerException("forgetting the name " + name + ": " + e, e);
        }
    }

    /** Forgets some of what a name has stood for; what it stands for now must not be among it. */
    void forget(String name, Set<Descriptor> targets) {
        update(
                name,
                entries -> entries.stream()
                        .filter(entry -> !targets.contains(entry.target))
                        .toList());
    }

    private void update(String name, UnaryOperator<List<Entry>> change) {
        try (StoreLock _ = lock()) {
            write(name, isBranch(name), change.apply(log(name)));
        }
    }

    private void write(String name, boolean isBranch, List<Entry> entries) {
        StringBuilder text =
                new StringBuilder(name).append(isBranch ? BRANCH : "").append('\n');
        entries.forEach(entry -> text.append(entry.time)
                .append(' ')
                .append(entry.target.digest())
                .append(' ')
                .append(entry.target.size())
                .append(' ')
                .append(entry.target.mediaType())
                .append(' ')
                .append(entry.action)
                .append('\n'));
        directory.write(file(name), text.toString());
    }

    private StoreLock lock() {
        return StoreLock.exclusive(directory.resolve("locks/refs"));
    }

    /** All names, sorted, and what each stands for. */
    SortedMap<String, List<Entry>> all() {
        SortedMap<String, List<Entry>> all = new TreeMap<>();
        for (Path file : files()) {
            read(file).ifPresent(named -> all.put(named.name, named.entries));
        }
        return all;
    }

    private List<Path> files() {
        return directory.list("refs").stream()
                .filter(Digest::isHash)
                .map(file -> directory.resolve("refs/" + file))
                .toList();
    }

    // ---- damage

    /** What there is of a file that can't be trusted. */
    private Optional<Named> salvaged(Path file) {
        try {
            return parse(file, Files.readAllBytes(file));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** As {@link #all}, as far as it can be read. */
    SortedMap<String, List<Entry>> readable() {
        SortedMap<String, List<Entry>> all = new TreeMap<>();
        for (Path file : files()) {
            salvaged(file).ifPresent(named -> all.put(named.name, named.entries));
        }
        return all;
    }

    /** The files of which not all can be read. */
    List<Path> damaged() {
        return files().stream()
                .filter(file -> !salvaged(file).map(Named::isWhole).orElse(false))
                .toList();
    }

    /** Keeps what can be read of a damaged file; gives whether that is anything at all, as the file goes otherwise. */
    boolean salvage(Path file) {
        try (StoreLock _ = lock()) {
            Optional<Named> readable = salvaged(file);
            if (readable.isPresent()) {
                Named named = readable.get();
                write(named.name, named.isBranch, named.entries);
            } else {
                TreeRemover.remove(file);
            }
            return readable.isPresent();
        }
    }
}
