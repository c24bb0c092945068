package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.launch.IdMaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /etc/subuid} or {@code /etc/subgid}, read again when it has changed. */
final class SubordinateFile {
    private static final long SUGGESTED_FIRST = 100_000;
    private static final long SUGGESTED_COUNT = 65_536;

    private final Path path;
    private final String kind;
    private final String option;
    private volatile @Nullable Seen seen;

    /** Contents, and how the file looked when they were read. */
    private record Seen(List<Object> look, SubordinateIds ids) {}

    private SubordinateFile(Path path, String kind, String option) {
        this.path = path;
        this.kind = kind;
        this.option = option;
    }

    static SubordinateFile ofUsers(Path directory) {
        return new SubordinateFile(directory.resolve("subuid"), "user", "--add-subuids");
    }

    static SubordinateFile ofGroups(Path directory) {
        return new SubordinateFile(directory.resolve("subgid"), "group", "--add-subgids");
    }

    /** What it says; the same object as long as it has not changed. */
    SubordinateIds ids() {
        List<Object> look = look();
        Seen known = seen;
        if (known == null || !known.look.equals(look)) {
            known = new Seen(look, SubordinateIds.read(path));
            seen = known;
        }
        return known.ids;
    }

    private List<Object> look() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            FileTime modified = attributes.lastModifiedTime();
            return List.of(modified, attributes.size(), String.valueOf(attributes.fileKey()));
        } catch (IOException _) {
            return List.of(); // what is wrong with it is found by reading
        }
    }

    /** The ids of a user, as many as a map has room for beside the user's own. */
    IdSet of(Caller caller) {
        IdSet all = all(caller);
        int most = IdMaps.MOST_RANGES - 2; // keepId adds its own, which can part another one
        return all.runs().size() <= most
                ? all
                : new IdSet(List.copyOf(all.runs().subList(0, most)));
    }

    /** The ids of a user. */
    IdSet all(Caller caller) {
        return IdSet.given(ids().rangesOf(caller.name(), caller.uid()));
    }

    boolean has(Caller caller) {
        return !all(caller).isEmpty();
    }

    /** For a user who has none, says how to get some. */
    HostUnsupportedException missing(Caller caller, IdMapping mapping) {
        String malformed = ids().malformed().stream()
                .map(line -> "line " + line.number() + " \"" + line.text() + "\"")
                .collect(Collectors.joining(", "));
        return new HostUnsupportedException(mapping + ": the user " + caller.name() + " has no subordinate " + kind
                + " ids, as " + path + " has no line for it" + (malformed.isEmpty() ? "" : "; ignored is " + malformed)
                + "; " + remedy(caller));
    }

    /** What root can do to give a user more. */
    String remedy(Caller caller) {
        IdSet free = IdSet.of(SUGGESTED_FIRST, IdSet.END - SUGGESTED_FIRST).minus(IdSet.given(ids().ranges()));
        if (free.slices(SUGGESTED_COUNT) == 0) {
            return path + " has given nearly all ids away";
        }
        long first = free.slice(0, SUGGESTED_COUNT);
        return "add the line " + caller.name() + ":" + first + ":" + SUGGESTED_COUNT + " to " + path
                + ", as root does with: usermod " + option + " " + first + "-" + (first + SUGGESTED_COUNT - 1) + " "
                + caller.name();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
