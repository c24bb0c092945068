package io.lxc4j.security;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.Operation;

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
    private static final Isolation STANDARD = new Isolation(Capabilities.defaults(), false);

    private final Capabilities capabilities;
    private final boolean newPrivileges;

    private Isolation(Capabilities capabilities, boolean newPrivileges) {
        this.capabilities = capabilities;
        this.newPrivileges = newPrivileges;
    }

    /**
     * What a container has unless it asks for another: {@link Capabilities#defaults()}, and no program gains privileges by being
     * executed.
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
        return new Isolation(capabilities, newPrivileges);
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
        return new Isolation(capabilities, true);
    }

    // ---- for the container

    /**
     * Adds to a plan what gives rights up.
     *
     * @param plan the plan under construction
     * @param rights what the process has before
     * @throws HostUnsupportedException if this host can't isolate so
     */
    @SuppressWarnings("exports") // for the sibling modules, which see the launch engine
    public void contribute(LaunchPlan.Builder plan, Rights rights) {
        plan.add(capabilities.limit(rights));
        if (!newPrivileges) {
            plan.add(new Operation.ForbidNewPrivileges());
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
