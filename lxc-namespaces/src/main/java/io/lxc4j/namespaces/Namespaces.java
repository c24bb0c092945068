package io.lxc4j.namespaces;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Fd;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.launch.IdLease;
import io.lxc4j.launch.JoinOperation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which namespaces a process gets. Each is new, unless it is shared with the host or joined by name. The mount namespace is
 * always new, as the root file system is the container's own. The PID namespace is never the host's: nothing could end such a
 * container as a whole.
 *
 * <p>Immutable and thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
public final class Namespaces {
    /** How far from the start of the machine a clock can be, {@code KTIME_SEC_MAX / 2}. */
    private static final Duration FARTHEST_CLOCK = Duration.ofSeconds(4_611_686_018L);

    /** The longest host name that the kernel takes, {@code __NEW_UTS_LEN}. */
    private static final int HOST_NAME_MAX = 64;

    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");

    /** Those that are new. */
    final Set<Namespace> fresh;

    final Joined joined;
    private final String hostName;

    /** Of no effect where the UTS namespace is shared or joined; null to keep the host's. */
    final @Nullable String domainName;

    private final @Nullable IdMapping users;

    /** In the order in which they are set. */
    final List<Sysctl> sysctls;

    /** What the clocks of a new time namespace are ahead of the host's. */
    final Map<JoinOperation.Clock, Duration> clockOffsets;

    private Namespaces(Builder builder, Joined joined) {
        Set<Namespace> made = EnumSet.allOf(Namespace.class);
        made.removeAll(builder.shared);
        made.removeAll(joined.kinds());
        fresh = Collections.unmodifiableSet(made);
        this.joined = joined;
        hostName = builder.hostName == null ? "container" : builder.hostName;
        domainName = builder.domainName;
        users = builder.users;
        sysctls = List.copyOf(builder.sysctls.values());
        clockOffsets = Map.copyOf(builder.clockOffsets);
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
     * Whether the process has other users than this JVM, so that its root is not the host's.
     *
     * @return whether the user namespace is new or joined
     */
    public boolean hasOwnUsers() {
        return makesUsers() || joined.has(Namespace.USER);
    }

    /**
     * Whether a user namespace is made, with ids for this container.
     *
     * @return whether the user namespace is new
     */
    public boolean makesUsers() {
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
     * Whether the process has a PID namespace of its own, which ends with it.
     *
     * @return whether the PID namespace is new
     */
    public boolean hasOwnProcesses() {
        return fresh.contains(Namespace.PID);
    }

    /** Whether the process's users own its network, and may so show it in {@code /sys}. */
    boolean ownsNetwork() {
        return hasOwnNetwork() || joined.isOwnedByUsers(Namespace.NETWORK);
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
     * @return the name; of no effect where the UTS namespace is shared or joined
     */
    public String hostName() {
        return hostName;
    }

    /**
     * The parameters of the kernel that it has for itself.
     *
     * @return values by names, in the order in which they are set
     */
    public SequencedMap<String, String> sysctls() {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        sysctls.forEach(sysctl -> values.put(sysctl.name(), sysctl.value()));
        return Collections.unmodifiableSequencedMap(values);
    }

    /**
     * Which users and groups of the host those inside are.
     *
     * @return the mapping: the one that was set; else isolated ids if this JVM has some to give, or its own user; of no
     *     effect where the users are shared or joined
     * @throws HostUnsupportedException if none was set and {@code /proc} is not mounted
     */
    public IdMapping idMapping() {
        return users == null ? Caller.current().usualMapping() : users;
    }

    /**
     * Takes the ids for one container, or a share of those that it joins, to be given back when it has ended.
     *
     * @return the ids; null if the users are shared, or joined and nobody has leased their ids
     * @throws HostUnsupportedException if there are none; the message says who could give some
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public @Nullable IdLease lease() {
        if (makesUsers()) {
            return idMapping().lease();
        }
        IdLease leased = joined.lease();
        return leased == null ? null : leased.share();
    }

    /**
     * Opens what is joined once more, for one launch.
     *
     * @return descriptors for the handles that a {@link NamespacePlan} has the plan be given, in their order; the caller's to close
     * @throws ContainerException if a handle that is to be joined has been closed
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public List<Fd> open() {
        return joined.open();
    }

    /** Sets up {@link Namespaces}. Not thread-safe. */
    public static final class Builder {
        private final Set<Namespace> shared = EnumSet.noneOf(Namespace.class);
        private final Map<Namespace, NamespaceHandle> joined = new EnumMap<>(Namespace.class);
        private final Map<JoinOperation.Clock, Duration> clockOffsets = new EnumMap<>(JoinOperation.Clock.class);
        private @Nullable String hostName;
        private @Nullable String domainName;
        private @Nullable IdMapping users;
        private final SequencedMap<String, Sysctl> sysctls = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Uses the host's network: its devices, addresses and ports, and its abstract Unix sockets.
         *
         * @return this builder
         */
        public Builder shareNetwork() {
            shared.add(Namespace.NETWORK);
            return this;
        }

        /**
         * Uses the host's System V IPC objects and POSIX message queues.
         *
         * @return this builder
         */
        public Builder shareIpc() {
            shared.add(Namespace.IPC);
            return this;
        }

        /**
         * Uses the host's host name.
         *
         * @return this builder
         */
        public Builder shareHostName() {
            shared.add(Namespace.UTS);
            return this;
        }

        /**
         * Shows the host's cgroup paths.
         *
         * @return this builder
         */
        public Builder shareCgroups() {
            shared.add(Namespace.CGROUP);
            return this;
        }

        /**
         * Uses the host's users: the container's root <em>is</em> the host's root, which only root can ask for.
         *
         * @return this builder
         */
        public Builder shareUsers() {
            shared.add(Namespace.USER);
            return this;
        }

        /**
         * Uses the host's clocks. A container with clocks of its own sees the same time, unless they are shifted, so this
         * is for kernels without time namespaces only.
         *
         * @return this builder
         */
        public Builder shareClocks() {
            shared.add(Namespace.TIME);
            return this;
        }

        /**
         * Uses a namespace that exists already, of another container, a process or a file. Handles that are joined must be open
         * when {@link #build()} is called, and until the last container has started.
         *
         * <p>With a namespace from a {@code Container} come its users, as only they have rights over it: the two containers have
         * the same ids, which are given back when both have ended, and the process is the same user as the first process there.
         * With any other namespace a container of root has users of its own, without rights over what is joined. An ordinary
         * user can join only what belongs to users that it has made, and gets those.
         *
         * <p>{@link #users}, {@link #shareUsers()} or the handle of a user namespace tell otherwise. In a user namespace that is
         * joined by a path or a process, the process is user 0 and group 0; other containers can get the same ids once the
         * container that it was made for has ended.
         *
         * <p>With a joined PID namespace the container's process is not process 1. What it leaves behind when it ends belongs to
         * that process 1, and ends with it.
         *
         * @param handle an open namespace of any kind but {@link NamespaceKind#MOUNT}
         * @return this builder
         * @throws InvalidSpecificationException if it is a mount namespace, this JVM's own, or the second one of its kind
         */
        public Builder join(NamespaceHandle handle) {
            Namespace kind = handle.kind().namespace();
            if (kind == Namespace.MOUNT) {
                throw new InvalidSpecificationException(
                        "join: " + handle + " is a mount namespace; a container has its own, as it has its own root");
            }
            if (handle.isOfThisJvm()) {
                throw new InvalidSpecificationException(
                        "join: " + handle + " is this JVM's own; " + Joined.insteadOf(kind));
            }
            NamespaceHandle before = joined.putIfAbsent(kind, handle);
            if (before != null) {
                throw new InvalidSpecificationException("join: two namespaces of a kind, " + before + " and " + handle);
            }
            return this;
        }

        /**
         * Has the container's clocks differ from the host's; by default they show the same. What is shifted is the time since the
         * machine has started, in {@code /proc/uptime} too, not the date.
         *
         * @param monotonic what {@code CLOCK_MONOTONIC} is ahead of the host's; at most 4611686018 seconds, some 146 years, less
         *     the host's own time; negative to lag behind, by no more than the host's own time
         * @param boottime the same for {@code CLOCK_BOOTTIME}, which goes on while the machine is suspended
         * @return this builder
         * @throws InvalidSpecificationException if no host could have such clocks, or they were shifted before
         */
        public Builder shiftClocks(Duration monotonic, Duration boottime) {
            if (!clockOffsets.isEmpty()) {
                throw new InvalidSpecificationException(
                        "shiftClocks was set before: " + clockOffsets + ", now " + monotonic + ", " + boottime);
            }
            checkOffset("monotonic", monotonic);
            checkOffset("boottime", boottime);
            clockOffsets.put(JoinOperation.Clock.MONOTONIC, monotonic);
            clockOffsets.put(JoinOperation.Clock.BOOTTIME, boottime);
            return this;
        }

        private static void checkOffset(String clock, Duration offset) {
            if (offset.abs().compareTo(FARTHEST_CLOCK) > 0) {
                throw new InvalidSpecificationException("shiftClocks: " + clock + " by " + offset
                        + "; the kernel takes at most " + FARTHEST_CLOCK.toSeconds() + " seconds");
            }
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
            checkName("hostName", name);
            hostName = name;
            return this;
        }

        /**
         * Sets the NIS domain name inside; by default it is the host's, mostly {@code (none)}.
         *
         * @param name 1 to 64 ASCII letters, digits, hyphens and dots; a letter or digit at both ends
         * @return this builder
         * @throws InvalidSpecificationException if it has another form, or was set before
         */
        public Builder domainName(String name) {
            if (domainName != null) {
                throw new InvalidSpecificationException(
                        "domainName was set before: \"" + domainName + "\", now \"" + name + "\"");
            }
            checkName("domainName", name);
            domainName = name;
            return this;
        }

        private static void checkName(String setting, String name) {
            int length = name.getBytes(StandardCharsets.UTF_8).length;
            if (length > HOST_NAME_MAX) {
                throw new InvalidSpecificationException(setting + " of " + length + " bytes; the kernel takes at most "
                        + HOST_NAME_MAX + ": \"" + name + "\"");
            }
            if (!HOST_NAME.matcher(name).matches()) {
                throw new InvalidSpecificationException(setting + " \"" + name.replaceAll("\\p{Cntrl}", "?")
                        + "\" must be letters, digits, hyphens and dots, with a letter or digit at both ends");
            }
        }

        /**
         * Sets a parameter of the kernel that each namespace has for itself, when the container starts; they are set in the
         * order of these calls.
         *
         * <p>Those are {@code kernel.msg*}, {@code kernel.sem*}, {@code kernel.shm*} and {@code fs.mqueue.*} of System V
         * IPC and message queues, which need an IPC namespace that is not shared and a process that is the container's root
         * (and Linux 6.9 if it has users of its own); and {@code net.*}, as far as a network has them for itself, which need
         * a network that is not shared. What the kernel has once for the whole host is refused, by name or when the
         * container starts.
         *
         * @param name its name with dots, as sysctl(8) has it: in {@code net.ipv4.conf.eth0/1.forwarding} the slash is a
         *     dot of the name of the device {@code eth0.1}
         * @param value 1 to 4096 printable ASCII characters; several numbers are separated by spaces
         * @return this builder
         * @throws InvalidSpecificationException if it is not such a parameter, the value has another form, or it was set
         *     before
         */
        public Builder sysctl(String name, String value) {
            Sysctl sysctl = new Sysctl(name, value);
            Sysctl before = sysctls.putIfAbsent(name, sysctl);
            if (before != null) {
                throw new InvalidSpecificationException(
                        "sysctl " + name + " was set before: \"" + before.value() + "\", now \"" + value + "\"");
            }
            return this;
        }

        /**
         * Finishes.
         *
         * @return the namespaces
         * @throws InvalidSpecificationException if something is set of what is shared or joined, or what is
         *     joined does not fit together
         */
        public Namespaces build() {
            for (Sysctl sysctl : sysctls.values()) {
                if (shared.contains(sysctl.namespace()) || joined.containsKey(sysctl.namespace())) {
                    throw new InvalidSpecificationException(
                            "sysctl " + sysctl.name() + " would change the host's, as the namespace " + sysctl.kind()
                                    + " is not the container's own");
                }
            }
            if (users != null && shared.contains(Namespace.USER)) {
                throw new InvalidSpecificationException(
                        "users " + users + " would be the container's own, but shareUsers was asked for, too");
            }
            rejectWithout(Namespace.USER, users, "users " + users);
            rejectName("hostName", hostName);
            rejectName("domainName", domainName);
            if (!clockOffsets.isEmpty() && shared.contains(Namespace.TIME)) {
                throw new InvalidSpecificationException(
                        "shiftClocks would change the host's, as shareClocks was asked for");
            }
            rejectWithout(Namespace.TIME, clockOffsets.isEmpty() ? null : clockOffsets, "shiftClocks");
            joined.forEach((kind, handle) -> {
                if (shared.contains(kind)) {
                    throw new InvalidSpecificationException(
                            "the " + kind.procName() + " namespace is both shared and joined: " + handle);
                }
            });
            return new Namespaces(
                    this, Joined.of(joined, saidOfUsers(), Caller.current().mayJoinAny()));
        }

        private Joined.Users saidOfUsers() {
            if (shared.contains(Namespace.USER)) {
                return Joined.Users.SHARED;
            }
            return users == null ? Joined.Users.UNTOLD : Joined.Users.OWN;
        }

        private void rejectName(String setting, @Nullable String name) {
            if (name != null && shared.contains(Namespace.UTS)) {
                throw new InvalidSpecificationException(
                        setting + " \"" + name + "\" would change the host's, as shareHostName was asked for");
            }
            rejectWithout(Namespace.UTS, name, setting + " \"" + name + "\"");
        }

        private void rejectWithout(Namespace kind, @Nullable Object value, String setting) {
            NamespaceHandle handle = joined.get(kind);
            if (value != null && handle != null) {
                throw new InvalidSpecificationException(
                        setting + " would change " + handle + ", which is joined; set it where that is made");
            }
        }
    }
}
