package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.launch.IdMaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What this JVM's user may give to a container: ids and capabilities. Root gives it a range of its own, so that the container's root is
 * nobody on the host; an ordinary user can give only itself.
 *
 * @param maps what is written for a new user namespace
 * @param permitted the capabilities that this JVM has; bit n is capability n
 */
record Caller(IdMaps maps, long permitted) {
    /** The first id outside and the number of ids of root's containers: those that LXD takes for root. */
    private static final long FIRST = 1_000_000;

    private static final long COUNT = 65_536;

    private static final int CAP_SETGID = 6;
    private static final int CAP_SETUID = 7;
    private static final long BOTH = 1L << CAP_SETGID | 1L << CAP_SETUID;

    private static final Lazy<Caller> CURRENT = new Lazy<>(() -> read(Path.of("/proc/self")));

    /** The user that this JVM runs as. */
    static Caller current() {
        return CURRENT.get();
    }

    static Caller read(Path process) {
        try {
            List<String> status = Files.readAllLines(process.resolve("status"));
            long uid = effectiveId(status, "Uid:");
            long gid = effectiveId(status, "Gid:");
            long permitted = Long.parseUnsignedLong(field(status, "CapPrm:"), 16);
            if ((Long.parseUnsignedLong(field(status, "CapEff:"), 16) & BOTH) == BOTH) {
                List<IdMaps.Range> uids = range(Files.readAllLines(process.resolve("uid_map")));
                List<IdMaps.Range> gids = range(Files.readAllLines(process.resolve("gid_map")));
                if (!uids.isEmpty() && !gids.isEmpty()) {
                    return new Caller(new IdMaps(uids, gids, false), permitted);
                }
            }
            return new Caller(
                    new IdMaps(List.of(new IdMaps.Range(0, uid, 1)), List.of(new IdMaps.Range(0, gid, 1)), true),
                    permitted);
        } catch (IOException | NumberFormatException e) {
            throw new HostUnsupportedException(
                    "reading the ids of this process below " + process + "; /proc must be mounted", e);
        }
    }

    /** The usual range if this process's own namespace has it, else all but its root. */
    private static List<IdMaps.Range> range(List<String> ownMap) {
        long end = 0;
        for (String line : ownMap) {
            String[] words = line.strip().split("\\s+", -1);
            long inside = Long.parseLong(words[0]);
            if (inside == end) {
                end += Long.parseLong(words[2]);
            }
        }
        if (end >= FIRST + COUNT) {
            return List.of(new IdMaps.Range(0, FIRST, COUNT));
        }
        return end > 1 ? List.of(new IdMaps.Range(0, 1, Math.min(COUNT, end - 1))) : List.of();
    }

    private static long effectiveId(List<String> status, String name) {
        return Long.parseLong(field(status, name).split("\\s+", -1)[1]);
    }

    private static String field(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElseThrow(() -> new HostUnsupportedException("/proc/self/status has no " + name));
    }
}
