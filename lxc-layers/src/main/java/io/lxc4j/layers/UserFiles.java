package io.lxc4j.layers;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.layers.files.MergedTree;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who is who in an image, by its {@code /etc/passwd} and {@code /etc/group}. Anybody may have written them: a line that has not the right
 * form is as good as none.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/passwd.5.html">passwd(5)</a>
 * @see <a href="https://man7.org/linux/man-pages/man5/group.5.html">group(5)</a>
 */
final class UserFiles {
    private static final int LARGEST_BYTES = 1 << 20;
    private static final int MOST_GROUPS = 1024;
    private static final Pattern ID = Pattern.compile("[0-9]{1,10}");

    /** Of an image that has none. */
    static final UserFiles NONE = new UserFiles(List.of(), List.of());

    private final List<String[]> users;
    private final List<String[]> groups;

    UserFiles(MergedTree files) {
        this(lines(files, "/etc/passwd", 7), lines(files, "/etc/group", 4));
    }

    private UserFiles(List<String[]> users, List<String[]> groups) {
        this.users = users;
        this.groups = groups;
    }

    private static List<String[]> lines(MergedTree files, String path, int fields) {
        return files.read(path, LARGEST_BYTES).map(bytes -> new String(bytes, StandardCharsets.ISO_8859_1)).stream()
                .flatMap(text -> Arrays.stream(text.split("\n", -1)))
                .map(line -> line.split(":", -1))
                .filter(line -> line.length == fields && id(line[2]).isPresent())
                .toList();
    }

    private static OptionalInt id(String text) {
        if (!ID.matcher(text).matches()) {
            return OptionalInt.empty();
        }
        long id = Long.parseLong(text);
        return id <= Integer.MAX_VALUE ? OptionalInt.of((int) id) : OptionalInt.empty();
    }

    /**
     * Finds a user.
     *
     * @param text {@code user} or {@code user:group}, names or ids; empty for root
     * @throws InvalidSpecificationException if the image has no such user or group
     */
    ImageUser find(String text) {
        String[] parts = text.split(":", 2);
        String user = parts[0].isEmpty() ? "0" : parts[0];
        Optional<String[]> entry = byNameOrId(users, user);
        int uid = entry.map(line -> id(line[2]))
                .orElseGet(() -> id(user))
                .orElseThrow(() -> unknown("user", user, "/etc/passwd"));
        String home = entry.map(line -> line[5])
                .filter(path -> path.startsWith("/") && path.indexOf('\0') < 0)
                .map(UserFiles::text)
                .orElse(uid == 0 ? "/root" : "/");
        if (parts.length == 2) {
            return new ImageUser(uid, group(parts[1]), List.of(), home);
        }
        int gid = entry.map(line -> id(line[3])).orElse(OptionalInt.of(0)).orElse(0);
        return new ImageUser(uid, gid, entry.map(line -> memberOf(line[0])).orElse(List.of()), home);
    }

    private int group(String group) {
        return byNameOrId(groups, group)
                .map(line -> id(line[2]))
                .orElseGet(() -> id(group))
                .orElseThrow(() -> unknown("group", group, "/etc/group"));
    }

    private static InvalidSpecificationException unknown(String what, String name, String file) {
        return new InvalidSpecificationException("the image has no " + what + " \"" + name + "\" in its " + file
                + ", and it is no id from 0 to " + Integer.MAX_VALUE);
    }

    /** A name comes before the same digits as an id. */
    private static Optional<String[]> byNameOrId(List<String[]> lines, String wanted) {
        return Stream.concat(
                        lines.stream().filter(line -> text(line[0]).equals(wanted)),
                        lines.stream().filter(line -> line[2].equals(wanted)))
                .findFirst();
    }

    private List<Integer> memberOf(String user) {
        return new TreeSet<>(groups.stream()
                        .filter(line -> List.of(line[3].split(",", -1)).contains(user))
                        .map(line -> id(line[2]).orElseThrow())
                        .toList())
                .stream().limit(MOST_GROUPS).toList();
    }

    private static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
