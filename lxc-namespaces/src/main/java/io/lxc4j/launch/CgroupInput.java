package io.lxc4j.launch;

import io.lxc4j.kernel.Fd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cgroup of one launch. The descriptors stay open until this is closed, which the caller does once, after the launch.
 *
 * @param unified its directory in the hierarchy of version 2, into which the process is cloned; null if it has none
 * @param others its directories in other hierarchies, into which the process is moved before it goes on
 * @param release called when the launch needs the descriptors no longer
 */
public record CgroupInput(@Nullable Fd unified, List<Fd> others, Runnable release) implements AutoCloseable {
    /** Makes the list immutable. */
    public CgroupInput {
        others = List.copyOf(others);
    }

    @Override
    public void close() {
        release.run();
    }
}
