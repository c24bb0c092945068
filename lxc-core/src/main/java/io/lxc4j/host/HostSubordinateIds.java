package io.lxc4j.host;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.launch.SubordinateIdTools;
import io.lxc4j.namespaces.SubordinateIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The ids that the administrator has given to a user for its user namespaces.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/subuid.5.html">subuid(5)</a>
 */
final class HostSubordinateIds {
    private HostSubordinateIds() {}

    static List<Ability> abilities(HostUser user) {
        return List.of(
                ids("subordinate user ids", Path.of("/etc/subuid"), user),
                ids("subordinate group ids", Path.of("/etc/subgid"), user),
                tools());
    }

    private static Ability ids(String name, Path file, HostUser user) {
        try {
            return answer(name, file, user, SubordinateIds.read(file));
        } catch (HostUnsupportedException e) {
            return Ability.unknown(name, String.valueOf(e.getMessage()));
        }
    }

    static Ability answer(String name, Path file, HostUser user, SubordinateIds ids) {
        List<SubordinateIds.Range> ranges = ids.rangesOf(user.name(), user.uid());
        String malformed = ids.malformed().stream()
                .map(line -> "; line " + line.number() + " is ignored: " + line.text())
                .collect(Collectors.joining());
        if (!ranges.isEmpty()) {
            return Ability.available(
                    name,
                    ranges.stream()
                                    .map(range -> range.count() + " ids, from " + range.first() + " on")
                                    .collect(Collectors.joining("; "))
                            + malformed);
        }
        return Ability.unavailable(
                name,
                user.name() + " has none in " + file + malformed
                        + (user.has(ProcessStatus.CAP_SETUID) && !user.nested()
                                ? "; it maps ranges without"
                                : "; add a line, for instance " + user.name() + ":100000:65536"));
    }

    private static Ability tools() {
        List<String> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String tool : SubordinateIdTools.NAMES) {
            SubordinateIdTools.find(tool).ifPresentOrElse(file -> found.add(file.toString()), () -> missing.add(tool));
        }
        String name = String.join(", ", SubordinateIdTools.NAMES);
        return missing.isEmpty()
                ? Ability.available(name, String.join(" ", found))
                : Ability.unavailable(
                        name, String.join(" and ", missing) + " not found; install the package uidmap or shadow-utils");
    }
}
