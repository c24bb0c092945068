package io.lxc4j.namespaces;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.JoinOperation;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.MappedIds;
import io.lxc4j.launch.Operation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which namespaces a process gets. Each is new, unless it is shared with the host by name. Mount and PID namespaces
 * are always new: without them nothing could be isolated, nor ended as a whole.
 *
 * <p>Immutable and thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
public final class Namespaces {
    /** The longest host name that the kernel takes, {@code __NEW_UTS_LEN}. */
    private static final int HOST_NAME_MAX = 64;

    /**
     * The capabilities that a container's root has: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP,
     * NET_BIND_SERVICE, SYS_CHROOT and SETFCAP, which act on what the container has. Not SYS_ADMIN, also in a user
     * namespace of its own: it could make read-only mounts writable again.
     */
    private static final long KEPT = mask(0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 31);

    /** NET_RAW, for ping and the like; where the users are the host's, it could forge packets of others. */
    private static final long KEPT_BY_OWN_USERS = KEPT | mask(13);

    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");

    private final Set<Namespace> fresh;
    private final String hostName;
    private final @Nullable IdMapping users;

    private Namespaces(Builder builder) {
        fresh = Collections.unmodifiableSet(EnumSet.copyOf(builder.fresh));
        hostName = builder.hostName == null ? "container" : builder.hostName;
        users = builder.users;
    }

    private static long mask(int... capabilities) {
        return Arrays.stream(capabilities)
                .mapToLong(capability -> 1L << capability)
                .reduce(0, (a, b) -> a | b);
    }

    /**
     * Starts with all namespaces new.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Whether the process has a user namespace of its own, in which its root is not the host's.
     *
     * @return whether the user namespace is new
     */
    public boolean hasOwnUsers() {
        return fresh.contains(Namespace.USER);
    }

    /**
     * Whether the process has a network of its own.
     *
     * @return whether the network namespace is new
     */
    public boolean hasOwnNetwork() {
        return fresh.contains(Namespace.NETWORK);
    }

    /**
     * Whether the process has System V IPC objects and POSIX message queues of its own.
     *
     * @return whether the IPC namespace is new
     */
    public boolean hasOwnIpc() {
        return fresh.contains(Namespace.IPC);
    }

    /**
     * Whether the process sees the cgroups below its own only.
     *
     * @return whether the cgroup namespace is new
     */
    public boolean hasOwnCgroups() {
        return fresh.contains(Namespace.CGROUP);
    }

    /**
     * Whether this JVM may open trees of the host as mounts, which the process then need not reach itself.
     *
     * @return whether it has the right, as root has
     */
    public boolean parentMayMount() {
        return MountRight.isThere();
    }

    /**
     * Whether the process's root is another user of the host than the host's root.
     *
     * @return whether the host's owners must be mapped to be the process's
     */
    public boolean changesRoot() {
        return hasOwnUsers()
                && idMapping().example().maps().uids().stream()
                        .noneMatch(range -> range.inside() == 0 && range.outside() == 0);
    }

    /**
     * The host name inside.
     *
     * @return the name; of no effect where the UTS namespace is shared
     */
    public String hostName() {
        return hostName;
    }

    /**
     * Which users and groups of the host those inside are.
     *
     * @return the mapping: the one that was set; else isolated ids if this JVM has some to give, or its own user; of no
     *     effect where the users are shared
     * @throws HostUnsupportedException if none was set and {@code /proc} is not mounted
     */
    public IdMapping idMapping() {
        return users == null ? Caller.current().usualMapping() : users;
    }

    /**
     * Takes the ids for one container, to be given back when it has ended.
     *
     * @return the ids; null if the users are shared
     * @throws HostUnsupportedException if there are none; the message says who could give some
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public @Nullable IdLease lease() {
        return hasOwnUsers() ? idMapping().lease() : null;
    }

    /**
     * Adds to a plan what makes these namespaces.
     *
     * @param plan the plan under construction
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public void contribute(LaunchPlan.Builder plan) {
        for (Namespace namespace : fresh) {
            switch (namespace) {
                case CGROUP -> plan.add(new Operation.NewCgroupNamespace());
                case TIME -> plan.add(new JoinOperation.NewTimeNamespace(Map.of()));
                default -> plan.namespace(namespace);
            }
        }
        Caller caller = Caller.current();
        if (hasOwnUsers()) {
            MappedIds ids = idMapping().example();
            plan.idMaps(ids.maps());
            plan.add(ids.takingOn());
        } else if (caller.maySetGroups()) {
            plan.add(new Operation.SetIds(0, 0, List.of()));
        }
        plan.add(new Operation.LimitCapabilities(hasOwnUsers() ? KEPT_BY_OWN_USERS : KEPT & caller.permitted()));
        if (fresh.contains(Namespace.UTS)) {
            plan.add(new Operation.SetHostName(hostName));
        }
        if (hasOwnNetwork()) {
            plan.add(new Operation.BringUpLoopback());
        }
    }

    /** Sets up {@link Namespaces}. Not thread-safe. */
    public static final class Builder {
        private final Set<Namespace> fresh = EnumSet.allOf(Namespace.class);
        private @Nullable String hostName;
        private @Nullable IdMapping users;

        private Builder() {}

        /**
         * Uses the host's network: its devices, addresses and ports, and its abstract Unix sockets.
         *
         * @return this builder
         */
        public Builder shareNetwork() {
            fresh.remove(Namespace.NETWORK);
            return this;
        }

        /**
         * Uses the host's System V IPC objects and POSIX message queues.
         *
         * @return this builder
         */
        public Builder shareIpc() {
            fresh.remove(Namespace.IPC);
            return this;
        }

        /**
         * Uses the host's host name.
         *
         * @return this builder
         */
        public Builder shareHostName() {
            fresh.remove(Namespace.UTS);
            return this;
        }

        /**
         * Shows the host's cgroup paths.
         *
         * @return this builder
         */
        public Builder shareCgroups() {
            fresh.remove(Namespace.CGROUP);
            return this;
        }

        /**
         * Uses the host's users: the container's root <em>is</em> the host's root, which only root can ask for.
         *
         * @return this builder
         */
        public Builder shareUsers() {
            fresh.remove(Namespace.USER);
            return this;
        }

        /**
         * Sets which users and groups of the host those inside are; by default {@link IdMapping#isolated()} if this JVM
         * may map ids and has some beside its own, as root does, else {@link IdMapping#self()}.
         *
         * @param mapping the mapping
         * @return this builder
         * @throws InvalidSpecificationException if it was set before
         */
        public Builder users(IdMapping mapping) {
            if (users != null) {
                throw new InvalidSpecificationException("users was set before: " + users + ", now " + mapping);
            }
            users = mapping;
            return this;
        }

        /**
         * Sets the host name inside; by default {@code container}.
         *
         * @param name 1 to 64 ASCII letters, digits, hyphens and dots; a letter or digit at both ends
         * @return this builder
         * @throws InvalidSpecificationException if it has another form, or was set before
         */
        public Builder hostName(String name) {
            if (hostName != null) {
                throw new InvalidSpecificationException(
                        "hostName was set before: \"" + hostName + "\", now \"" + name + "\"");
            }
            int length = name.getBytes(StandardCharsets.UTF_8).length;
            if (length > HOST_NAME_MAX) {
                throw new InvalidSpecificationException("hostName of " + length + " bytes; the kernel takes at most "
                        + HOST_NAME_MAX + ": \"" + name + "\"");
            }
            if (!HOST_NAME.matcher(name).matches()) {
                throw new InvalidSpecificationException("hostName \"" + name.replaceAll("\\p{Cntrl}", "?")
                        + "\" must be letters, digits, hyphens and dots, with a letter or digit at both ends");
            }
            hostName = name;
            return this;
        }

        /**
         * Finishes.
         *
         * @return the namespaces
         * @throws InvalidSpecificationException if the host name or the users are set but shared
         */
        public Namespaces build() {
            if (users != null && !fresh.contains(Namespace.USER)) {
                throw new InvalidSpecificationException(
                        "users " + users + " would be the container's own, but shareUsers was asked for, too");
            }
            if (hostName != null && !fresh.contains(Namespace.UTS)) {
                throw new InvalidSpecificationException(
                        "hostName \"" + hostName + "\" would change the host's, as shareHostName was asked for");
            }
            return new Namespaces(this);
        }
    }
}
