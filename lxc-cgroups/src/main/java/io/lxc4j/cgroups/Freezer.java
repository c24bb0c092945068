package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Stops the processes of a cgroup and lets them go on, in either version. */
final class Freezer {
    private static final String V2 = "cgroup.freeze";
    private static final String V1 = "freezer.state";
    private static final long STEP_MILLIS = 1;

    private final CgroupDirectory directory;
    private final boolean isV1;

    private Freezer(CgroupDirectory directory, boolean isV1) {
        this.directory = directory;
        this.isV1 = isV1;
    }

    /** Empty if processes can't be stopped there. */
    static Optional<Freezer> of(CgroupDirectory directory) {
        boolean isV1 = directory.version() == CgroupVersion.V1;
        return directory.has(isV1 ? V1 : V2) ? Optional.of(new Freezer(directory, isV1)) : Optional.empty();
    }

    void freeze(String name, Duration limit) throws InterruptedException {
        boolean frozen = false;
        try {
            frozen = stopWithin(limit);
        } finally {
            if (!frozen) {
                thaw();
            }
        }
        if (!frozen) {
            throw new ContainerException("freezing the cgroup " + name + ": the kernel could not within "
                    + limit.toMillis() + " ms" + cause() + "; its processes run on");
        }
    }

    private boolean stopWithin(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + Math.max(limit.toNanos(), 1);
        stop();
        while (!isFrozen()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(STEP_MILLIS);
            if (isV1) {
                stop(); // what has come meanwhile is stopped only when that is said again
            }
        }
        return true;
    }

    void stop() {
        directory.write(isV1 ? V1 : V2, isV1 ? "FROZEN" : "1");
    }

    void thaw() {
        directory.write(isV1 ? V1 : V2, isV1 ? "THAWED" : "0");
    }

    boolean isFrozen() {
        return isV1
                ? directory.read(V1).equals("FROZEN")
                : directory.value("cgroup.events", "frozen").filter("1"::equals).isPresent();
    }

    /** Those that wait where no signal reaches them can't be stopped. */
    private String cause() {
        List<String> waiting = directory.lines(Cgroup.PROCESSES).stream()
                .filter(Freezer::isUninterruptible)
                .toList();
        return waiting.isEmpty() ? "" : "; waiting for a disk or a network are processes " + String.join(", ", waiting);
    }

    private static boolean isUninterruptible(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith(") D", stat.lastIndexOf(')'));
        } catch (IOException _) {
            return false;
        }
    }
}
