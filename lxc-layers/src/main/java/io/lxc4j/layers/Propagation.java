package io.lxc4j.layers;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;

/**
 * Whether what is mounted later, below a bound directory, is seen on the other side.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/mount_namespaces.7.html">mount_namespaces(7)</a>
 */
public enum Propagation {
    /** Neither side sees what the other mounts. The default. */
    PRIVATE,
    /** What the host mounts there is seen inside. */
    SLAVE,
    /** Both sides see what the other mounts there. */
    SHARED,
    /** As private; and it can't be bound to another place inside. */
    UNBINDABLE;

    Constant flag() {
        return switch (this) {
            case PRIVATE -> Constants.MS_PRIVATE;
            case SLAVE -> Constants.MS_SLAVE;
            case SHARED -> Constants.MS_SHARED;
            case UNBINDABLE -> Constants.MS_UNBINDABLE;
        };
    }

    /** Whether a mount event goes from one side to the other. */
    boolean travels() {
        return this == SLAVE || this == SHARED;
    }
}
