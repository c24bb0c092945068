package io.lxc4j.cgroups;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The name of a file in a cgroup's directory, in the form that the kernel takes. Made once and never freed. */
final class StatsFile {
    private final String name;
    private final MemorySegment terminated;

    StatsFile(String name) {
        this.name = name;
        this.terminated = Arena.global().allocateFrom(name);
    }

    /** The address of its bytes, with a 0 at the end. */
    long address() {
        return terminated.address();
    }

    @Override
    public String toString() {
        return name;
    }
}
