package io.lxc4j.examples;

import io.lxc4j.Container;
import io.lxc4j.cgroups.ByteSize;
import io.lxc4j.cgroups.Cgroup;
import io.lxc4j.cgroups.CgroupEvent.OomKill;
import io.lxc4j.cgroups.Limits;
import java.time.Duration;

/** Watches a container that uses more and more memory, until the kernel ends it. */
public final class Watch {
    private static final String GROWING = "while :; do x=$x$(head -c 2000000 /dev/zero | tr '\\0' x); sleep 0.1; done";

    private Watch() {}

    /**
     * The example.
     *
     * @param arguments none
     * @throws InterruptedException if it is interrupted
     */
    public static void main(String[] arguments) throws InterruptedException {
        Limits limits =
                Limits.builder().memoryMax(ByteSize.mebibytes(32)).pidsMax(20).build();
        try (Container container =
                Container.builder().limits(limits).command("sh", "-c", GROWING).start()) {
            Cgroup cgroup = container.cgroup().orElseThrow();
            cgroup.stats(Duration.ofMillis(250), stats -> {
                System.out.print(
                        "memory " + stats.memory().map(Object::toString).orElse("is not counted"));
                System.out.println(
                        ", processes " + stats.pids().map(Object::toString).orElse("are not counted"));
            });
            cgroup.onEvent(event -> {
                if (event instanceof OomKill kill) {
                    System.out.println("ended for want of memory by " + kill.origin() + ": "
                            + kill.victim().map(Object::toString).orElse(kill.unknown()));
                } else {
                    System.out.println(event);
                }
            });
            System.out.println("exit status " + container.process().waitFor());
        }
    }
}
