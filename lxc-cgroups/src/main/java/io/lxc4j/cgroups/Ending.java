package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Ends what is in a cgroup, and removes it. */
final class Ending {
    /** How long the kernel may take to let go of a cgroup. */
    static final Duration LONGEST_REMOVAL = Duration.ofSeconds(30);

    private static final String KILL = "cgroup.kill";
    private static final int SIGKILL = 9;

    /** So many descriptors are held at a time. */
    private static final int BATCH = 256;

    private static final long FIRST_PAUSE_NANOS = 50_000;
    private static final long LONGEST_PAUSE_NANOS = 20_000_000;
    private static final long LONGEST_NANOS = 10_000_000_000L;

    /** What the kernel calls a process that this PID namespace does not have. */
    private static final String ELSEWHERE = "0";

    private Ending() {}

    /** At once where the kernel can do that, since Linux 5.14; else process by process while they are stopped, until none is left. */
    static void kill(CgroupDirectory directory, Optional<Freezer> freezer) {
        try {
            killAll(directory, freezer);
        } catch (SystemCallException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV) {
                throw e;
            }
            // somebody else has removed it, so nothing was in it
        }
    }

    private static void killAll(CgroupDirectory directory, Optional<Freezer> freezer) {
        if (directory.version() == CgroupVersion.V2 && directory.has(KILL)) {
            directory.write(KILL, "1");
            return;
        }
        long end = System.nanoTime() + LONGEST_NANOS;
        long pause = FIRST_PAUSE_NANOS;
        while (hasProcesses(directory) && System.nanoTime() < end) {
            freezer.ifPresent(Freezer::stop);
            signal(directory);
            freezer.ifPresent(Freezer::thaw);
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
    }

    /** Whether this JVM would end itself. */
    static boolean holdsThisJvm(CgroupDirectory directory) {
        if (directory
                .lines(Cgroup.PROCESSES)
                .contains(Long.toString(ProcessHandle.current().pid()))) {
            return true;
        }
        for (String name : directory.children()) {
            try (CgroupDirectory child = directory.child(name)) {
                if (holdsThisJvm(child)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean hasProcesses(CgroupDirectory directory) {
        if (!directory.lines(Cgroup.PROCESSES).isEmpty()) {
            return true;
        }
        for (String name : directory.children()) {
            try (CgroupDirectory child = directory.child(name)) {
                if (hasProcesses(child)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * A process that is listed can have ended when it is signalled, as the kernel does not wait until they are stopped, and its id be another
     * process's. So each is held by a descriptor first, and signalled if it is listed once more.
     */
    private static void signal(CgroupDirectory directory) {
        List<String> listed = directory.lines(Cgroup.PROCESSES);
        for (int from = 0; from < listed.size(); from += BATCH) {
            Map<String, Fd> held = new HashMap<>();
            try {
                listed.subList(from, Math.min(from + BATCH, listed.size())).forEach(pid -> hold(pid, held));
                Set<String> still = Set.copyOf(directory.lines(Cgroup.PROCESSES));
                held.forEach((pid, process) -> {
                    if (still.contains(pid)) {
                        Kernel.trySignal(process, SIGKILL);
                    }
                });
            } finally {
                held.values().forEach(Fd::close);
            }
        }
        for (String name : directory.children()) {
            try (CgroupDirectory child = directory.child(name)) {
                signal(child);
            }
        }
    }

    private static void hold(String pid, Map<String, Fd> held) {
        if (pid.equals(ELSEWHERE)) {
            return;
        }
        long number = Kernel.tryCall(Sys.PIDFD_OPEN, Long.parseLong(pid), 0);
        if (number >= 0) {
            held.put(pid, new Fd((int) number, "pidfd of " + pid));
        }
    }

    /** The kernel keeps a cgroup for a moment after its last process. */
    static void remove(CgroupDirectory parent, String name, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        long pause = FIRST_PAUSE_NANOS;
        while (true) {
            long result = parent.tryRemove(name);
            if (result == 0 || result == -Errno.ENOENT.number()) {
                return;
            }
            Errno errno = Errno.of((int) -result);
            if (errno != Errno.EBUSY || System.nanoTime() > end) {
                throw new ContainerException(
                        "removing the cgroup " + parent + "/" + name + ": "
                                + (errno == Errno.EBUSY ? "it still has processes" : "the kernel refuses it"),
                        new SystemCallException(
                                "unlinkat(" + parent.fd() + ", \"" + name + "\", AT_REMOVEDIR)", errno));
            }
            removeChildren(parent, name, limit);
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
    }

    private static void removeChildren(CgroupDirectory parent, String name, Duration limit) {
        try (CgroupDirectory directory = parent.child(name)) {
            List<String> children = directory.children();
            children.forEach(child -> remove(directory, child, limit));
        } catch (SystemCallException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
