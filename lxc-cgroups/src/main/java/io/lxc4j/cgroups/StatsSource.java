package io.lxc4j.cgroups;

import io.lxc4j.kernel.Fd;

/**
 * Where a controller's files are.
 *
 * @param directory the cgroup's directory, open as a path or for reading; whoever opened it closes it
 * @param version which names its files have
 */
record StatsSource(Fd directory, CgroupVersion version) {}
