package io.lxc4j.launch;

import io.lxc4j.kernel.Constant;
import java.util.List;

/**
 * Gives up for good, by Landlock, all access to what is denied and not allowed by a rule; that of descendants, too. What is open
 * already stays usable. It needs no_new_privs or CAP_SYS_ADMIN, and mounts can't be changed afterwards.
 *
 * @param files what is denied with files, {@code LANDLOCK_ACCESS_FS_*}
 * @param network what is denied with ports, {@code LANDLOCK_ACCESS_NET_*}
 * @param scopes what is denied across the borders of the restricted processes, {@code LANDLOCK_SCOPE_*}
 * @param paths what is allowed of {@code files}
 * @param ports what is allowed of {@code network}
 */
public record RestrictAccess(
        Constant files, Constant network, Constant scopes, List<PathRule> paths, List<PortRule> ports)
        implements RightsOperation {
    /**
     * Allows something with a file, or with a directory and all that is below it, whichever is found.
     *
     * @param path an absolute path in the new root
     * @param access what is allowed, {@code LANDLOCK_ACCESS_FS_*}, not empty
     * @param fileAccess the part of that that a file can have which is no directory
     * @param optional whether the rule is left out where the path is missing or out of reach
     */
    public record PathRule(String path, Constant access, Constant fileAccess, boolean optional) {}

    /**
     * Allows something with a TCP port.
     *
     * @param port from 0 to 65535
     * @param access what is allowed, {@code LANDLOCK_ACCESS_NET_*}
     */
    public record PortRule(int port, Constant access) {}

    /** Makes the lists immutable. */
    public RestrictAccess {
        paths = List.copyOf(paths);
        ports = List.copyOf(ports);
    }

    @Override
    public Phase phase() {
        return Phase.CAPABILITIES; // before a limit on descriptors is in force, of which the rules take some
    }

    @Override
    public String summary() {
        return "restricting access by Landlock";
    }
}
