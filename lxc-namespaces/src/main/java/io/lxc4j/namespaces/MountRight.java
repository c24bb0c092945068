package io.lxc4j.namespaces;

import static io.lxc4j.kernel.Constants.AT_FDCWD;
import static io.lxc4j.kernel.Constants.AT_RECURSIVE;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLOEXEC;
import static io.lxc4j.kernel.Constants.OPEN_TREE_CLONE;

import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.kernel.Sys;
import java.lang.foreign.Arena;

/** Whether this JVM may clone mounts of its mount namespace, found out by doing, once. */
final class MountRight {
    private static final Lazy<Boolean> THERE = new Lazy<>(MountRight::probe);

    private MountRight() {}

    static boolean isThere() {
        return THERE.get();
    }

    /** With all below it: where those mounts are locked, the kernel clones none alone. */
    private static boolean probe() {
        try (Arena arena = Arena.ofConfined()) {
            long result = Kernel.tryCall(
                    Sys.OPEN_TREE,
                    AT_FDCWD.value(),
                    arena.allocateFrom("/").address(),
                    OPEN_TREE_CLONE.value() | OPEN_TREE_CLOEXEC.value() | AT_RECURSIVE.value());
            if (result < 0) {
                return false;
            }
            new Fd((int) result, "clone of /").close();
            return true;
        }
    }
}
