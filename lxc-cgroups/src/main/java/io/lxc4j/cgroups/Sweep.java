package io.lxc4j.cgroups;

import io.lxc4j.error.Errno;
import io.lxc4j.error.SystemCallException;
import java.util.Set;
import java.util.TreeSet;

/** Removes cgroups whose JVM is gone. */
final class Sweep {
    private Sweep() {}

    /** Looks through all places; gives the names of what was removed. */
    static Set<String> run(CgroupPlaces places) {
        Set<String> removed = new TreeSet<>();
        for (CgroupPlaces.Place place : places.places()) {
            for (String child : place.directory().children()) {
                if (child.startsWith(Cgroup.PREFIX)
                        && !child.equals(CgroupPlaces.LEAF)
                        && removeAbandoned(place.directory(), child)) {
                    removed.add(child.substring(Cgroup.PREFIX.length()));
                }
            }
        }
        return removed;
    }

    /** Who has made a cgroup holds it locked. One that this JVM itself was put into stays as long as it runs. */
    static boolean removeAbandoned(CgroupDirectory parent, String name) {
        try (CgroupDirectory abandoned = parent.child(name)) {
            if (!abandoned.tryLock() || Ending.holdsThisJvm(abandoned)) {
                return false;
            }
            Ending.kill(abandoned, Freezer.of(abandoned));
            Ending.remove(parent, name, Ending.LONGEST_REMOVAL);
            return true;
        } catch (SystemCallException e) {
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            throw e;
        }
    }
}
