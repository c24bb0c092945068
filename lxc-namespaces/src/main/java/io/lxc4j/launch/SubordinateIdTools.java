package io.lxc4j.launch;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.kernel.Sys;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The programs newuidmap and newgidmap, which write the maps of a user that has no privilege but subordinate ids.
 *
 * @see <a href="https://man7.org/linux/man-pages/man1/newuidmap.1.html">newuidmap(1)</a>
 */
public final class SubordinateIdTools {
    /** The programs' names, for user ids and for group ids. */
    public static final List<String> NAMES = List.of("newuidmap", "newgidmap");

    private static final int SET_USER_ID = 04000;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String INSTALL = "the package uidmap or shadow-utils";

    private final List<Path> directories;
    private final Predicate<Path> privileged;
    private final Duration limit;

    /**
     * Tools that are looked for in some directories.
     *
     * @param directories where to look, the first first
     * @param privileged whether a tool has the privilege that it needs
     * @param limit how long each may take
     */
    SubordinateIdTools(List<Path> directories, Predicate<Path> privileged, Duration limit) {
        this.directories = directories;
        this.privileged = privileged;
        this.limit = limit;
    }

    private static SubordinateIdTools ofThisHost() {
        String path = System.getenv("PATH");
        List<Path> directories = Stream.concat(
                        Stream.of("/usr/bin", "/bin", "/usr/local/bin"),
                        path == null ? Stream.empty() : Arrays.stream(path.split(":", -1)))
                .filter(directory -> directory.startsWith("/"))
                .map(Path::of)
                .distinct()
                .toList();
        return new SubordinateIdTools(directories, SubordinateIdTools::hasPrivilege, LIMIT);
    }

    private static boolean hasPrivilege(Path tool) {
        try {
            if (((int) Files.getAttribute(tool, "unix:mode") & SET_USER_ID) != 0) {
                return true;
            }
        } catch (IOException _) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            return Kernel.tryCall(
                            Sys.GETXATTR,
                            arena.allocateFrom(tool.toString()).address(),
                            arena.allocateFrom("security.capability").address(),
                            0,
                            0)
                    > 0;
        }
    }

    /**
     * Looks for a tool in {@code /usr/bin}, {@code /bin}, {@code /usr/local/bin} and {@code PATH}.
     *
     * @param tool its name
     * @return an absolute path, if there is such a tool
     */
    public static Optional<Path> find(String tool) {
        return ofThisHost().look(tool);
    }

    private Optional<Path> look(String tool) {
        return directories.stream()
                .map(directory -> directory.resolve(tool))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /**
     * Has both maps of a process written, which takes some milliseconds.
     *
     * @param pid a process of this user in a new user namespace, which waits
     * @param maps the maps; {@code setgroups(2)} stays allowed if a group id is a subordinate one
     * @throws HostUnsupportedException if a tool is missing, has no privilege, or refuses; the message has what it said
     * @throws ContainerException if this thread is interrupted
     */
    public static void write(long pid, IdMaps maps) {
        ofThisHost().run(pid, maps);
    }

    void run(long pid, IdMaps maps) {
        List<Path> tools = tools();
        String process = Long.toString(pid);
        List<String> forUsers = command(tools.get(0).toString(), process, maps.uids());
        List<String> forGroups = command(tools.get(1).toString(), process, maps.gids());
        // Neither needs the other's map, so they run at once.
        Process users = start(forUsers);
        try {
            Process groups = start(forGroups);
            try {
                await(users, forUsers);
                await(groups, forGroups);
            } finally {
                groups.destroyForcibly();
            }
        } finally {
            users.destroyForcibly();
        }
    }

    /** The tools with the privilege that they need. */
    private List<Path> tools() {
        List<Path> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : NAMES) {
            look(name).ifPresentOrElse(found::add, () -> missing.add(name));
        }
        if (!missing.isEmpty()) {
            throw new HostUnsupportedException("mapping subordinate ids: " + String.join(" and ", missing)
                    + " not found in "
                    + directories.stream().map(Path::toString).collect(Collectors.joining(", "))
                    + "; install " + INSTALL);
        }
        for (Path tool : found) {
            if (!privileged.test(tool)) {
                throw new HostUnsupportedException("mapping subordinate ids: " + tool
                        + " is neither set-user-id nor has it a file capability, so it can do no more than this JVM;"
                        + " chmod u+s " + tool + ", or install " + INSTALL + " anew");
            }
        }
        return found;
    }

    /** The command that writes one map. */
    static List<String> command(String tool, String process, List<IdMaps.Range> ranges) {
        List<String> command = new ArrayList<>(List.of(tool, process));
        for (IdMaps.Range range : ranges) {
            command.addAll(List.of(range.toString().split(" ", -1)));
        }
        return command;
    }

    private static Process start(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true);
        builder.environment().clear();
        try {
            return builder.start();
        } catch (IOException e) {
            throw new HostUnsupportedException(
                    "mapping subordinate ids: executing " + command.getFirst() + " failed: " + e.getMessage()
                            + "; this user must be allowed to execute it",
                    e);
        }
    }

    private void await(Process process, List<String> command) {
        String what = "mapping subordinate ids: " + String.join(" ", command);
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new HostUnsupportedException(what + " did not end within " + limit.toSeconds()
                        + " s; it may wait for a directory service that /etc/nsswitch.conf names");
            }
            if (process.exitValue() != 0) {
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                throw new HostUnsupportedException(what + " failed with exit status " + process.exitValue()
                        + (said.isEmpty() ? "" : ": " + said.replace("\n", ", ")) + "; " + advice());
            }
        } catch (IOException e) {
            throw new ContainerException(what + ": its message could not be read; try again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContainerException(what + ": interrupted; the container was not started", e);
        }
    }

    private static String advice() {
        ProcessStatus user = ProcessStatus.ofThisProcess();
        if (user.noNewPrivileges()) {
            return "this JVM was started with no_new_privs, below which the tool has no privilege; start it without"
                    + " (systemd: NoNewPrivileges=no)";
        }
        return NamespaceObstacles.of(user)
                .adviceOr("the ids must be in this user's lines of /etc/subuid and /etc/subgid, and the file system of"
                        + " the tool must not be mounted nosuid");
    }
}
