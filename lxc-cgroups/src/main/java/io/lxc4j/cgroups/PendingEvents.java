package io.lxc4j.cgroups;

import io.lxc4j.cgroups.CgroupEvent.Emptied;
import io.lxc4j.cgroups.CgroupEvent.MemoryHigh;
import io.lxc4j.cgroups.CgroupEvent.MemoryMax;
import io.lxc4j.cgroups.CgroupEvent.OomKill;
import io.lxc4j.cgroups.CgroupEvent.OutOfMemory;
import io.lxc4j.cgroups.CgroupEvent.PidsMax;
import io.lxc4j.cgroups.CgroupEvent.Populated;
import io.lxc4j.cgroups.CgroupEvent.Pressure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Events that a listener has not taken yet. However slow it is they are few, and none is lost: those of a kind are added up, and of
 * processes that were ended just so many are kept apart. Thread-safe.
 */
final class PendingEvents {
    /** How many processes that were ended are told one by one. */
    static final int MOST_VICTIMS = 256;

    private static final String SLOW = "the listener takes events more slowly than they come";

    private final List<CgroupEvent> events = new ArrayList<>();

    synchronized void add(CgroupEvent event) {
        CgroupEvent added = event instanceof OomKill kill && kill.victim().isPresent() && events.size() >= MOST_VICTIMS
                ? new OomKill(kill.at(), kill.processes(), kill.origin(), Optional.empty(), Optional.empty(), SLOW)
                : event;
        if (added instanceof Populated || added instanceof Emptied) {
            events.removeIf(earlier -> earlier.getClass() == added.getClass()); // what holds in the end comes last
            events.add(added);
            return;
        }
        for (int i = 0; i < events.size(); i++) {
            CgroupEvent sum = sum(events.get(i), added);
            if (sum != null) {
                events.set(i, sum);
                return;
            }
        }
        events.add(added);
    }

    @Nullable
    synchronized CgroupEvent take() {
        return events.isEmpty() ? null : events.removeFirst();
    }

    private static @Nullable CgroupEvent sum(CgroupEvent first, CgroupEvent second) {
        return switch (second) {
            case MemoryHigh(var at, var times, var origin)
            when first instanceof MemoryHigh earlier && earlier.origin() == origin ->
                new MemoryHigh(at, earlier.times() + times, origin);
            case MemoryMax(var at, var times, var origin)
            when first instanceof MemoryMax earlier && earlier.origin() == origin ->
                new MemoryMax(at, earlier.times() + times, origin);
            case OutOfMemory(var at, var times, var origin)
            when first instanceof OutOfMemory earlier && earlier.origin() == origin ->
                new OutOfMemory(at, earlier.times() + times, origin);
            case PidsMax(var at, var times, var origin)
            when first instanceof PidsMax earlier && earlier.origin() == origin ->
                new PidsMax(at, earlier.times() + times, origin);
            case OomKill kill
            when first instanceof OomKill earlier && isOneKind(earlier, kill) ->
                new OomKill(
                        kill.at(),
                        earlier.processes() + kill.processes(),
                        kill.origin(),
                        kill.limited(),
                        kill.victim(),
                        kill.unknown());
            case Pressure pressure when first instanceof Pressure -> pressure;
            default -> null;
        };
    }

    private static boolean isOneKind(OomKill first, OomKill second) {
        return first.victim().isEmpty()
                && second.victim().isEmpty()
                && first.origin() == second.origin()
                && first.limited().equals(second.limited())
                && first.unknown().equals(second.unknown());
    }
}
