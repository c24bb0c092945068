package io.lxc4j.cgroups;

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

    /** How long to wait until it is looked whether they have stopped. */
    static final Duration STEP = Duration.ofMillis(1);

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

    /** Says that they stop, and gives whether they have. In version 1 that must be said again for what has come meanwhile. */
    boolean tryStop() {
        stop();
        return isFrozen();
    }

    void stop() {
        directory.write(isV1 ? V1 : V2, isV1 ? "FROZEN" : "1");
    }

    void thaw() {
        directory.write(isV1 ? V1 : V2, isV1 ? "THAWED" : "0");
    }

    private boolean isFrozen() {
        return isV1
                ? directory.read(V1).equals("FROZEN")
                : directory.value("cgroup.events", "frozen").filter("1"::equals).isPresent();
    }

    /** Those that wait where no signal reaches them can't be stopped; empty if there are none. */
    String obstacles() {
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
