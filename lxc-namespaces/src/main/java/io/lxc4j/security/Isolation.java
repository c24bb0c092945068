package io.lxc4j.security;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import io.lxc4j.seccomp.SeccompProfile;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the processes of a container from doing harm with what they can reach. Immutable and thread-safe; each method
 * gives another isolation, and what loosens it is a method of its own.
 *
 * <pre>{@code
 * Container.builder()
 *         .isolation(Isolation.standard().capabilities(Capabilities.defaults().drop(Capability.NET_RAW)))
 * }</pre>
 */
public final class Isolation {
    private static final Isolation STANDARD =
            new Isolation(Capabilities.defaults(), null, new SystemCallRules(SeccompProfile.standard()), false);

    private final Capabilities capabilities;
    private final @Nullable Landlock landlock;
    private final @Nullable SystemCallRules systemCalls;
    private final boolean newPrivileges;

    private Isolation(
            Capabilities capabilities,
            @Nullable Landlock landlock,
            @Nullable SystemCallRules systemCalls,
            boolean newPrivileges) {
        this.capabilities = capabilities;
        this.landlock = landlock;
        this.systemCalls = systemCalls;
        this.newPrivileges = newPrivileges;
    }

    /**
     * What a container has unless it asks for another: {@link Capabilities#defaults()}, {@link SeccompProfile#standard()}, and no
     * program gains privileges by being executed.
     *
     * @return the standard isolation
     */
    public static Isolation standard() {
        return STANDARD;
    }

    /**
     * Sets which capabilities the processes have.
     *
     * @param capabilities which
     * @return the isolation with them
     */
    public Isolation capabilities(Capabilities capabilities) {
        return new Isolation(capabilities, landlock, systemCalls, newPrivileges);
    }

    /**
     * Sets which system calls the processes may make; by default {@link SeccompProfile#standard()}.
     *
     * @param profile rules that may depend on the capabilities of the process
     * @return the isolation with those rules
     */
    public Isolation seccomp(SeccompProfile profile) {
        return new Isolation(capabilities, landlock, new SystemCallRules(profile), newPrivileges);
    }

    /**
     * Sets which system calls the processes may make; by default {@link SeccompProfile#standard()}.
     *
     * @param filter a filter that lets the process make the calls of a launch's last steps: {@code execve}, and {@code write} and
     *     {@code exit_group} to tell that it failed
     * @return the isolation with that filter
     */
    public Isolation seccomp(SeccompFilter filter) {
        return new Isolation(capabilities, landlock, new SystemCallRules(filter), newPrivileges);
    }

    /**
     * Lets the processes make any system call. Parts of the kernel that few programs use, and that have often been a way into
     * it, can be reached then.
     *
     * @return the isolation without a filter of system calls
     */
    public Isolation withoutSeccomp() {
        return new Isolation(capabilities, landlock, null, newPrivileges);
    }

    /**
     * Sets which files and TCP ports the processes may use, whatever their permissions; by default that is not restricted. With {@link
     * #allowNewPrivileges} the container needs users of its own, or this JVM CAP_SYS_ADMIN.
     *
     * @param landlock the restriction
     * @return the isolation with that
     */
    public Isolation landlock(Landlock landlock) {
        return new Isolation(capabilities, landlock, systemCalls, newPrivileges);
    }

    /**
     * Lets programs gain privileges by being executed: those with set-user-id, set-group-id or file capabilities, as {@code su}
     * or {@code sudo}. They gain no capability that the container has not, and only where they are not on a mount with
     * {@code nosuid}.
     *
     * @return the isolation without {@code no_new_privs}
     * @see <a href="https://docs.kernel.org/userspace-api/no_new_privs.html">the kernel's documentation of no_new_privs</a>
     */
    public Isolation allowNewPrivileges() {
        return new Isolation(capabilities, landlock, systemCalls, true);
    }

    // ---- for the container

    /**
     * The same, but for system calls that wait until a supervisor has decided.
     *
     * @param calls the calls
     * @return the isolation with a filter that asks
     * @throws InvalidSpecificationException if one is none of a system call up to Linux 6.18
     */
    public Isolation supervising(Set<String> calls) {
        SystemCallRules rules = systemCalls != null
                ? systemCalls
                : new SystemCallRules(SeccompFilter.builder(SeccompAction.allow())
                        .unknownCalls(SeccompAction.allow())
                        .foreignAbi(SeccompAction.allow())
                        .build());
        return new Isolation(capabilities, landlock, rules.asking(calls), newPrivileges);
    }

    /**
     * Rejects what no host could carry out.
     *
     * @throws InvalidSpecificationException if the filter forbids what a launch needs
     */
    public void check() {
        if (systemCalls != null) {
            systemCalls.check(newPrivileges);
        }
    }

    /**
     * Adds to a plan what gives rights up.
     *
     * @param plan the plan under construction
     * @param rights what the process has before
     * @throws HostUnsupportedException if this host can't isolate so
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public void contribute(LaunchPlan.Builder plan, Rights rights) {
        Operation.LimitCapabilities limit = capabilities.limit(rights);
        if (newPrivileges && landlock != null) {
            requireRightToRestrict(rights);
            plan.add(landlock.restrict()); // before the filter, which may not know these calls
        }
        if (systemCalls != null) {
            plan.add(systemCalls.install(limit.sets().bounding(), newPrivileges));
        }
        plan.add(limit);
        if (!newPrivileges) {
            plan.add(new Operation.ForbidNewPrivileges());
            if (landlock != null) {
                plan.add(landlock.restrict());
            }
        }
    }

    /** Without no_new_privs it takes a capability, which the process has until it gives up what it is not to keep. */
    private static void requireRightToRestrict(Rights rights) {
        if ((rights.capabilities() & Capability.SYS_ADMIN.bit()) == 0) {
            throw new HostUnsupportedException(
                    "Landlock with allowNewPrivileges: the kernel takes it from CAP_SYS_ADMIN only, which this JVM has"
                            + " not; leave one of them out, or give the container users of its own");
        }
    }

    /**
     * The same for a process that is to have less.
     *
     * @param own the capabilities of that process
     * @param rights what the process has before
     * @return the isolation of that process
     * @throws InvalidSpecificationException if it would have capabilities that the container has not
     */
    public Isolation within(Capabilities own, Rights rights) {
        own.checkWithin(capabilities, rights);
        return capabilities(own);
    }
}
