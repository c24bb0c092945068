package io.lxc4j.namespaces;

import io.lxc4j.error.ContainerException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Lazy;

/** Whether this JVM may clone mounts of its mount namespace, found out by doing, once. */
final class MountRight {
    private static final Lazy<Boolean> THERE = new Lazy<>(MountRight::probe);

    private MountRight() {}

    static boolean isThere() {
        return THERE.get();
    }

    private static boolean probe() {
        try (Fd _ = Kernel.cloneTree("/")) {
            return true;
        } catch (ContainerException _) {
            return false;
        }
    }
}
