package io.lxc4j.cgroups;

import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.Awaitility;

/** What the kernel has of programs. */
final class Programs {
    private static final int BPF_PROG_GET_NEXT_ID = 11;

    private Programs() {}

    /** How many programs there are, of anybody's. */
    static int count() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attr = arena.allocate(16, 8);
            int count = 0;
            while (Kernel.tryCall(Sys.BPF, BPF_PROG_GET_NEXT_ID, attr.address(), 16) == 0) {
                attr.set(ValueLayout.JAVA_INT, 0, attr.get(ValueLayout.JAVA_INT, 4));
                count++;
            }
            return count;
        }
    }

    /** The kernel lets go of programs a while after their cgroup. */
    static void awaitRest() {
        int[] last = {count()};
        Awaitility.await().pollInterval(Duration.ofMillis(300)).until(() -> {
            int before = last[0];
            last[0] = count();
            return before == last[0];
        });
    }

    static int descriptors() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }
}
