package io.lxc4j.launch;

import io.lxc4j.kernel.Fd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cgroup of one launch. The descriptors stay open and the caller's.
 *
 * @param unified its directory in the hierarchy of version 2, into which the process is cloned; null if it has none
 * @param others its directories in other hierarchies, into which the process is moved before it goes on
 */
public record CgroupInput(@Nullable Fd unified, List<Fd> others) {
    /** Makes the list immutable. */
    public CgroupInput {
        others = List.copyOf(others);
    }
}
