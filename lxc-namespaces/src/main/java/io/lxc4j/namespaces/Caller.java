package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.ProcessStatus;
import io.lxc4j.kernel.UserNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * This JVM's user, and what it may give to a container: ids and capabilities.
 *
 * @param status whom it runs as
 * @param name the user's name
 * @param ownUids the user ids that this process's own user namespace has
 * @param ownGids the group ids that it has
 * @param setgroupsDenied whether {@code setgroups(2)} is given up in that namespace, and so in those below it
 */
record Caller(ProcessStatus status, String name, IdSet ownUids, IdSet ownGids, boolean setgroupsDenied) {
    private static final Lazy<Caller> CURRENT = new Lazy<>(() -> read(Path.of("/proc/self")));

    /** The user that this JVM runs as. */
    static Caller current() {
        return CURRENT.get();
    }

    static Caller read(Path process) {
        ProcessStatus status = ProcessStatus.read(process);
        try {
            return new Caller(
                    status,
                    UserNames.ofThisProcess(status.uid()),
                    ids(process.resolve("uid_map")),
                    ids(process.resolve("gid_map")),
                    setgroups(process.resolve("setgroups")).equals("deny"));
        } catch (IOException | NumberFormatException e) {
            throw new HostUnsupportedException(
                    "reading the ids of this process below " + process + "; /proc must be mounted", e);
        }
    }

    private static IdSet ids(Path map) throws IOException {
        return IdSet.of(Files.readAllLines(map).stream()
                .map(line -> line.strip().split("\\s+", -1))
                .map(words -> new IdSet.Run(Long.parseLong(words[0]), Long.parseLong(words[2])))
                .toList());
    }

    private static String setgroups(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException _) {
            return "allow"; // before Linux 3.19 it could not be denied
        }
    }

    long uid() {
        return status.uid();
    }

    long gid() {
        return status.gid();
    }

    long permitted() {
        return status.capabilities().permitted();
    }

    boolean isRoot() {
        return uid() == 0;
    }

    /** Whether it may map any ids that its own namespace has. */
    boolean mayMap() {
        return status.has(ProcessStatus.CAP_SETUID) && status.has(ProcessStatus.CAP_SETGID);
    }

    /** Whether a process of its has rights over all namespaces below its own. */
    boolean mayJoinAny() {
        return isRoot() && status.has(ProcessStatus.CAP_SYS_ADMIN);
    }

    /** Whether a process of its may leave its supplementary groups. */
    boolean maySetGroups() {
        return mayMap() && !setgroupsDenied;
    }

    /** What its containers get unless they ask: ids of their own if it has some to give, else itself. */
    IdMapping usualMapping() {
        boolean spare = !ownUids.minus(IdSet.of(uid(), 1)).isEmpty()
                && !ownGids.minus(IdSet.of(gid(), 1)).isEmpty();
        return mayMap() && spare ? IdMapping.isolated() : IdMapping.self();
    }
}
