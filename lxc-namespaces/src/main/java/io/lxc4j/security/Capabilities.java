package io.lxc4j.security;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.CapabilitySets;
import io.lxc4j.kernel.Constant;
import io.lxc4j.launch.RightsOperation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Which capabilities the processes of a container have. Immutable and thread-safe; each method gives other capabilities.
 *
 * <p>What is {@linkplain #add added} is what root of the container can use, and what no process exceeds. A user who is
 * not root has of those only the {@linkplain #ambient ambient} ones. No process is given one later: those that are missing are
 * out of the bounding set.
 *
 * <pre>{@code
 * Capabilities.defaults().drop(Capability.NET_RAW).add(Capability.SYS_NICE)
 * Capabilities.none().ambient(Capability.NET_BIND_SERVICE)
 * }</pre>
 *
 * <p>The effective set is no setting, as the kernel makes it anew from the others when a program is executed.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</a>
 */
public final class Capabilities {
    /**
     * Those that act on what a container has. Not SYS_ADMIN, also in a user namespace of its own: it could make read-only mounts
     * writable again. Of Docker's, MKNOD and AUDIT_WRITE are missing: they act on the host.
     */
    private static final Set<Capability> USUAL = EnumSet.of(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FOWNER,
            Capability.FSETID,
            Capability.KILL,
            Capability.SETGID,
            Capability.SETUID,
            Capability.SETPCAP,
            Capability.NET_BIND_SERVICE,
            Capability.SYS_CHROOT,
            Capability.SETFCAP);

    /** For ping and the like; where the users are the host's, it could forge packets of others. */
    private static final Set<Capability> USUAL_OF_OWN_USERS = EnumSet.of(Capability.NET_RAW);

    private static final Capabilities DEFAULTS = new Capabilities(Base.USUAL);

    /** What is there before anything is added or dropped. */
    private enum Base {
        NONE,
        USUAL,
        ALL
    }

    private final Base base;
    private final Set<Capability> added;
    private final Set<Capability> addedIfKnown;
    private final Set<Capability> dropped;
    private final Set<Capability> inheritable;
    private final Set<Capability> ambient;
    private final Set<SecureBit> secureBits;

    private Capabilities(Base base) {
        this.base = base;
        added = EnumSet.noneOf(Capability.class);
        addedIfKnown = EnumSet.noneOf(Capability.class);
        dropped = EnumSet.noneOf(Capability.class);
        inheritable = EnumSet.noneOf(Capability.class);
        ambient = EnumSet.noneOf(Capability.class);
        secureBits = EnumSet.noneOf(SecureBit.class);
    }

    /** Changed in the constructor, as only what is done there is sure to be seen by other threads. */
    private Capabilities(Capabilities other, Consumer<Capabilities> change) {
        base = other.base;
        added = EnumSet.copyOf(other.added);
        addedIfKnown = EnumSet.copyOf(other.addedIfKnown);
        dropped = EnumSet.copyOf(other.dropped);
        inheritable = EnumSet.copyOf(other.inheritable);
        ambient = EnumSet.copyOf(other.ambient);
        secureBits = EnumSet.copyOf(other.secureBits);
        change.accept(this);
    }

    // ---- where to begin

    /**
     * What the programs of most images need: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, SETPCAP,
     * NET_BIND_SERVICE, SYS_CHROOT, SETFCAP, and, for users of its own, NET_RAW. Where the users are the host's, those of them that
     * this JVM has.
     *
     * @return those
     */
    public static Capabilities defaults() {
        return DEFAULTS;
    }

    /**
     * None.
     *
     * @return no capabilities
     */
    public static Capabilities none() {
        return new Capabilities(Base.NONE);
    }

    /**
     * All that the running kernel knows; where the users are the host's, all that this JVM has. A container with users of its own
     * that has them can undo what protects paths from it, but has no more rights on the host.
     *
     * @return all capabilities
     */
    public static Capabilities all() {
        return new Capabilities(Base.ALL);
    }

    // ---- what is changed

    /**
     * Adds some. A start fails if the running kernel does not know one, or if the users are the host's and this JVM has it not.
     *
     * @param more which
     * @return these and those
     */
    public Capabilities add(Capability... more) {
        return new Capabilities(this, changed -> {
            changed.allow(more);
            changed.added.addAll(List.of(more));
        });
    }

    /**
     * Adds those that the running kernel knows, and leaves out the others.
     *
     * @param more which
     * @return these and those
     */
    public Capabilities addIfKnown(Capability... more) {
        return new Capabilities(this, changed -> {
            changed.allow(more);
            changed.addedIfKnown.addAll(List.of(more));
        });
    }

    /**
     * Takes some away; those that are not there anyway, too.
     *
     * @param less which
     * @return these without those
     */
    public Capabilities drop(Capability... less) {
        List<Capability> gone = List.of(less);
        return new Capabilities(this, changed -> {
            changed.added.removeAll(gone);
            changed.addedIfKnown.removeAll(gone);
            changed.inheritable.removeAll(gone);
            changed.ambient.removeAll(gone);
            changed.dropped.addAll(gone);
        });
    }

    /**
     * Adds some that programs keep whichever user they become, as long as that user is not changed once more from root: what a
     * container's command has that does not run as root.
     *
     * @param more which; they become inheritable, too, as the kernel requires
     * @return these, and those as ambient capabilities
     */
    public Capabilities ambient(Capability... more) {
        return new Capabilities(inheritable(more), changed -> changed.ambient.addAll(List.of(more)));
    }

    /**
     * Adds some that also the programs may take over whose files have them as inheritable. By default none is: who becomes a user
     * that is not root could gain it by such a file (CVE-2022-24769).
     *
     * @param more which
     * @return these, and those as inheritable capabilities
     */
    public Capabilities inheritable(Capability... more) {
        return new Capabilities(add(more), changed -> changed.inheritable.addAll(List.of(more)));
    }

    /**
     * Takes from root's user id what it means to the kernel, for good. None by default.
     *
     * @param bits which
     * @return these with those bits
     */
    public Capabilities secureBits(SecureBit... bits) {
        return new Capabilities(this, changed -> changed.secureBits.addAll(List.of(bits)));
    }

    private void allow(Capability... more) {
        Arrays.asList(more).forEach(dropped::remove);
    }

    // ---- for the container

    /**
     * What a process does to have these.
     *
     * @param rights what it has before
     * @return the operation
     * @throws HostUnsupportedException if the kernel does not know one, or this JVM can't give one
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public RightsOperation.LimitCapabilities limit(Rights rights) {
        return limit(rights, CapabilitySets.LAST);
    }

    /** As it is on a kernel that knows no capability after a certain one. */
    RightsOperation.LimitCapabilities limit(Rights rights, int last) {
        long available = rights.capabilities();
        Set<Capability> wanted = EnumSet.copyOf(added);
        addedIfKnown.stream().filter(capability -> capability.isKnown(last)).forEach(wanted::add);
        wanted.forEach(capability -> require(capability, available, last));
        long kept = ((base(rights.ownUsers()) & available) | bits(wanted)) & ~bits(dropped);
        Constant locked = Constant.or(secureBits.stream().map(SecureBit::locked).toArray(Constant[]::new));
        return new RightsOperation.LimitCapabilities(
                new CapabilitySets(kept, kept, bits(inheritable), kept, bits(ambient)), locked);
    }

    private long base(boolean ownUsers) {
        return switch (base) {
            case NONE -> 0;
            case USUAL -> bits(USUAL) | (ownUsers ? bits(USUAL_OF_OWN_USERS) : 0);
            case ALL -> CapabilitySets.ALL;
        };
    }

    private static void require(Capability capability, long available, int last) {
        if (!capability.isKnown(last)) {
            throw new HostUnsupportedException("adding " + capability + ": it needs Linux " + capability.since()
                    + "; addIfKnown does without it on an older kernel");
        }
        if ((available & capability.bit()) == 0) {
            throw new HostUnsupportedException("adding " + capability
                    + ": this JVM has it not, and so can't give it to a container that shares the host's users");
        }
    }

    private static long bits(Set<Capability> capabilities) {
        return capabilities.stream().mapToLong(Capability::bit).reduce(0, (a, b) -> a | b);
    }

    void checkWithin(Capabilities limit, Rights rights) {
        CapabilitySets own = limit(rights).sets();
        CapabilitySets most = limit.limit(rights).sets();
        requireWithin("has not", own.permitted(), most.permitted());
        requireWithin("has not as inheritable", own.inheritable(), most.inheritable());
        requireWithin("has not as ambient", own.ambient(), most.ambient());
    }

    private static void requireWithin(String lacks, long own, long most) {
        long beyond = own & ~most;
        if (beyond != 0) {
            String names = Arrays.stream(Capability.values())
                    .filter(capability -> (beyond & capability.bit()) != 0)
                    .map(Capability::toString)
                    .collect(Collectors.joining(", "));
            throw new InvalidSpecificationException("capabilities of one process: the container " + lacks + " " + names
                    + "; a process can have no more than its container");
        }
    }

    @Override
    public String toString() {
        return base.name().toLowerCase(Locale.ROOT) + " capabilities, added " + added + " " + addedIfKnown
                + ", dropped " + dropped + ", inheritable " + inheritable + ", ambient " + ambient + ", " + secureBits;
    }
}
