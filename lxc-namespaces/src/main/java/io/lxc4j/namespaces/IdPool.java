package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.MappedIds;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Gives each container ids that no other one has. A range that comes back stays with this JVM and is the next to be given
 * out, so that most leases need no system call; but only an eighth of what there is may lie idle here.
 *
 * <p>Thread-safe.
 */
final class IdPool {
    private static final long IDLE_MAX = 1024;
    private static final long IDLE_PART = 8;

    private final Caller caller;
    private final SubordinateFile users;
    private final SubordinateFile groups;
    private final IdLocks locks;

    /** The first ids that this JVM has locked, with one past their last; idle ranges included. */
    private final NavigableMap<Long, Long> heldUids = new TreeMap<>();

    private final NavigableMap<Long, Long> heldGids = new TreeMap<>();
    private final Map<Long, Shelf> shelves = new HashMap<>();
    private @Nullable Seen seen;

    /** A room, and the files' contents that it follows from. */
    private record Seen(SubordinateIds users, SubordinateIds groups, IdRoom room) {}

    /** The ranges of one length. */
    private static final class Shelf {
        final IdSlices slices;
        final long size;
        final Deque<Slice> idle = new ArrayDeque<>();
        long next;

        Shelf(IdSlices slices) {
            this.slices = slices;
            size = slices.size();
        }

        boolean hasRoom() {
            return idle.size() < Math.min(IDLE_MAX, size / IDLE_PART);
        }
    }

    private record Slice(Shelf shelf, long uid, long gid, MappedIds ids) {
        long count() {
            return shelf.slices.count();
        }
    }

    IdPool(Caller caller, SubordinateFile users, SubordinateFile groups, IdLocks locks) {
        this.caller = caller;
        this.users = users;
        this.groups = groups;
        this.locks = locks;
    }

    /** The first range, whoever has it. */
    synchronized MappedIds example(long count) {
        IdSlices slices = shelf(count, look()).slices;
        return ids(slices.count(), slices.uid(0), slices.gid(0));
    }

    synchronized IdLease lease(long count) {
        Seen known = seen;
        Slice idle = known == null ? null : shelf(count, known.room).idle.pollFirst();
        Slice slice = idle == null ? take(count) : idle;
        return new IdLease(slice.ids, () -> giveBack(slice));
    }

    private synchronized void giveBack(Slice slice) {
        Shelf shelf = slice.shelf;
        if (shelves.get(slice.count()) == shelf && shelf.hasRoom()) {
            shelf.idle.addFirst(slice);
        } else {
            unlock(slice);
        }
    }

    /** The room as the files say, which may have changed. */
    private IdRoom look() {
        Seen known = seen;
        SubordinateIds ofUsers = users.ids();
        SubordinateIds ofGroups = groups.ids();
        if (known == null || !known.users.equals(ofUsers) || !known.groups.equals(ofGroups)) {
            dropIdle();
            shelves.clear();
            known = new Seen(ofUsers, ofGroups, IdRoom.of(caller, users, groups));
            seen = known;
        }
        return known.room;
    }

    private Shelf shelf(long count, IdRoom room) {
        long wanted = count == IsolatedIds.USUAL ? room.usualCount() : count;
        Shelf shelf = shelves.get(wanted);
        if (shelf == null) {
            shelf = new Shelf(IdSlices.of(room, wanted));
            if (shelf.size == 0) {
                throw new HostUnsupportedException("isolated: a container is to have " + wanted + " ids, and of those "
                        + room.source() + " there are at most "
                        + Math.min(room.uids().longest(), room.gids().longest())
                        + " in a row; ask for fewer with isolated(COUNT), or give more: " + remedy());
            }
            shelves.put(wanted, shelf);
        }
        return shelf;
    }

    private String remedy() {
        return users.remedy(caller) + "; " + groups.remedy(caller);
    }

    private Slice take(long count) {
        IdRoom room = look();
        Shelf shelf = shelf(count, room);
        Slice slice = search(shelf);
        if (slice == null) {
            dropIdle(); // those of other lengths may be in the way
            slice = search(shelf);
        }
        if (slice == null) {
            throw exhausted(shelf, room);
        }
        return slice;
    }

    private @Nullable Slice search(Shelf shelf) {
        for (long tried = 0; tried < shelf.size; tried++) {
            long index = (shelf.next + tried) % shelf.size;
            long uid = shelf.slices.uid(index);
            long gid = shelf.slices.gid(index);
            long count = shelf.slices.count();
            if (!isHeld(uid, gid, count) && locks.tryTake(uid, gid, count)) {
                heldUids.put(uid, uid + count);
                heldGids.put(gid, gid + count);
                shelf.next = index + 1;
                return new Slice(shelf, uid, gid, ids(count, uid, gid));
            }
        }
        return null;
    }

    private boolean isHeld(long uid, long gid, long count) {
        return overlaps(heldUids, uid, uid + count) || overlaps(heldGids, gid, gid + count);
    }

    private static boolean overlaps(NavigableMap<Long, Long> held, long first, long end) {
        Map.Entry<Long, Long> before = held.lowerEntry(end);
        return before != null && before.getValue() > first;
    }

    private void dropIdle() {
        for (Shelf shelf : shelves.values()) {
            shelf.idle.forEach(this::unlock);
            shelf.idle.clear();
        }
    }

    private void unlock(Slice slice) {
        heldUids.remove(slice.uid);
        heldGids.remove(slice.gid);
        locks.giveBack(slice.uid, slice.gid, slice.count());
    }

    private MappedIds ids(long count, long uid, long gid) {
        return new MappedIds(
                new IdMaps(
                        List.of(new IdMaps.Range(0, uid, count)),
                        List.of(new IdMaps.Range(0, gid, count)),
                        caller.setgroupsDenied(),
                        caller.mayMap() ? IdMaps.Writer.KERNEL : IdMaps.Writer.TOOLS),
                0,
                0);
    }

    private HostUnsupportedException exhausted(Shelf shelf, IdRoom room) {
        long count = shelf.slices.count();
        long here = 0;
        for (long index = 0; index < shelf.size; index++) {
            here += isHeld(shelf.slices.uid(index), shelf.slices.gid(index), count) ? 1 : 0;
        }
        return new HostUnsupportedException("isolated: none of the " + shelf.size + " ranges of " + count + " ids "
                + room.source() + " is free: containers of this JVM have " + here + ", other processes "
                + (shelf.size - here) + " (those that have " + locks.path() + " open); close containers, ask for fewer"
                + " ids with isolated(COUNT), or give more: " + remedy());
    }
}
