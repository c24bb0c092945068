package io.lxc4j.cgroups;

import io.lxc4j.error.Errno;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.error.SystemCallException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes cgroups with their limits, in each hierarchy that is needed for them; whole or not at all. */
final class CgroupMaker {
    private static final Logger LOG = LoggerFactory.getLogger(CgroupMaker.class);
    private static final int MOST_TRIES = 1000;

    private final CgroupPlaces places;
    private final String directory;
    private final String shown;
    private final boolean inherits;

    /**
     * A maker of one cgroup.
     *
     * @param places where
     * @param directory the name of its directories
     * @param shown its name in messages
     */
    CgroupMaker(CgroupPlaces places, String directory, String shown) {
        this(places, directory, shown, false);
    }

    private CgroupMaker(CgroupPlaces places, String directory, String shown, boolean inherits) {
        this.places = places;
        this.directory = directory;
        this.shown = shown;
        this.inherits = inherits;
    }

    /** A maker of one that is in another one, and so in each of its hierarchies: what is limited there holds for it, too. */
    static CgroupMaker below(CgroupMembers parent, String directory, String shown) {
        return new CgroupMaker(parent.places(), directory, shown, true);
    }

    CgroupMembers make(Limits limits, Limits wished) {
        Set<String> limited = limits.controllers();
        limits.limits()
                .forEach(limit ->
                        CgroupMembers.check(limit, places.of(limit.controller()).map(CgroupPlaces.Place::version)));
        Set<String> asked = limits.with(wished).controllers();
        List<CgroupMember> members = new ArrayList<>();
        CgroupPrograms programs = new CgroupPrograms();
        try {
            for (CgroupPlaces.Place place : places.places()) {
                Set<String> wanted = inherits && !place.isUnified() ? place.controllers() : place.wanted(asked);
                if (place.isUnified()) {
                    wanted = enable(place.directory(), wanted, limited);
                }
                if (place.isUnified() || !wanted.isEmpty()) {
                    members.add(make(place.directory(), wanted));
                }
            }
            CgroupMembers all = new CgroupMembers(members, programs);
            all.applyWishes(wished.where(wish -> all.has(wish) && !limits.has(wish)));
            all.apply(limits);
            return all;
        } catch (RuntimeException | Error e) {
            programs.close();
            members.forEach(CgroupMaker::discard);
            throw e;
        }
    }

    /** For what is only wished or counted no process is moved; then it is left out. */
    private static Set<String> enable(CgroupDirectory parent, Set<String> wanted, Set<String> limited) {
        Set<String> needed = new LinkedHashSet<>(wanted);
        needed.retainAll(limited);
        if (CgroupPlaces.needsRoom(parent, wanted)) {
            if (needed.isEmpty()) {
                return Set.of();
            }
            CgroupPlaces.makeRoom(parent);
        }
        try {
            CgroupPlaces.enable(parent, wanted);
            return wanted;
        } catch (HostUnsupportedException e) {
            LOG.debug("not all can be counted", e);
            CgroupPlaces.enable(parent, needed);
            return needed;
        }
    }

    private CgroupMember make(CgroupDirectory parent, Set<String> controllers) {
        for (int tries = 1; ; tries++) {
            try {
                parent.make(directory);
            } catch (SystemCallException e) {
                if (e.errno() == Errno.EEXIST) {
                    if (Sweep.removeAbandoned(parent, directory) || (tries > 1 && tries < MOST_TRIES)) {
                        continue; // somebody sweeps
                    }
                    throw new InvalidSpecificationException(
                            "cgroup name " + shown + " is taken: there is " + parent + "/" + directory
                                    + ", and it is in use",
                            e);
                }
                throw new HostUnsupportedException(
                        "making the cgroup " + shown + " in " + parent + ": " + e.getMessage()
                                + switch (e.errno()) {
                                    case EACCES, EPERM, EROFS -> "; this user may not write there, or nobody may";
                                    case EAGAIN ->
                                        "; one above has as many as its cgroup.max.descendants or cgroup.max.depth"
                                                + " allows";
                                    case ENOENT, ENODEV -> "; the cgroup of this JVM was removed by somebody else";
                                    case ENOSPC, ENOMEM -> "; the kernel has no room for more";
                                    default -> "";
                                },
                        e);
            }
            CgroupDirectory own;
            try {
                own = parent.child(directory);
            } catch (SystemCallException e) {
                if (e.errno() == Errno.ENOENT) {
                    continue; // swept away by another JVM before it was locked
                }
                throw e;
            }
            CgroupMember member = new CgroupMember(controllers, parent, own);
            if (own.tryLock() && parent.has(directory)) {
                try {
                    initialize(member);
                } catch (RuntimeException | Error e) {
                    discard(member);
                    throw e;
                }
                return member;
            }
            own.close();
        }
    }

    /** In version 1 nothing can run in a cpuset that has neither CPUs nor memory. */
    private static void initialize(CgroupMember member) {
        if (member.version() == CgroupVersion.V1 && member.controllers().contains("cpuset")) {
            for (String file : List.of("cpuset.cpus", "cpuset.mems")) {
                member.directory().write(file, member.parent().read(file));
            }
        }
    }

    private static void discard(CgroupMember member) {
        long result = member.parent().tryRemove(member.name());
        member.directory().close();
        if (result < 0) {
            LOG.warn("removing the cgroup {} failed: {}", member.directory(), Errno.of((int) -result));
        }
    }
}
