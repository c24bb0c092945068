package io.lxc4j.cgroups;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import java.util.OptionalLong;

/** Writes limits to the files of a cgroup, and says why the kernel refuses one. */
final class LimitWriter {
    private static final String BOTH = "memory.memsw.limit_in_bytes";
    private static final String MEMORY = "memory.limit_in_bytes";

    /** What version 1 shows for no limit: the highest number of pages. */
    private static final long NO_LIMIT = Long.MAX_VALUE - 65_536;

    private LimitWriter() {}

    static void write(CgroupDirectory directory, Limit limit) {
        for (Setting each : limit.on(directory.version())) {
            Setting setting = each;
            while (setting.otherwise() != null && !directory.has(setting.file())) {
                setting = setting.otherwise();
            }
            switch (setting.file()) {
                case BOTH -> writeSwap(directory, limit, Long.parseLong(setting.value()));
                case MEMORY -> writeMemory(directory, limit, setting);
                case "memory.max" -> {
                    requireEnough(directory, limit, setting, "memory.current");
                    write(directory, limit, setting);
                }
                default -> write(directory, limit, setting);
            }
        }
    }

    /** Version 1 limits memory and swap together, never to less than memory alone: the swap that was allowed stays the same. */
    private static void writeMemory(CgroupDirectory directory, Limit limit, Setting setting) {
        requireEnough(directory, limit, setting, "memory.usage_in_bytes");
        OptionalLong both = number(directory, BOTH);
        OptionalLong before = number(directory, MEMORY);
        if (both.isEmpty() || both.getAsLong() >= NO_LIMIT || before.isEmpty()) {
            write(directory, limit, setting);
            return;
        }
        long swap = both.getAsLong() - before.getAsLong();
        write(directory, limit, new Setting(BOTH, "-1"));
        write(directory, limit, setting);
        writeSwap(directory, limit, swap);
    }

    private static void writeSwap(CgroupDirectory directory, Limit limit, long swap) {
        OptionalLong memory = number(directory, MEMORY);
        if (!directory.has(BOTH)) {
            throw new HostUnsupportedException("limit " + limit.key() + ": this kernel counts no swap; boot it with"
                    + " swapaccount=1, or leave the limit out");
        }
        if (swap == Long.MAX_VALUE) {
            write(directory, limit, new Setting(BOTH, "-1"));
            return;
        }
        if (memory.isEmpty() || memory.getAsLong() >= NO_LIMIT) {
            throw new InvalidSpecificationException("limit " + limit.key()
                    + ": cgroup version 1 limits swap together with memory, so it needs memoryMax, too");
        }
        write(directory, limit, new Setting(BOTH, Long.toString(memory.getAsLong() + swap)));
    }

    private static OptionalLong number(CgroupDirectory directory, String file) {
        return directory
                .find(file)
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    /** Less than is in use would be refused by version 1, and would end processes in version 2. */
    private static void requireEnough(CgroupDirectory directory, Limit limit, Setting setting, String current) {
        if (setting.value().equals("max") || setting.value().equals("-1")) {
            return;
        }
        OptionalLong used = number(directory, current);
        if (used.isPresent() && used.getAsLong() > Long.parseLong(setting.value())) {
            throw new InvalidSpecificationException("limit " + limit.key() + " = " + setting.value() + ": "
                    + used.getAsLong() + " bytes are in use; it must be at least that");
        }
    }

    static void write(CgroupDirectory directory, Limit limit, Setting setting) {
        try {
            directory.write(setting.file(), setting.value());
        } catch (SystemCallException e) {
            throw refused(directory, limit, setting, e);
        }
    }

    private static ContainerException refused(
            CgroupDirectory directory, Limit limit, Setting setting, SystemCallException e) {
        String what = "limit " + limit.key() + ": " + setting + " in " + directory + ": ";
        return switch (e.errno()) {
            case ENOENT ->
                new HostUnsupportedException(
                        what + "this kernel has no such file; it is too old, or built without it", e);
            case EACCES, EPERM ->
                new HostUnsupportedException(what + "this user may not, or a cgroup above does not allow as much", e);
            case EINVAL, ERANGE, EBUSY, ENODEV, E2BIG, ENOSPC ->
                new InvalidSpecificationException(
                        what + "the kernel refuses the value; " + accepted(directory, limit, e.errno()), e);
            default -> new ContainerException(what + "the kernel refuses it", e);
        };
    }

    private static String accepted(CgroupDirectory directory, Limit limit, Errno errno) {
        return switch (limit.controller()) {
            case "cpuset" -> {
                String file = limit.key() + (directory.version() == CgroupVersion.V1 ? "" : ".effective");
                yield "there are " + directory.find(file).orElse("none");
            }
            case "io" ->
                errno == Errno.ENODEV
                        ? "there is no such disk; a partition can't be limited, its whole disk can"
                        : "it must be a whole disk whose scheduler can do it";
            case Programmed.DEVICES ->
                "one that has others below it can't change between allowing all and allowing some";
            case "cpu" -> "a burst must not be more than the quota, and a quota no more than that of the cgroup above";
            default -> errno == Errno.EBUSY ? "it is less than is in use" : "see its documentation for what it takes";
        };
    }
}
