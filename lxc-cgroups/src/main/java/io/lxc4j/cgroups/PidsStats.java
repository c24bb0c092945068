package io.lxc4j.cgroups;

import java.util.OptionalLong;

/**
 * How many tasks, processes and their threads, a cgroup and those below it have.
 *
 * @param current tasks now
 * @param max the cgroup's own limit; empty if it has none. A cgroup above it may allow fewer
 * @param peak the most tasks there were at a time; newer kernels only
 * @param refusedForks how often a fork or a new thread was refused. Which limits count, this cgroup's, one's above or one's
 *     below, differs between versions of the kernel
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#pid-interface-files">cgroup-v2, PID</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/pids.html">cgroup-v1, Process Number Controller</a>
 */
public record PidsStats(long current, OptionalLong max, OptionalLong peak, OptionalLong refusedForks) {
    /** Renders the counts: {@code 7 of 8, peak 8, refused 1}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(current);
        max.ifPresent(limit -> text.append(" of ").append(limit));
        peak.ifPresent(most -> text.append(", peak ").append(most));
        if (refusedForks.orElse(0) != 0) {
            text.append(", refused ").append(refusedForks.getAsLong());
        }
        return text.toString();
    }
}
