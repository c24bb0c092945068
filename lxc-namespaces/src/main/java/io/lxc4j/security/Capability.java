package io.lxc4j.security;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A part of what root may do. In a user namespace it acts only on what that namespace owns.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</a>
 */
public enum Capability {
    /** Change the owners of files. */
    CHOWN(0, "2.2"),
    /** Read, write and execute files whatever their permissions. */
    DAC_OVERRIDE(1, "2.2"),
    /** Read files and directories whatever their permissions, and open them by handle. */
    DAC_READ_SEARCH(2, "2.2"),
    /** Do with files what only their owner may. */
    FOWNER(3, "2.2"),
    /** Keep set-user-id and set-group-id when a file is changed. */
    FSETID(4, "2.2"),
    /** Signal processes of other users. */
    KILL(5, "2.2"),
    /** Take on any group, and groups. */
    SETGID(6, "2.2"),
    /** Take on any user. */
    SETUID(7, "2.2"),
    /** Take capabilities out of the bounding set, and set secure bits. */
    SETPCAP(8, "2.2"),
    /** Set the attributes immutable and append-only of files. */
    LINUX_IMMUTABLE(9, "2.2"),
    /** Bind ports below 1024. */
    NET_BIND_SERVICE(10, "2.2"),
    /** Not used by the kernel. */
    NET_BROADCAST(11, "2.2"),
    /** Configure the network: interfaces, routes, filters. */
    NET_ADMIN(12, "2.2"),
    /** Use raw and packet sockets. */
    NET_RAW(13, "2.2"),
    /** Lock memory beyond the limit. */
    IPC_LOCK(14, "2.2"),
    /** Use System V IPC objects whatever their permissions. */
    IPC_OWNER(15, "2.2"),
    /** Load and unload kernel modules: the host is the container's then. */
    SYS_MODULE(16, "2.2"),
    /** Access ports and devices directly: the host is the container's then. */
    SYS_RAWIO(17, "2.2"),
    /** Call {@code chroot(2)}, and enter mount namespaces. */
    SYS_CHROOT(18, "2.2"),
    /** Trace any process that is seen, and read its memory. */
    SYS_PTRACE(19, "2.2"),
    /** Switch process accounting. */
    SYS_PACCT(20, "2.2"),
    /** Mount, name hosts, and much more; a container can undo most of what protects paths from it. */
    SYS_ADMIN(21, "2.2"),
    /** Reboot, and load another kernel. */
    SYS_BOOT(22, "2.2"),
    /** Raise priorities, and set those of others. */
    SYS_NICE(23, "2.2"),
    /** Exceed limits, and raise them. */
    SYS_RESOURCE(24, "2.2"),
    /** Set the clock of the host. */
    SYS_TIME(25, "2.2"),
    /** Hang up terminals, and configure virtual ones. */
    SYS_TTY_CONFIG(26, "2.2"),
    /** Make device nodes; never in a user namespace. */
    MKNOD(27, "2.4"),
    /** Take leases on files of others. */
    LEASE(28, "2.4"),
    /** Write to the kernel's audit log. */
    AUDIT_WRITE(29, "2.6.11"),
    /** Configure auditing. */
    AUDIT_CONTROL(30, "2.6.11"),
    /** Give capabilities to files. */
    SETFCAP(31, "2.6.24"),
    /** Override a mandatory access control of Smack. */
    MAC_OVERRIDE(32, "2.6.25"),
    /** Configure that. */
    MAC_ADMIN(33, "2.6.25"),
    /** Read the kernel's messages and addresses. */
    SYSLOG(34, "2.6.37"),
    /** Wake the machine up. */
    WAKE_ALARM(35, "3.0"),
    /** Keep it from going to sleep. */
    BLOCK_SUSPEND(36, "3.5"),
    /** Read the audit log. */
    AUDIT_READ(37, "3.16"),
    /** Measure performance, also of the kernel. */
    PERFMON(38, "5.8"),
    /** Load BPF programs. */
    BPF(39, "5.8"),
    /** Checkpoint processes and restore them. */
    CHECKPOINT_RESTORE(40, "5.9");

    private final int number;
    private final String since;

    Capability(int number, String since) {
        this.number = number;
        this.since = since;
    }

    /**
     * The capabilities of a set as the kernel writes it.
     *
     * @param bits bit n is capability n
     * @return those of them that this library knows
     */
    public static Set<Capability> of(long bits) {
        return Arrays.stream(values())
                .filter(capability -> (bits & capability.bit()) != 0)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Capability.class)));
    }

    /** The set of it alone. */
    long bit() {
        return 1L << number;
    }

    boolean isKnown(int last) {
        return number <= last;
    }

    /** The kernel that brought it. */
    String since() {
        return since;
    }

    /**
     * Its name in C, for instance {@code CAP_CHOWN}.
     *
     * @return the name
     */
    @Override
    public String toString() {
        return "CAP_" + name();
    }
}
