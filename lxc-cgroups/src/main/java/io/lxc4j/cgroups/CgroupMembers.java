package io.lxc4j.cgroups;

import io.lxc4j.error.HostUnsupportedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one cgroup in all hierarchies. */
record CgroupMembers(List<CgroupMember> members) {
    private static final Logger LOG = LoggerFactory.getLogger(CgroupMembers.class);

    CgroupMembers {
        members = List.copyOf(members);
    }

    /** The part that has a controller. */
    Optional<CgroupMember> of(String controller) {
        return members.stream()
                .filter(member -> member.controllers().contains(controller))
                .findFirst();
    }

    List<CgroupDirectory> directories() {
        return members.stream().map(CgroupMember::directory).toList();
    }

    Optional<CgroupDirectory> unified() {
        return directories().stream()
                .filter(directory -> directory.version() == CgroupVersion.V2)
                .findFirst();
    }

    /** The hierarchy that knows most about processes. */
    CgroupDirectory main() {
        return unified().orElseGet(() -> members.getFirst().directory());
    }

    Optional<Freezer> freezer() {
        return Freezer.of(main()).or(() -> of("freezer").flatMap(member -> Freezer.of(member.directory())));
    }

    StatsReader statistics() {
        Map<String, StatsSource> sources = new HashMap<>();
        for (CgroupMember member : members) {
            StatsSource source = new StatsSource(member.directory().fd(), member.version());
            member.controllers().forEach(controller -> sources.put(controller, source));
            if (member.version() == CgroupVersion.V2) {
                sources.put(StatsReader.UNIFIED, source);
            }
        }
        return new StatsReader(sources);
    }

    /** What is made in it: a cgroup below this one. */
    CgroupPlaces places() {
        return new CgroupPlaces(members.stream()
                .map(member -> new CgroupPlaces.Place(member.controllers(), member.directory()))
                .toList());
    }

    // ---- limits

    boolean has(Limit limit) {
        return of(limit.controller())
                .filter(member -> !limit.on(member.version()).isEmpty())
                .isPresent();
    }

    void check(Limit limit) {
        check(limit, of(limit.controller()).map(CgroupMember::version));
    }

    static void check(Limit limit, Optional<CgroupVersion> version) {
        if (version.isEmpty()) {
            throw new HostUnsupportedException("limit " + limit.shown() + ": the controller " + limit.controller()
                    + " is not in the kernel, not mounted, or not this user's to use; Host.probe() tells more");
        }
        if (limit.on(version.get()).isEmpty()) {
            throw new HostUnsupportedException("limit " + limit.shown() + ": cgroup version "
                    + (version.get() == CgroupVersion.V1 ? "1" : "2") + ", which has the controller "
                    + limit.controller()
                    + " on this host, has nothing like it; leave it out");
        }
    }

    /** Leaves out what this kernel lacks. */
    void tryApply(Limits wished) {
        for (Limit limit : wished.limits()) {
            try {
                LimitWriter.write(of(limit.controller()).orElseThrow().directory(), limit);
            } catch (HostUnsupportedException e) {
                LOG.debug("a limit is left out", e);
            }
        }
    }

    void apply(Limits limits) {
        for (Limit limit : limits.limits()) {
            LimitWriter.write(of(limit.controller()).orElseThrow().directory(), limit);
        }
    }
}
