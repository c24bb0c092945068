package io.lxc4j.kernel;

import io.lxc4j.error.HostUnsupportedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whom a process runs as, and what it may do, from {@code /proc/PID/status}.
 *
 * @param name the first 15 characters of its program's name, unless it changed them; may be anything
 * @param uid effective user id
 * @param gid effective group id
 * @param capabilities its capabilities
 * @param filtered whether a seccomp filter was put on it
 * @param noNewPrivileges whether programs that it executes gain nothing from set-user-id and file capabilities
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html">proc_pid_status(5)</a>
 */
public record ProcessStatus(
        String name, long uid, long gid, CapabilitySets capabilities, boolean filtered, boolean noNewPrivileges) {
    /** The number of CAP_SETGID. */
    public static final int CAP_SETGID = 6;

    /** The number of CAP_SETUID. */
    public static final int CAP_SETUID = 7;

    /** The number of CAP_SYS_ADMIN. */
    public static final int CAP_SYS_ADMIN = 21;

    private static final String FILTER = "2";

    /**
     * Reads the status of this process.
     *
     * @return the status
     * @throws HostUnsupportedException if {@code /proc} is not mounted
     */
    public static ProcessStatus ofThisProcess() {
        return read(Path.of("/proc/self"));
    }

    /**
     * Reads the status of a process.
     *
     * @param process its directory below {@code /proc}
     * @return the status
     * @throws HostUnsupportedException if it can't be read
     */
    public static ProcessStatus read(Path process) {
        try {
            // The first line has the program's name, which may be any bytes.
            return parse(Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new HostUnsupportedException(
                    "reading the status of a process below " + process
                            + ": it has ended, this user may not look at it, or /proc is not mounted",
                    e);
        }
    }

    /**
     * Parses a status.
     *
     * @param lines the lines of the file
     * @return the status
     * @throws HostUnsupportedException if a line that every kernel writes is missing
     */
    public static ProcessStatus parse(List<String> lines) {
        return new ProcessStatus(
                field(lines, "Name"),
                effectiveId(lines, "Uid"),
                effectiveId(lines, "Gid"),
                new CapabilitySets(
                        capabilities(lines, "CapEff"),
                        capabilities(lines, "CapPrm"),
                        capabilities(lines, "CapInh"),
                        capabilities(lines, "CapBnd"),
                        capabilities(lines, "CapAmb")),
                lines.contains("Seccomp:\t" + FILTER),
                lines.contains("NoNewPrivs:\t1"));
    }

    private static long effectiveId(List<String> lines, String name) {
        return Long.parseLong(field(lines, name).split("\\s+", -1)[1]);
    }

    private static long capabilities(List<String> lines, String name) {
        return Long.parseUnsignedLong(field(lines, name), 16);
    }

    private static String field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow(() -> new HostUnsupportedException("the status of a process has no " + name));
    }

    /**
     * Whether it can use a capability.
     *
     * @param capability the capability's number
     * @return whether it is effective
     */
    public boolean has(int capability) {
        return (capabilities.effective() & 1L << capability) != 0;
    }
}
