package io.lxc4j.cgroups;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Writes limits to the files of a cgroup. */
final class LimitWriter {
    private static final String BOTH = "memory.memsw.limit_in_bytes";
    private static final String MEMORY = "memory.limit_in_bytes";

    /** What version 1 takes for no limit. */
    private static final String UNLIMITED = "-1";

    /** What version 1 shows for no limit: the highest number of pages. */
    private static final long NO_LIMIT = Long.MAX_VALUE - 65_536;

    /** Who sets a file by name may write other forms, too. */
    private static final Pattern BYTES = Pattern.compile("[0-9]{1,18}");

    private LimitWriter() {}

    static void write(CgroupDirectory directory, Limit limit) {
        for (Setting each : limit.on(directory.version())) {
            Setting setting = each;
            while (setting.otherwise() != null && !directory.has(setting.file())) {
                setting = setting.otherwise();
            }
            boolean byName = limit.key().equals(setting.file());
            switch (setting.file()) {
                case BOTH -> {
                    if (byName) {
                        write(directory, limit, setting);
                    } else {
                        writeSwap(directory, limit, Long.parseLong(setting.value()));
                    }
                }
                case MEMORY -> {
                    if (byName) {
                        write(directory, limit, setting);
                    } else {
                        writeMemory(directory, limit, setting);
                    }
                }
                case "memory.max" -> {
                    requireEnough(directory, limit, setting);
                    write(directory, limit, setting);
                }
                case "cpuset.cpus", "cpuset.mems" -> {
                    CpusetList.require(directory, limit, setting);
                    write(directory, limit, setting);
                }
                default -> write(directory, limit, setting);
            }
        }
    }

    /** Version 1 limits memory and swap together, never to less than memory alone: the swap that was allowed stays the same. */
    private static void writeMemory(CgroupDirectory directory, Limit limit, Setting setting) {
        OptionalLong both = number(directory, BOTH);
        OptionalLong before = number(directory, MEMORY);
        if (both.isEmpty() || both.getAsLong() >= NO_LIMIT || before.isEmpty()) {
            write(directory, limit, setting);
            return;
        }
        if (setting.value().equals(UNLIMITED)) {
            throw new InvalidSpecificationException("limit " + limit.key() + ": " + setting + " in " + directory
                    + ": cgroup version 1 limits swap together with memory, and swap is limited; take that limit away"
                    + " before, by swapMax(ByteSize.UNLIMITED)");
        }
        long swap = both.getAsLong() - before.getAsLong();
        write(directory, limit, new Setting(BOTH, UNLIMITED));
        try {
            write(directory, limit, setting);
        } finally {
            writeSwap(directory, limit, swap);
        }
    }

    private static void writeSwap(CgroupDirectory directory, Limit limit, long swap) {
        OptionalLong memory = number(directory, MEMORY);
        if (!directory.has(BOTH)) {
            throw new HostUnsupportedException("limit " + limit.key() + ": this kernel counts no swap; boot it with"
                    + " swapaccount=1, or leave the limit out");
        }
        if (swap == Long.MAX_VALUE) {
            write(directory, limit, new Setting(BOTH, UNLIMITED));
            return;
        }
        if (memory.isEmpty() || memory.getAsLong() >= NO_LIMIT) {
            throw new InvalidSpecificationException("limit " + limit.key() + " = " + swap
                    + ": cgroup version 1 limits swap together with memory, so it needs memoryMax, too");
        }
        write(
                directory,
                limit,
                new Setting(BOTH, Long.toString(memory.getAsLong() + Math.min(swap, NO_LIMIT - memory.getAsLong()))));
    }

    static OptionalLong number(CgroupDirectory directory, String file) {
        return directory
                .find(file)
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElse(OptionalLong.empty());
    }

    /**
     * Version 2 would end processes where it can't get below; version 1 refuses that by itself. What the kernel can drop, as
     * what it has read of files, does not count: it goes when the limit is set.
     */
    private static void requireEnough(CgroupDirectory directory, Limit limit, Setting setting) {
        OptionalLong used = number(directory, "memory.current");
        if (used.isEmpty() || !BYTES.matcher(setting.value()).matches()) {
            return;
        }
        long most = Long.parseLong(setting.value());
        if (used.getAsLong() <= most) {
            return;
        }
        long needed = used.getAsLong();
        for (String dropped : new String[] {"active_file", "inactive_file", "slab_reclaimable"}) {
            needed -=
                    directory.value("memory.stat", dropped).map(Long::parseLong).orElse(0L);
        }
        if (needed > most) {
            throw Refusal.inUse(limit, setting, directory, needed);
        }
    }

    static void write(CgroupDirectory directory, Limit limit, Setting setting) {
        try {
            directory.write(setting.file(), setting.value());
        } catch (SystemCallException e) {
            throw Refusal.of(directory, limit, setting, e);
        }
    }
}
