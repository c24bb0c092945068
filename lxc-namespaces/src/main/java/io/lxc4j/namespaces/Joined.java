package io.lxc4j.namespaces;

import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.MappedIds;
import io.lxc4j.launch.Operation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces that a container joins, at most one of each kind.
 *
 * @param handles in the order of the kinds
 */
record Joined(Map<Namespace, NamespaceHandle> handles) {
    /** What is said of the users of a container that joins others. */
    enum Users {
        /** Nothing: they come with what is joined. */
        UNTOLD,
        /** It has its own. */
        OWN,
        /** It has the host's. */
        SHARED
    }

    /**
     * What was chosen, with the users that it brings along: those of a container, whose ids nobody else gets meanwhile; for
     * who has no rights without them, any.
     *
     * @param chosen the handles
     * @param users what was said of the users beside
     * @param mayJoinAny whether the process has rights over all namespaces
     * @throws InvalidSpecificationException if it does not fit together
     */
    static Joined of(Map<Namespace, NamespaceHandle> chosen, Users users, boolean mayJoinAny) {
        Map<Namespace, NamespaceHandle> handles = new EnumMap<>(Namespace.class);
        handles.putAll(chosen);
        if (users == Users.UNTOLD && !handles.containsKey(Namespace.USER)) {
            Set<NamespaceHandle> owners = owners(chosen, mayJoinAny);
            if (owners.size() > 1) {
                throw new InvalidSpecificationException("join: " + chosen.values() + " belong to different users, "
                        + owners + "; tell which to have, by users(…), shareUsers() or the handle of a user namespace");
            }
            owners.forEach(owner -> handles.put(Namespace.USER, owner));
        }
        Joined joined = new Joined(handles);
        joined.checkProcesses(users);
        return joined;
    }

    private static Set<NamespaceHandle> owners(Map<Namespace, NamespaceHandle> handles, boolean mayJoinAny) {
        Set<NamespaceHandle> owners = new LinkedHashSet<>();
        for (NamespaceHandle handle : handles.values()) {
            handle.owner()
                    .filter(owner -> owner.lease() != null || !mayJoinAny)
                    .filter(owner -> !owner.isOfThisJvm())
                    .ifPresent(owners::add);
        }
        return owners;
    }

    /** The kernel shows processes in {@code /proc} only to those to whom their namespace belongs. */
    private void checkProcesses(Users users) {
        NamespaceHandle processes = handles.get(Namespace.PID);
        if (processes != null && users != Users.SHARED && !isOwnedByUsers(Namespace.PID)) {
            throw new InvalidSpecificationException(
                    "join: " + processes + " belongs to other users than the container has, which could not mount"
                            + " /proc; join its users, too, or use shareUsers() if they are the host's");
        }
    }

    boolean isEmpty() {
        return handles.isEmpty();
    }

    boolean has(Namespace kind) {
        return handles.containsKey(kind);
    }

    Set<Namespace> kinds() {
        return handles.keySet();
    }

    /** Whether a namespace is joined that belongs to the users that are joined. */
    boolean isOwnedByUsers(Namespace kind) {
        NamespaceHandle handle = handles.get(kind);
        NamespaceHandle users = handles.get(Namespace.USER);
        return handle != null
                && users != null
                && handle.owner().filter(users::equals).isPresent();
    }

    /** The ids of the users that are joined; null if nobody has leased them. */
    @Nullable
    IdLease lease() {
        NamespaceHandle users = handles.get(Namespace.USER);
        return users == null ? null : users.lease();
    }

    /** Makes the process whom the first one of these users was; else their root. */
    Operation.SetIds takingOn(List<Integer> groups) {
        IdLease lease = lease();
        return lease == null
                ? new Operation.SetIds(0, 0, groups(groups))
                : lease.ids().takingOn(groups);
    }

    /** Makes the process one of these users; it is the kernel that knows whether there is such a one. */
    Operation.SetIds takingOn(int uid, int gid) {
        IdLease lease = lease();
        return lease == null
                ? new Operation.SetIds(uid, gid, null)
                : new MappedIds(lease.ids().maps(), uid, gid).takingOn(List.of());
    }

    private static @Nullable List<Integer> groups(List<Integer> groups) {
        return groups.isEmpty() ? null : groups;
    }

    /** New descriptors of the handles, in their order. */
    List<Fd> open() {
        List<Fd> opened = new ArrayList<>();
        try {
            for (NamespaceHandle handle : handles.values()) {
                opened.add(handle.duplicate());
            }
            return opened;
        } catch (RuntimeException | Error e) {
            opened.forEach(Fd::close);
            throw e;
        }
    }

    /** What to ask for who wants to join a namespace that this JVM is in. */
    static String insteadOf(Namespace kind) {
        return switch (kind) {
            case USER -> "shareUsers() shares it";
            case NETWORK -> "shareNetwork() shares it";
            case IPC -> "shareIpc() shares it";
            case UTS -> "shareHostName() shares it";
            case CGROUP -> "shareCgroups() shares it";
            case TIME -> "shareClocks() shares it";
            case PID -> "it can't be shared, as nothing could end such a container as a whole";
            case MOUNT -> "it can't be shared";
        };
    }
}
