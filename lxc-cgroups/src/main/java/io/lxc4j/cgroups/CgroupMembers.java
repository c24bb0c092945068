package io.lxc4j.cgroups;

import io.lxc4j.error.HostUnsupportedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of one cgroup in all hierarchies. */
record CgroupMembers(List<CgroupMember> members, CgroupPrograms programs) {
    private static final Logger LOG = LoggerFactory.getLogger(CgroupMembers.class);

    CgroupMembers {
        members = List.copyOf(members);
    }

    /** The part that has a controller. */
    Optional<CgroupMember> of(String controller) {
        return members.stream()
                .filter(member -> member.controllers().contains(controller))
                .findFirst()
                .or(() -> members.stream()
                        .filter(member -> member.version() == CgroupVersion.V2 && CgroupPrograms.have(controller))
                        .findFirst());
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
        return new StatsReader(sources, HugetlbFiles.ofThisKernel(), programs::network);
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
                .filter(member -> limit.isOn(member.version()))
                .isPresent();
    }

    void check(Limit limit) {
        check(limit, of(limit.controller()).map(CgroupMember::version));
    }

    static void check(Limit limit, Optional<CgroupVersion> version) {
        if (version.isEmpty() && limit.programmed() != null) {
            throw new HostUnsupportedException("limit " + limit.shown() + ": "
                    + CgroupPrograms.obstacle()
                            .orElse("cgroup version 2 is not mounted, or its cgroups are not this user's to make"));
        }
        if (version.isEmpty()) {
            throw new HostUnsupportedException("limit " + limit.shown() + ": the controller " + limit.controller()
                    + " is not in the kernel, not mounted, or not this user's to use; Host.probe() tells more");
        }
        if (!limit.isOn(version.get())) {
            throw new HostUnsupportedException("limit " + limit.shown() + ": cgroup version "
                    + (version.get() == CgroupVersion.V1 ? "1" : "2") + ", which has the controller "
                    + limit.controller()
                    + " on this host, has nothing like it; leave it out");
        }
    }

    void apply(Limits limits) {
        limits.limits().forEach(this::apply);
    }

    /** Leaves out what the host can't have. */
    void applyWishes(Limits wishes) {
        for (Limit wish : wishes.limits()) {
            try {
                apply(wish);
            } catch (HostUnsupportedException e) {
                LOG.debug("a cgroup goes without a limit", e);
            }
        }
    }

    private void apply(Limit limit) {
        CgroupDirectory directory = of(limit.controller()).orElseThrow().directory();
        if (limit.programmed() == null) {
            LimitWriter.write(directory, limit);
        } else {
            programs.apply(directory, limit, limit.programmed());
        }
    }
}
