package io.lxc4j.cgroups;

import java.util.OptionalLong;

/**
 * Memory that a cgroup and those below it use now, and what has happened for want of it. All sizes are in bytes, from
 * 0.
 *
 * @param currentBytes what is charged to the cgroup: of programs, of the page cache and of the kernel
 * @param peakBytes the most that was charged since the cgroup was made; in version 2 since Linux 5.19
 * @param maxBytes the cgroup's own hard limit as the kernel has rounded it; empty if it has none. A cgroup above it may
 *     allow less
 * @param swapBytes what is swapped out
 * @param workingSetBytes what is charged without the part of the page cache that was not used lately, and is the first to go;
 *     the measure by which Kubernetes evicts
 * @param anonymousBytes memory of programs that belongs to no file, what is swapped out excepted
 * @param fileBytes page cache, with tmpfs and shared memory
 * @param kernelBytes memory of the kernel for these processes; in version 2 since Linux 5.18
 * @param slabBytes the part of it for the kernel's objects, such as inodes; version 2 only
 * @param socketBytes buffers of network sockets; version 2 only
 * @param pageFaults page faults since the cgroup was made
 * @param majorPageFaults those of them that had to wait for a disk
 * @param events how often memory was short
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files">cgroup-v2, Memory</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html">cgroup-v1, Memory Resource Controller</a>
 */
public record MemoryStats(
        long currentBytes,
        OptionalLong peakBytes,
        OptionalLong maxBytes,
        OptionalLong swapBytes,
        OptionalLong workingSetBytes,
        OptionalLong anonymousBytes,
        OptionalLong fileBytes,
        OptionalLong kernelBytes,
        OptionalLong slabBytes,
        OptionalLong socketBytes,
        OptionalLong pageFaults,
        OptionalLong majorPageFaults,
        Events events) {
    /**
     * How often memory was short since the cgroup was made. In version 2 the cgroups below count, too, unless cgroups are
     * mounted with {@code memory_localevents}; in version 1 they do not.
     *
     * @param low memory was reclaimed although the usage was below {@code memory.low}; version 2 only
     * @param high processes were slowed down as the usage was above {@code memory.high}; version 2 only
     * @param max the usage was about to go above the limit; in version 1 {@code memory.failcnt}
     * @param outOfMemory the limit was reached and an allocation was about to fail; version 2 only
     * @param outOfMemoryKills processes that were killed for want of memory, also memory of the whole machine
     */
    public record Events(
            OptionalLong low,
            OptionalLong high,
            OptionalLong max,
            OptionalLong outOfMemory,
            OptionalLong outOfMemoryKills) {
        /** Renders the events that have happened: {@code max 854, oom kills 1}; empty if there are none. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            append(text, "low", low);
            append(text, "high", high);
            append(text, "max", max);
            append(text, "oom", outOfMemory);
            append(text, "oom kills", outOfMemoryKills);
            return text.toString();
        }

        private static void append(StringBuilder text, String name, OptionalLong count) {
            if (count.orElse(0) != 0) {
                text.append(text.isEmpty() ? "" : ", ").append(name).append(' ').append(count.getAsLong());
            }
        }
    }

    /** Renders the sizes: {@code 12.5 MiB of 64.0 MiB, peak 64.0 MiB, working set 9.8 MiB; max 854, oom kills 1}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(StatsValues.bytes(currentBytes));
        maxBytes.ifPresent(max -> text.append(" of ").append(StatsValues.bytes(max)));
        append(text, "peak", peakBytes);
        append(text, "working set", workingSetBytes);
        append(text, "anonymous", anonymousBytes);
        append(text, "file", fileBytes);
        append(text, "kernel", kernelBytes);
        if (swapBytes.orElse(0) != 0) {
            append(text, "swap", swapBytes);
        }
        String happened = events.toString();
        return happened.isEmpty() ? text.toString() : text + "; " + happened;
    }

    private static void append(StringBuilder text, String name, OptionalLong bytes) {
        if (bytes.isPresent()) {
            text.append(", ").append(name).append(' ').append(StatsValues.bytes(bytes.getAsLong()));
        }
    }
}
