package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import java.util.Optional;

/** Why the kernel refuses a limit, and what it takes. */
final class Refusal {
    private Refusal() {}

    static ContainerException of(CgroupDirectory directory, Limit limit, Setting setting, SystemCallException e) {
        String what = what(limit, setting, directory) + e.getMessage() + "; ";
        return switch (e.errno()) {
            case ENOENT ->
                new HostUnsupportedException(
                        what + "this kernel has no such file; it is too old, or built without it", e);
            case EACCES, EPERM ->
                new HostUnsupportedException(what + "this user may not, or a cgroup above does not allow as much", e);
            case EOPNOTSUPP -> new HostUnsupportedException(what + "this kernel or machine can't do it", e);
            case EBUSY ->
                limit.controller().equals("memory")
                        ? inUse(limit, setting, directory, e)
                        : new InvalidSpecificationException(what + "it is in use", e);
            case EINVAL, ERANGE, ENODEV, E2BIG, ENOSPC ->
                new InvalidSpecificationException(what + accepted(directory, limit, setting, e.errno()), e);
            default -> new ContainerException(what + "the kernel does not say why", e);
        };
    }

    /** For less memory than is in use. */
    static InvalidSpecificationException inUse(Limit limit, Setting setting, CgroupDirectory directory, long bytes) {
        return new InvalidSpecificationException(what(limit, setting, directory) + least(bytes));
    }

    private static InvalidSpecificationException inUse(
            Limit limit, Setting setting, CgroupDirectory directory, SystemCallException e) {
        String used = setting.file().contains("memsw") ? "memory.memsw.usage_in_bytes" : "memory.usage_in_bytes";
        return new InvalidSpecificationException(
                what(limit, setting, directory) + e.getMessage() + "; "
                        + LimitWriter.number(directory, used).stream()
                                .mapToObj(Refusal::least)
                                .findFirst()
                                .orElse("it is less than is in use"),
                e);
    }

    private static String least(long bytes) {
        return bytes + " bytes are in use; it must be at least that";
    }

    private static String what(Limit limit, Setting setting, CgroupDirectory directory) {
        return "limit " + limit.key() + ": " + setting + " in " + directory + ": ";
    }

    private static String accepted(CgroupDirectory directory, Limit limit, Setting setting, Errno errno) {
        return switch (setting.file()) {
            case "cpuset.cpus", "cpuset.mems" ->
                "it may have " + CpusetList.available(directory, setting.file()).orElse("none");
            case "cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us" ->
                "a quota must be from 1 ms, no less than the burst, and in version 1 no more than that of the cgroup"
                        + " above; a period from 1 ms to 1 s";
            case "cpu.max.burst", "cpu.cfs_burst_us" ->
                "a burst must be from 0 to the quota, which is "
                        + quota(directory).orElse("not limited");
            case "cpu.weight", "cpu.shares" ->
                directory.find("cpu.idle").filter("1"::equals).isPresent()
                        ? "it has no weight while it is idle; say cpuIdle(false), too"
                        : "a weight must be from 1 to 10000, shares from 2 to 262144";
            case "io.bfq.weight", "blkio.bfq.weight" -> "it must be from 1 to 1000";
            case "blkio.weight" -> "it must be from 10 to 1000";
            case "pids.max" -> "it must be max, or from 0 to 4194304";
            default -> byController(limit, errno);
        };
    }

    private static Optional<String> quota(CgroupDirectory directory) {
        return directory
                .find("cpu.max")
                .or(() -> directory.find("cpu.cfs_quota_us"))
                .filter(quota -> !quota.startsWith("max") && !quota.equals("-1"))
                .map(quota -> quota.split(" ", 2)[0] + " microseconds a period");
    }

    private static String byController(Limit limit, Errno errno) {
        return switch (limit.controller()) {
            case Programmed.DEVICES ->
                "one that has others below it can't change between allowing all and allowing some";
            case "io" ->
                errno == Errno.ENODEV
                        ? "there is no such disk; a partition can't be limited, its whole disk can"
                        : "it must be a whole disk whose scheduler can do it";
            case "memory" -> "it must be max or a number of bytes from 0, or what the kernel's documentation says";
            default -> "the kernel's documentation says what it takes";
        };
    }
}
