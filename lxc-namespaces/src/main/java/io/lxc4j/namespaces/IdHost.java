package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.kernel.Lazy;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.IdMaps;
import io.lxc4j.launch.IdMaps.Writer;
import io.lxc4j.launch.MappedIds;
import java.nio.file.Path;
import java.util.List;

/** What of this host decides on ids: who the caller is, and what it was given. Thread-safe. */
final class IdHost {
    /** One for the whole JVM, as the kernel does not tell its ranges from each other. */
    private static final Lazy<IdHost> CURRENT = new Lazy<>(() -> {
        Caller caller = Caller.current();
        return new IdHost(caller, Path.of("/etc"), new IdLocks(LockDirectory.of(caller)));
    });

    private final Caller caller;
    private final SubordinateFile users;
    private final SubordinateFile groups;
    private final IdPool pool;

    /**
     * A host.
     *
     * @param caller who asks
     * @param directory where the files subuid and subgid are
     * @param locks which ids are taken
     */
    IdHost(Caller caller, Path directory, IdLocks locks) {
        this.caller = caller;
        users = SubordinateFile.ofUsers(directory);
        groups = SubordinateFile.ofGroups(directory);
        pool = new IdPool(caller, users, groups, locks);
    }

    static IdHost current() {
        return CURRENT.get();
    }

    IdLease lease(IdMapping mapping) {
        return rule(mapping).lease(this);
    }

    MappedIds example(IdMapping mapping) {
        return rule(mapping).ids(this);
    }

    private static MappingRule rule(IdMapping mapping) {
        return switch (mapping) {
            case MappingRule rule -> rule;
        };
    }

    Caller caller() {
        return caller;
    }

    IdPool pool() {
        return pool;
    }

    /** Fails for root, whose own ids must not reach a container by a mapping made for others. */
    void requireOrdinaryUser(IdMapping mapping) {
        if (caller.isRoot()) {
            throw new HostUnsupportedException(mapping
                    + " is for ordinary users, and this JVM runs as root, whose own ids it would give to the container;"
                    + " use IdMapping.isolated() or IdMapping.ranges()");
        }
    }

    /** Whether the caller has both user and group ids to give. */
    boolean hasSubordinateIds() {
        return users.has(caller) && groups.has(caller);
    }

    IdSet subordinateUids(IdMapping mapping) {
        return subordinate(users, mapping);
    }

    IdSet subordinateGids(IdMapping mapping) {
        return subordinate(groups, mapping);
    }

    private IdSet subordinate(SubordinateFile file, IdMapping mapping) {
        if (!file.has(caller)) {
            throw file.missing(caller, mapping);
        }
        return file.of(caller);
    }

    /** Maps, written by whoever may: a caller without privilege can map alone only itself. */
    IdMaps maps(List<IdMaps.Range> uids, List<IdMaps.Range> gids) {
        boolean ownGroup = isOnly(gids, caller.gid());
        if (caller.mayMap()) {
            return new IdMaps(uids, gids, !caller.maySetGroups(), Writer.KERNEL);
        }
        if (ownGroup && isOnly(uids, caller.uid())) {
            return new IdMaps(uids, gids, true, Writer.KERNEL);
        }
        // newgidmap denies setgroups(2) unless it maps a subordinate group.
        return new IdMaps(uids, gids, ownGroup || caller.setgroupsDenied(), Writer.TOOLS);
    }

    private static boolean isOnly(List<IdMaps.Range> ranges, long id) {
        return ranges.size() == 1
                && ranges.getFirst().outside() == id
                && ranges.getFirst().count() == 1;
    }
}
