package io.lxc4j.cgroups;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something that has happened to a cgroup. The kernel counts such things and says that a count has changed, at most a hundred times
 * a second, so one event can stand for several of its kind.
 *
 * <p>Immutable.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">cgroup-v2, memory.events, pids.events, cgroup.events</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html">cgroup-v1, memory.oom_control</a>
 */
public sealed interface CgroupEvent {
    /**
     * When this JVM saw it, by the system's clock; of several that were added up, the last.
     *
     * @return the moment
     */
    Instant at();

    /** Which cgroup's limit it was that was hit. */
    enum Origin {
        /** That of the cgroup which is listened to. */
        SELF,
        /** That of a cgroup in it. */
        BELOW,
        /** That of a cgroup that it is in, or what the whole machine has. */
        ABOVE,
        /** The kernel does not tell, as in version 1, which does not count by the limit. */
        UNKNOWN;

        /** Renders it for people. */
        @Override
        public String toString() {
            return switch (this) {
                case SELF -> "its own limit";
                case BELOW -> "the limit of a cgroup below";
                case ABOVE -> "a limit above";
                case UNKNOWN -> "an unknown limit";
            };
        }
    }

    /**
     * It has processes now, itself or in cgroups below it, and had none.
     *
     * @param at when it was seen
     */
    record Populated(Instant at) implements CgroupEvent {}

    /**
     * It has no more processes, nor have cgroups below it. What lasts for less than a moment may go unseen.
     *
     * @param at when it was seen
     */
    record Emptied(Instant at) implements CgroupEvent {}

    /**
     * Its processes were slowed down as they use more than {@code memory.high}. Version 2 only.
     *
     * @param at when it was seen
     * @param times how often since the last such event
     * @param origin whose limit
     */
    record MemoryHigh(Instant at, long times, Origin origin) implements CgroupEvent {}

    /**
     * Its processes were about to use more than {@code memory.max}, and the kernel took memory back from them. Version 2 only.
     *
     * @param at when it was seen
     * @param times how often since the last such event
     * @param origin whose limit
     */
    record MemoryMax(Instant at, long times, Origin origin) implements CgroupEvent {}

    /**
     * Memory was at its limit and none could be taken back, so that the kernel ends a process or refuses memory. In version 1 this is told
     * of limits above, too, and the origin is unknown.
     *
     * @param at when it was seen
     * @param times how often since the last such event
     * @param origin whose limit
     */
    record OutOfMemory(Instant at, long times, Origin origin) implements CgroupEvent {}

    /**
     * The kernel has ended processes for want of memory. In version 1 those of cgroups below are not counted.
     *
     * @param at when it was seen
     * @param processes how many; more than one with {@code memory.oom.group}, or if it happened in quick succession
     * @param origin whose limit
     * @param limited the cgroup whose limit it was, by its path from the root of the hierarchy; empty if the whole machine's memory was
     *     full, or the kernel's log does not tell
     * @param victim the process that the kernel chose; empty if the kernel's log does not tell
     * @param unknown why the log does not tell; empty if it does
     */
    record OomKill(
            Instant at,
            long processes,
            Origin origin,
            Optional<String> limited,
            Optional<Victim> victim,
            String unknown)
            implements CgroupEvent {}

    /**
     * A process that the kernel has ended.
     *
     * @param pid its id in the PID namespace of this JVM; empty if that is not the machine's first one, in which the kernel tells ids. It may
     *     be given to another process by now
     * @param name its name as the kernel's log has it, up to 15 bytes. The process has chosen it itself, so it can be any; bytes that are no
     *     printable ASCII are like {@code \x0a}
     * @param cgroup the cgroup that it was in, by its path from the root of the hierarchy
     */
    record Victim(OptionalLong pid, String name, String cgroup) {}

    /**
     * Processes or threads were refused as there are as many as {@code pids.max}. In version 1 and before Linux 6.11 the kernel counts this
     * where the fork was tried, else where the limit is; events are those of the cgroup itself and, in version 2, those below it. Linux 6.18
     * does not say when that count changes in version 1; then it is looked at once a second.
     *
     * @param at when it was seen
     * @param times how often since the last such event
     * @param origin whose limit
     */
    record PidsMax(Instant at, long times, Origin origin) implements CgroupEvent {}

    /**
     * Processes had to wait for a resource for longer than a trigger allows.
     *
     * @param at when it was seen
     * @param trigger which
     */
    record Pressure(Instant at, PressureTrigger trigger) implements CgroupEvent {}
}
