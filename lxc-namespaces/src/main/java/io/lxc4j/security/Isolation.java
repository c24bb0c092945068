package io.lxc4j.security;

import io.lxc4j.error.HostUnsupportedException;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Sys;
import io.lxc4j.launch.LaunchPlan;
import io.lxc4j.launch.RightsOperation;
import io.lxc4j.seccomp.SeccompAction;
import io.lxc4j.seccomp.SeccompFilter;
import io.lxc4j.seccomp.SeccompProfile;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

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
    /** What a program does not need that only computes. */
    private static final String[] NOT_TO_COMPUTE = {
        "socket",
        "bind",
        "connect",
        "listen",
        "accept",
        "accept4",
        "setuid",
        "setgid",
        "setreuid",
        "setregid",
        "setresuid",
        "setresgid",
        "setgroups",
        "setfsuid",
        "setfsgid",
        "chown",
        "fchown",
        "lchown",
        "fchownat",
        "mknod",
        "mknodat",
        "memfd_create",
        "memfd_secret",
        "execveat"
    };

    private static final Isolation STANDARD = new Isolation(new IsolationSettings());

    private final IsolationSettings settings;

    private Isolation(IsolationSettings settings) {
        this.settings = settings;
    }

    private Isolation with(Consumer<IsolationSettings> change) {
        IsolationSettings changed = new IsolationSettings(settings);
        change.accept(changed);
        return new Isolation(changed);
    }

    // ---- where to begin

    /**
     * What a container has unless it asks for another.
     *
     * <table>
     * <caption>What is allowed</caption>
     * <tr><th>capabilities</th><td>{@link Capabilities#defaults()}</td></tr>
     * <tr><th>system calls</th><td>{@link SeccompProfile#standard()}</td></tr>
     * <tr><th>files and TCP ports</th><td>as permissions, mounts and the network are</td></tr>
     * <tr><th>new privileges</th><td>none</td></tr>
     * </table>
     *
     * @return the standard isolation
     */
    public static Isolation standard() {
        return STANDARD;
    }

    /**
     * For programs that only compute: what they read and write comes by their standard streams.
     *
     * <table>
     * <caption>What is allowed</caption>
     * <tr><th>capabilities</th><td>none, also to root</td></tr>
     * <tr><th>system calls</th><td>those of {@link SeccompProfile#standard()}, but none that make sockets other than pairs, change users,
     *     change who owns files, make devices, or execute what is in memory</td></tr>
     * <tr><th>files</th><td>{@link Landlock#forPrograms}: to execute, those programs; to read, the system's libraries; to write,
     *     {@code /dev/null} and the like</td></tr>
     * <tr><th>TCP ports, signals, abstract sockets</th><td>none, where the kernel knows how to forbid them</td></tr>
     * <tr><th>new privileges</th><td>none</td></tr>
     * </table>
     *
     * <p>Needs Linux 6.2 with Landlock. A program that needs more files gets them by {@link #landlock}, for instance
     * {@code Isolation.strict().landlock(Landlock.forPrograms("/usr/bin/python3").read("/srv/model"))}.
     *
     * @param programs absolute paths inside, of all that may be executed: the command, and what it executes; of a script also its
     *     interpreter
     * @return the strict isolation
     * @throws InvalidSpecificationException if a path is not absolute
     */
    public static Isolation strict(String... programs) {
        return STANDARD.with(changed -> {
            changed.capabilities = Capabilities.none();
            changed.systemCalls = new SystemCallRules(SeccompProfile.standard().refusing(NOT_TO_COMPUTE));
            changed.landlock = Landlock.forPrograms(programs).denyTcpIfKnown().scopeIfKnown(Landlock.Scope.values());
        });
    }

    /**
     * For a container that boots a whole distribution, or has containers itself. It must have users of its own: of those its root is
     * root in full, and can mount, make namespaces, and undo what protects paths from it.
     *
     * <table>
     * <caption>What is allowed</caption>
     * <tr><th>capabilities</th><td>all but those that act on the host: SYS_MODULE, SYS_RAWIO, SYS_TIME, MAC_ADMIN, MAC_OVERRIDE,
     *     AUDIT_CONTROL, AUDIT_READ, WAKE_ALARM, BLOCK_SUSPEND, PERFMON, BPF</td></tr>
     * <tr><th>system calls</th><td>those of {@link SeccompProfile#standard()} for these capabilities, and {@code pivot_root} and those
     *     of keys</td></tr>
     * <tr><th>files and TCP ports</th><td>as permissions, mounts and the network are</td></tr>
     * <tr><th>new privileges</th><td>allowed, for {@code su}, {@code sudo} and the like</td></tr>
     * </table>
     *
     * @return the isolation of a machine
     */
    public static Isolation machine() {
        return STANDARD.with(changed -> {
            changed.capabilities = Capabilities.all()
                    .drop(
                            Capability.SYS_MODULE,
                            Capability.SYS_RAWIO,
                            Capability.SYS_TIME,
                            Capability.MAC_ADMIN,
                            Capability.MAC_OVERRIDE,
                            Capability.AUDIT_CONTROL,
                            Capability.AUDIT_READ,
                            Capability.WAKE_ALARM,
                            Capability.BLOCK_SUSPEND,
                            Capability.PERFMON,
                            Capability.BPF);
            changed.systemCalls = new SystemCallRules(
                    SeccompProfile.standard().allowing("pivot_root", "add_key", "keyctl", "request_key"));
            changed.newPrivileges = true;
            changed.ownUsersOnly = true;
        });
    }

    // ---- what is changed

    /**
     * Sets which capabilities the processes have.
     *
     * @param capabilities which
     * @return the isolation with them
     */
    public Isolation capabilities(Capabilities capabilities) {
        return with(changed -> changed.capabilities = capabilities);
    }

    /**
     * Sets which system calls the processes may make; by default {@link SeccompProfile#standard()}.
     *
     * @param profile rules that may depend on the capabilities of the process
     * @return the isolation with those rules
     */
    public Isolation seccomp(SeccompProfile profile) {
        return with(changed -> changed.systemCalls = new SystemCallRules(profile));
    }

    /**
     * Sets which system calls the processes may make; by default {@link SeccompProfile#standard()}.
     *
     * @param filter a filter that lets the process make the calls of a launch's last steps: {@code execve}, and {@code write} and
     *     {@code exit_group} to tell that it failed; {@code sendmsg} where a supervisor is asked about others; and with {@link
     *     #allowNewPrivileges} also {@code prctl}, {@code capset}, {@code prlimit64}, {@code fcntl} and {@code rt_sigprocmask}. A
     *     container with another one is rejected when it is specified
     * @return the isolation with that filter
     */
    public Isolation seccomp(SeccompFilter filter) {
        return with(changed -> changed.systemCalls = new SystemCallRules(filter));
    }

    /**
     * Lets the processes make any system call. Parts of the kernel that few programs use, and that have often been a way into
     * it, can be reached then.
     *
     * @return the isolation without a filter of system calls
     */
    public Isolation withoutSeccomp() {
        return with(changed -> changed.systemCalls = null);
    }

    /**
     * Sets which files and TCP ports the processes may use, whatever their permissions; by default that is not restricted. With {@link
     * #allowNewPrivileges} the container needs users of its own, or this JVM CAP_SYS_ADMIN.
     *
     * @param landlock the restriction
     * @return the isolation with that
     */
    public Isolation landlock(Landlock landlock) {
        return with(changed -> changed.landlock = landlock);
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
        return with(changed -> changed.newPrivileges = true);
    }

    /**
     * Executes programs under a profile of AppArmor, which must be loaded. Read back after the start: a process that has it not is
     * killed.
     *
     * @param profile its name, 1 to 255 printable ASCII characters
     * @return the isolation with that profile
     * @throws InvalidSpecificationException if that is no name, or there is an SELinux label
     * @see <a href="https://docs.kernel.org/admin-guide/LSM/apparmor.html">the kernel's documentation of AppArmor</a>
     */
    public Isolation appArmorProfile(String profile) {
        return with(changed -> changed.label = SecurityLabel.appArmor(profile, settings.label));
    }

    /**
     * Executes programs under a label of SELinux. Read back after the start: a process that has it not is killed.
     *
     * @param context user, role, type and perhaps a level, for instance {@code system_u:system_r:container_t:s0:c1,c2}
     * @return the isolation with that label
     * @throws InvalidSpecificationException if that is no label, or there is an AppArmor profile
     * @see <a href="https://docs.kernel.org/admin-guide/LSM/SELinux.html">the kernel's documentation of SELinux</a>
     */
    public Isolation seLinuxLabel(String context) {
        return with(changed -> changed.label = SecurityLabel.seLinux(context, settings.label));
    }

    /**
     * Shows users other than root only their own processes in {@code /proc}. Needs Linux 5.8.
     *
     * @return the isolation with {@code hidepid=invisible}
     * @see <a href="https://docs.kernel.org/filesystems/proc.html">the kernel's documentation of proc, mount options</a>
     */
    public Isolation hideProcesses() {
        return with(changed -> changed.procOptions.put("hidepid", "invisible"));
    }

    /**
     * Shows nothing but processes in {@code /proc}: nothing of the machine, as its memory and processors, which language runtimes
     * look for. Needs Linux 5.8.
     *
     * @return the isolation with {@code subset=pid}
     * @see <a href="https://docs.kernel.org/filesystems/proc.html">the kernel's documentation of proc, mount options</a>
     */
    public Isolation onlyProcessesInProc() {
        return with(changed -> changed.procOptions.put("subset", "pid"));
    }

    // ---- for the container

    /**
     * How the container's {@code /proc} is mounted.
     *
     * @return options of proc and their values, in alphabetical order
     */
    public Map<String, String> procOptions() {
        return Collections.unmodifiableMap(settings.procOptions);
    }

    /**
     * Whether programs may gain privileges by being executed.
     *
     * @return whether they may
     */
    public boolean allowsNewPrivileges() {
        return settings.newPrivileges;
    }

    /**
     * The same, but for system calls that wait until a supervisor has decided.
     *
     * @param calls the calls
     * @return the isolation with a filter that asks
     * @throws InvalidSpecificationException if one is none of a system call up to Linux 6.18
     */
    public Isolation supervising(Set<String> calls) {
        SystemCallRules rules = settings.systemCalls != null
                ? settings.systemCalls
                : new SystemCallRules(SeccompFilter.builder(SeccompAction.allow())
                        .unknownCalls(SeccompAction.allow())
                        .foreignAbi(SeccompAction.allow())
                        .build());
        return with(changed -> changed.systemCalls = rules.asking(calls));
    }

    /**
     * Rejects what no host could carry out.
     *
     * @param ownUsers whether the container has users of its own
     * @throws InvalidSpecificationException if the filter forbids what a launch needs, or it needs users of its own
     */
    public void check(boolean ownUsers) {
        if (settings.ownUsersOnly && !ownUsers) {
            throw new InvalidSpecificationException("Isolation.machine() with shareUsers would give the container the"
                    + " rights of the host's root; use users of its own, or another isolation with the capabilities"
                    + " that it needs");
        }
        if (settings.systemCalls != null) {
            settings.systemCalls.check(settings.newPrivileges);
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
        boolean newPrivileges = settings.newPrivileges;
        Landlock landlock = settings.landlock;
        SystemCallRules systemCalls = settings.systemCalls;
        RightsOperation.LimitCapabilities limit = settings.capabilities.limit(rights);
        boolean keysAreRefused = systemCalls != null
                && systemCalls.refuses(Sys.KEYCTL, limit.sets().bounding());
        plan.add(new RightsOperation.NewSessionKeyring(!keysAreRefused));
        if (settings.label != null) {
            settings.label.contribute(plan);
        }
        if (newPrivileges && landlock != null) {
            requireRightToRestrict(rights);
            plan.add(landlock.restrict()); // before the filter, which may not know these calls
        }
        if (systemCalls != null) {
            plan.add(systemCalls.install(limit.sets().bounding(), newPrivileges));
        }
        plan.add(limit);
        if (!newPrivileges) {
            plan.add(new RightsOperation.ForbidNewPrivileges());
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
        own.checkWithin(settings.capabilities, rights);
        return capabilities(own);
    }

    @Override
    public String toString() {
        return "isolation: " + settings;
    }
}
