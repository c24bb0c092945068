package io.lxc4j.launch;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The id maps of a user namespace.
 *
 * @param uids ranges of user ids
 * @param gids ranges of group ids
 * @param denySetgroups whether {@code setgroups(2)} is given up, as the kernel demands of a caller without privilege
 * @param writer who writes them
 * @see <a href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</a>
 */
public record IdMaps(List<Range> uids, List<Range> gids, boolean denySetgroups, Writer writer) {
    /** How many ranges the kernel takes since Linux 4.15, {@code UID_GID_MAP_MAX_EXTENTS}. */
    public static final int MOST_RANGES = 340;

    /** Who writes the maps of a process that waits. */
    public enum Writer {
        /** This JVM, into the files of {@code /proc}. */
        KERNEL,
        /** newuidmap and newgidmap, which give a user its subordinate ids; see {@link SubordinateIdTools}. */
        TOOLS
    }

    /** Makes the lists immutable. */
    public IdMaps {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    /**
     * Maps that this JVM writes itself.
     *
     * @param uids ranges of user ids
     * @param gids ranges of group ids
     * @param denySetgroups whether {@code setgroups(2)} is given up
     */
    public IdMaps(List<Range> uids, List<Range> gids, boolean denySetgroups) {
        this(uids, gids, denySetgroups, Writer.KERNEL);
    }

    /**
     * A run of ids.
     *
     * @param inside the first id in the namespace
     * @param outside the first id in the parent namespace
     * @param count how many
     */
    public record Range(long inside, long outside, long count) {
        /**
         * Whether an id is among these.
         *
         * @param id an id inside
         * @return whether it is mapped
         */
        public boolean has(long id) {
            return inside <= id && id < inside + count;
        }

        @Override
        public String toString() {
            return inside + " " + outside + " " + count;
        }
    }

    /** The files below {@code /proc/PID} and what is written to them, in the order of writing. */
    Map<String, String> writes() {
        Map<String, String> writes = new LinkedHashMap<>();
        if (denySetgroups) {
            writes.put("setgroups", "deny");
        }
        writes.put("uid_map", lines(uids));
        writes.put("gid_map", lines(gids));
        return writes;
    }

    private static String lines(List<Range> ranges) {
        return ranges.stream().map(Range::toString).collect(Collectors.joining("\n", "", "\n"));
    }

    /**
     * How they are written, in the notation of strace or as the command of a tool.
     *
     * @return a line for each call or command
     */
    List<String> steps() {
        return switch (writer) {
            case KERNEL ->
                writes().entrySet().stream()
                        .map(write -> "write(/proc/PID/" + write.getKey() + ", \""
                                + write.getValue().strip() + "\")")
                        .toList();
            case TOOLS ->
                List.of(
                        String.join(" ", SubordinateIdTools.command("newuidmap", "PID", uids)),
                        String.join(" ", SubordinateIdTools.command("newgidmap", "PID", gids)));
        };
    }

    /**
     * Writes the maps of a process that waits.
     *
     * @param pid the process
     * @param proc gives this JVM's {@code /proc}, verified
     * @throws ContainerException if the kernel refuses; the message names the file and the remedy
     */
    void write(long pid, Supplier<Fd> proc) {
        switch (writer) {
            case KERNEL -> writeFiles(pid, proc);
            case TOOLS -> SubordinateIdTools.write(pid, this);
        }
    }

    private void writeFiles(long pid, Supplier<Fd> proc) {
        writes().forEach((file, content) -> {
            String path = pid + "/" + file;
            byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
            try (Arena arena = Arena.ofConfined();
                    Fd fd = ProcDirectory.openToWrite(proc.get(), path)) {
                MemorySegment memory = arena.allocate(bytes.length);
                memory.copyFrom(MemorySegment.ofArray(bytes));
                Kernel.check(
                        Kernel.tryCall(Sys.WRITE, fd.number(), memory.address(), bytes.length),
                        Sys.WRITE,
                        () -> fd + ", \"" + content.strip() + "\"");
            } catch (ContainerException e) {
                throw new ContainerException(
                        "writing the id maps of the user namespace: " + e.getMessage() + "; "
                                + NamespaceObstacles.current()
                                        .adviceOr("the ids must be yours to give: as root those that /proc/self/uid_map"
                                                + " has, else your own and those in /etc/subuid and /etc/subgid"),
                        e);
            }
        });
    }
}
