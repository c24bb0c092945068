package io.lxc4j.namespaces;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.IdMaps;
import java.util.ArrayList;
import java.util.List;

/**
 * Sets up an {@link IdMapping} of chosen ids. Root may choose any; an ordinary user itself, alone or with subordinate ids.
 * Not thread-safe.
 */
public final class IdRangesBuilder {
    private static final int UNSET = -1;

    private final List<IdMaps.Range> users = new ArrayList<>();
    private final List<IdMaps.Range> groups = new ArrayList<>();
    private int uid = UNSET;
    private int gid = UNSET;

    IdRangesBuilder() {}

    /**
     * Maps consecutive user ids; together at most 340 ranges.
     *
     * @param inside the first id in the container, from 0
     * @param outside the first id of the host, from 0
     * @param count how many, at least 1; the last id is at most 4294967294, inside and outside
     * @return this builder
     * @throws InvalidSpecificationException if there are no such ids, or an earlier range has some of them
     */
    public IdRangesBuilder users(long inside, long outside, long count) {
        add("users", users, inside, outside, count);
        return this;
    }

    /**
     * Maps consecutive group ids; together at most 340 ranges.
     *
     * @param inside the first id in the container, from 0
     * @param outside the first id of the host, from 0
     * @param count how many, at least 1; the last id is at most 4294967294, inside and outside
     * @return this builder
     * @throws InvalidSpecificationException if there are no such ids, or an earlier range has some of them
     */
    public IdRangesBuilder groups(long inside, long outside, long count) {
        add("groups", groups, inside, outside, count);
        return this;
    }

    private static void add(String what, List<IdMaps.Range> ranges, long inside, long outside, long count) {
        String range = what + "(" + inside + ", " + outside + ", " + count + ")";
        if (count < 1) {
            throw new InvalidSpecificationException(range + ": " + count + " ids; a range has at least 1");
        }
        check(range, "inside", inside, count);
        check(range, "outside", outside, count);
        for (IdMaps.Range other : ranges) {
            checkApart(range, "inside", inside, count, other, other.inside());
            checkApart(range, "outside", outside, count, other, other.outside());
        }
        if (ranges.size() == IdMaps.MOST_RANGES) {
            throw new InvalidSpecificationException(range + " would be range " + (IdMaps.MOST_RANGES + 1)
                    + "; the kernel takes at most " + IdMaps.MOST_RANGES);
        }
        ranges.add(new IdMaps.Range(inside, outside, count));
    }

    private static void check(String range, String side, long first, long count) {
        if (first < 0 || first >= IdSet.END || count > IdSet.END - first) {
            throw new InvalidSpecificationException(range + ": " + side + " must lie within 0 to " + (IdSet.END - 1));
        }
    }

    private static void checkApart(
            String range, String side, long first, long count, IdMaps.Range other, long otherFirst) {
        if (first < otherFirst + other.count() && otherFirst < first + count) {
            throw new InvalidSpecificationException(
                    range + " overlaps " + side + " with (" + other.toString().replace(" ", ", ") + ")");
        }
    }

    /**
     * Sets whom the process is inside; by default root, user 0 and group 0.
     *
     * @param uid a user id that is mapped, from 0 to 2147483647
     * @param gid a group id that is mapped, from 0 to 2147483647
     * @return this builder
     * @throws InvalidSpecificationException if an id is negative, or they were set before
     */
    public IdRangesBuilder runAs(int uid, int gid) {
        if (this.uid != UNSET) {
            throw new InvalidSpecificationException(
                    "runAs was set before: user " + this.uid + ", group " + this.gid + "; now " + uid + ", " + gid);
        }
        if (uid < 0 || gid < 0) {
            throw new InvalidSpecificationException(
                    "runAs(" + uid + ", " + gid + "): ids are from 0 to " + Integer.MAX_VALUE);
        }
        this.uid = uid;
        this.gid = gid;
        return this;
    }

    /**
     * Finishes.
     *
     * @return the mapping
     * @throws InvalidSpecificationException if the user or group that the process is to be is not mapped
     */
    public IdMapping build() {
        int user = Math.max(uid, 0);
        int group = Math.max(gid, 0);
        requireMapped("users", users, user);
        requireMapped("groups", groups, group);
        return new IdRanges(List.copyOf(users), List.copyOf(groups), user, group);
    }

    private static void requireMapped(String what, List<IdMaps.Range> ranges, int id) {
        if (ranges.stream().noneMatch(range -> range.has(id))) {
            throw new InvalidSpecificationException(what + ": " + id + " inside is not mapped by " + ranges
                    + "; map it, or have the process be somebody else with runAs");
        }
    }
}
