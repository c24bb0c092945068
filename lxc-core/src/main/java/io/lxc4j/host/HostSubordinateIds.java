package io.lxc4j.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ids that the administrator has given to a user for its user namespaces.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/subuid.5.html">subuid(5)</a>
 */
final class HostSubordinateIds {
    private static final List<String> TOOLS = List.of("newuidmap", "newgidmap");

    private HostSubordinateIds() {}

    static List<Ability> abilities(HostUser user) {
        return List.of(
                ids("subordinate user ids", "/etc/subuid", user),
                ids("subordinate group ids", "/etc/subgid", user),
                tools(System.getenv("PATH")));
    }

    private static Ability ids(String name, String file, HostUser user) {
        try {
            return answer(name, file, user, ranges(Files.readAllLines(Path.of(file)), user));
        } catch (IOException e) {
            return answer(name, file, user, List.of());
        }
    }

    static Ability answer(String name, String file, HostUser user, List<String> ranges) {
        if (!ranges.isEmpty()) {
            return Ability.available(name, String.join("; ", ranges));
        }
        return Ability.unavailable(
                name,
                user.name() + " has none in " + file
                        + (user.has(HostUser.CAP_SETUID) && !user.nested()
                                ? "; it maps ranges without"
                                : "; add a line, for instance " + user.name() + ":100000:65536"));
    }

    /** The ranges of lines {@code user:first:count}, where the user is a name or a number. */
    static List<String> ranges(List<String> lines, HostUser user) {
        List<String> names = List.of(user.name(), Long.toString(user.uid()));
        List<String> ranges = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.strip().split(":", -1);
            if (fields.length == 3 && names.contains(fields[0])) {
                ranges.add(fields[2] + " ids, from " + fields[1] + " on");
            }
        }
        return ranges;
    }

    private static Ability tools(@Nullable String path) {
        List<String> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String tool : TOOLS) {
            find(path, tool).ifPresentOrElse(file -> found.add(file.toString()), () -> missing.add(tool));
        }
        String name = "newuidmap, newgidmap";
        return missing.isEmpty()
                ? Ability.available(name, String.join(" ", found))
                : Ability.unavailable(
                        name, String.join(" and ", missing) + " not found; install the package uidmap or shadow-utils");
    }

    private static Optional<Path> find(@Nullable String path, String tool) {
        return Stream.concat(
                        path == null ? Stream.empty() : Arrays.stream(path.split(":", -1)),
                        Stream.of("/usr/bin", "/bin", "/usr/local/bin"))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
