package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Ends what is in a cgroup, and removes it. */
final class Ending {
    /** How long the kernel may take to let go of a cgroup. */
    static final Duration LONGEST_REMOVAL = Duration.ofSeconds(30);

    private static final String KILL = "cgroup.kill";
    private static final int SIGKILL = 9;
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

    private static void signal(CgroupDirectory directory) {
        for (String pid : directory.lines(Cgroup.PROCESSES)) {
            if (!pid.equals(ELSEWHERE)) {
                Kernel.tryCall(Sys.KILL, Long.parseLong(pid), SIGKILL);
            }
        }
        for (String name : directory.children()) {
            try (CgroupDirectory child = directory.child(name)) {
                signal(child);
            }
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
