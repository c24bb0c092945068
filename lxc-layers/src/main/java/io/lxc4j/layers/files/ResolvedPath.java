package io.lxc4j.layers.files;

import io.lxc4j.layers.tar.ByteStrings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Where a path leads for a program inside, also if its end is missing. Links never lead out of the tree.
 *
 * @param path the path on which no name is a link, a string of bytes without a slash at either end; empty for the root
 * @param kind what is there
 */
public record ResolvedPath(String path, Kind kind) {
    /** As the kernel's limit on links in one look-up. */
    private static final int MOST_LINKS = 40;

    /** What is at the end of a path. */
    public enum Kind {
        /** Nothing. */
        MISSING,

        /** A directory. */
        DIRECTORY,

        /** A file, device or the like. */
        OTHER
    }

    private record Found(Kind kind, Optional<String> link) {
        static Found of(MergedTree.Entry entry) {
            if (entry.status().isLink()) {
                return new Found(Kind.OTHER, Optional.of(entry.target()));
            }
            return new Found(entry.status().isDirectory() ? Kind.DIRECTORY : Kind.OTHER, Optional.empty());
        }
    }

    /**
     * Follows a path.
     *
     * @param files the tree
     * @param path the path, a string of bytes, absolute or as if it were
     * @return where it leads
     * @throws LayerException if it goes on below something that is no directory, or over too many links
     */
    public static ResolvedPath of(MergedTree files, String path) {
        return find(files, path)
                .orElseThrow(() -> new LayerException(
                        "looking for " + ByteStrings.show(path) + ": it goes on below something that is no directory"));
    }

    /** Follows a path; empty if it goes on below something that is no directory. */
    static Optional<ResolvedPath> find(MergedTree files, String path) {
        Deque<String> todo = new ArrayDeque<>(names(path));
        List<String> way = new ArrayList<>();
        Kind kind = Kind.DIRECTORY;
        int links = 0;
        while (!todo.isEmpty()) {
            if (kind == Kind.OTHER) {
                return Optional.empty();
            }
            String name = todo.pop();
            if (!name.equals("..")) {
                way.add(name);
            } else if (!way.isEmpty()) {
                way.removeLast();
            }
            Found found = look(files, way);
            if (found.link.isPresent()) {
                if (++links > MOST_LINKS) {
                    throw new LayerException("looking for " + ByteStrings.show(path) + ": it leads over more than "
                            + MOST_LINKS + " links");
                }
                way.removeLast();
                if (found.link.get().startsWith("/")) {
                    way.clear();
                }
                names(found.link.get()).reversed().forEach(todo::push);
                found = look(files, way);
            }
            kind = found.kind;
        }
        return Optional.of(new ResolvedPath(String.join("/", way), kind));
    }

    /**
     * The same path without what says nothing.
     *
     * @param path a path in which no {@code ..} goes up
     * @return it without slashes at its ends, empty names and {@code .}; empty for the root
     */
    public static String plain(String path) {
        return String.join("/", names(path));
    }

    private static Found look(MergedTree files, List<String> way) {
        return files.look(String.join("/", way), Found::of).orElse(new Found(Kind.MISSING, Optional.empty()));
    }

    static List<String> names(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(name -> !name.isEmpty() && !name.equals("."))
                .toList();
    }
}
