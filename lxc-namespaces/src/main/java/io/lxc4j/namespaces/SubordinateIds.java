package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The ids that the administrator has given to users for their user namespaces: what {@code /etc/subuid} or
 * {@code /etc/subgid} says.
 *
 * @param ranges the ranges of all users, in the order of the file
 * @param ignored the lines that give nobody anything, with their numbers: comments, and what newuidmap passes over, too
 * @see <a href="https://man7.org/linux/man-pages/man5/subuid.5.html">subuid(5)</a>
 */
public record SubordinateIds(List<Range> ranges, List<IgnoredLine> ignored) {
    /** The longest line that shadow's library reads. */
    private static final int LINE_MAX = 1023;

    /** One past the last id; the number itself is the kernel's {@code (uid_t) -1}, which is no id. */
    private static final long END = (1L << 32) - 1;

    /** As {@code strtoul(3)} with base 0, which the library uses; none needs more digits. */
    private static final Pattern NUMBER = Pattern.compile("0[xX][0-9a-fA-F]{1,8}|0[0-7]{0,11}|[1-9][0-9]{0,9}");

    /** Makes the lists immutable. */
    public SubordinateIds {
        ranges = List.copyOf(ranges);
        ignored = List.copyOf(ignored);
    }

    /**
     * A run of ids that a user may give to its namespaces.
     *
     * @param owner the user's name, or its id
     * @param first the first id, from 0
     * @param count how many, at least 1; the last id is at most 4294967294
     */
    public record Range(String owner, long first, long count) {}

    /**
     * A line that gives nobody anything.
     *
     * @param number its number, from 1
     * @param text the line
     */
    public record IgnoredLine(int number, String text) {
        /**
         * Whether it was meant so.
         *
         * @return whether it is empty or begins with {@code #}
         */
        public boolean isComment() {
            return text.isBlank() || text.startsWith("#");
        }
    }

    /**
     * Reads a file.
     *
     * @param file {@code /etc/subuid} or {@code /etc/subgid}
     * @return what it says; nothing if there is no such file
     * @throws HostUnsupportedException if it can't be read
     */
    public static SubordinateIds read(Path file) {
        try {
            // Names may be any bytes, and one that is no UTF-8 must not hide the other lines.
            return parse(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException _) {
            return new SubordinateIds(List.of(), List.of());
        } catch (IOException e) {
            throw new HostUnsupportedException(
                    "reading subordinate ids: " + e + "; " + file + " must be a file that everybody may read", e);
        }
    }

    /**
     * Parses lines {@code user:first:count}. A line is ignored if it has fewer fields, an empty one, no number, or ids
     * beyond the kernel's.
     *
     * @param lines the lines of a file
     * @return what they say
     */
    public static SubordinateIds parse(List<String> lines) {
        List<Range> ranges = new ArrayList<>();
        List<IgnoredLine> ignored = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String[] fields = line.split(":", -1);
            long first = fields.length < 3 ? -1 : number(fields[1]);
            long count = fields.length < 3 ? -1 : number(fields[2]);
            if (line.length() > LINE_MAX
                    || fields[0].isEmpty()
                    || line.startsWith("#")
                    || first < 0
                    || count < 1
                    || count > END - first) {
                ignored.add(new IgnoredLine(i + 1, line));
            } else {
                ranges.add(new Range(fields[0], first, count));
            }
        }
        return new SubordinateIds(ranges, ignored);
    }

    /** The number, or -1 if it is none. */
    private static long number(String text) {
        return NUMBER.matcher(text).matches() ? Long.decode(text) : -1;
    }

    /**
     * What a user has.
     *
     * @param name its name
     * @param uid its id
     * @return the ranges of lines with that name or that id, in the order of the file
     */
    public List<Range> rangesOf(String name, long uid) {
        List<String> owners = List.of(name, Long.toString(uid));
        return ranges.stream().filter(range -> owners.contains(range.owner())).toList();
    }

    /**
     * The lines that were meant to give something and do not.
     *
     * @return the ignored lines without comments
     */
    public List<IgnoredLine> malformed() {
        return ignored.stream().filter(line -> !line.isComment()).toList();
    }
}
