package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import java.time.Duration;
import java.util.stream.Collectors;

/** A JVM that makes a cgroup, for tests that need another one than their own. */
final class CgroupChild {
    private CgroupChild() {}

    /**
     * Makes a cgroup and tells of it.
     *
     * @param arguments {@code use}, which fills, freezes and ends it, or {@code hold}, which fills it and waits; and its name
     */
    static void main(String[] arguments) throws Exception {
        System.out.println("kind: " + CgroupLayout.detect().kind());
        try (Inhabitants inhabitants = new Inhabitants();
                Cgroup cgroup = Cgroup.create(
                        arguments[1],
                        Limits.builder()
                                .pidsMax(300)
                                .memoryMax(ByteSize.mebibytes(100))
                                .build())) {
            System.out.println("directories: "
                    + cgroup.directories().stream().map(String::valueOf).collect(Collectors.joining(" ")));
            System.out.println("limits: " + Inhabitants.file(cgroup, "pids.max") + " "
                    + Inhabitants.file(cgroup, "memory.max", "memory.limit_in_bytes"));
            if (arguments[0].equals("hold")) {
                Process process = inhabitants.start(cgroup, "exec sleep 1000");
                System.out.println("holds: " + process.pid());
                Thread.sleep(Duration.ofHours(1));
            }
            use(cgroup, inhabitants);
        } catch (ContainerException e) {
            System.out.println("refused: " + e.getClass().getSimpleName() + ": " + e.getMessage());
            return;
        }
        System.out.println("gone");
    }

    private static void use(Cgroup cgroup, Inhabitants inhabitants) throws Exception {
        Process process =
                inhabitants.start(cgroup, "exec perl -e 'while (1) { fork // select(undef, undef, undef, 0.01) }'");
        while (cgroup.processes().size() < 250) {
            Thread.sleep(10);
        }
        cgroup.freeze(Duration.ofSeconds(20));
        System.out.println(
                "counted enough: " + (cgroup.stats().pids().orElseThrow().current() >= 250));
        cgroup.kill();
        process.waitFor();
        while (!cgroup.processes().isEmpty()) {
            Thread.sleep(10);
        }
        System.out.println("ended");
    }
}
