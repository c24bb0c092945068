package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.MappedIds;

/**
 * Which users and groups of the host those of a container are. Immutable and thread-safe; one serves any number of
 * containers.
 *
 * <p>A JVM that runs as root uses {@link #isolated()} unless asked otherwise, one of an ordinary user {@link #self()}. What
 * a mapping needs of the host is looked for when a container starts: {@link HostUnsupportedException} then says what is
 * missing and what to do about it.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</a>
 */
public sealed interface IdMapping permits MappingRule {
    /**
     * Ids of its own for each container that runs at a time: 65536, which no other isolated container has at that time, in
     * this JVM or another of this host. Inside they are 0 to 65535, and the process is root.
     *
     * <p>A JVM with the right to map ids, as root has, takes them from its user's lines in {@code /etc/subuid} and
     * {@code /etc/subgid}. If there are none, it takes them from 1000000 on, without those that the files give to anybody;
     * in a user namespace that does not have so many, it takes a sixteenth of what that has for each container. Any other
     * takes them from its user's lines, through newuidmap and newgidmap.
     *
     * @return the mapping
     */
    static IdMapping isolated() {
        return new IsolatedIds(IsolatedIds.USUAL);
    }

    /**
     * Ids of its own for each container, as {@link #isolated()}, in another number.
     *
     * @param count how many user ids and how many group ids; inside they begin at 0
     * @return the mapping
     * @throws InvalidSpecificationException if the number is not from 1 to 4294967295
     */
    static IdMapping isolated(long count) {
        if (count < 1 || count > IdSet.END) {
            throw new InvalidSpecificationException(
                    "isolated: " + count + " ids; a container can have 1 to " + IdSet.END);
        }
        return new IsolatedIds(count);
    }

    /**
     * The JVM's user and group are root inside, and nobody else is there. The container's root can do to files of the host
     * what this user can; to have a container's root be the host's, also root must ask for it.
     *
     * @return the mapping
     */
    static IdMapping self() {
        return new OwnId();
    }

    /**
     * The JVM's user and group are root inside, and its subordinate ids are 1 and the following. For ordinary users; all
     * their containers with this mapping have the same ids.
     *
     * @return the mapping
     */
    static IdMapping subordinate() {
        return new RootAndSubordinateIds();
    }

    /**
     * The JVM's user and group have the same numbers inside, and the process is that user, not root: new files belong to
     * the user, inside and outside. The ids below and above are subordinate ones if the user has any; else nobody else is
     * there. For ordinary users.
     *
     * @return the mapping
     */
    static IdMapping keepId() {
        return new KeptId();
    }

    /**
     * Begins a mapping of chosen ids. Any container can have them at the same time: choose what {@link #isolated()} does
     * not take, if other containers are not to have them.
     *
     * @return a builder
     */
    static IdRangesBuilder ranges() {
        return new IdRangesBuilder();
    }

    /**
     * Takes the ids for one container. A lease that follows another one of the same kind takes a microsecond.
     *
     * @return the ids, which no other isolated container gets before the lease is closed
     * @throws HostUnsupportedException if they can't be had
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    default IdLease lease() {
        return IdHost.current().lease(this);
    }

    /**
     * The ids that a container could get, without taking them: the same each time.
     *
     * @return the first that are at all possible, be they free or not
     * @throws HostUnsupportedException if there are none
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    default MappedIds example() {
        return IdHost.current().example(this);
    }
}
