package io.lxc4j.kernel;

/**
 * The kinds of namespace.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
public enum Namespace {
    /** User and group ids, and capabilities over what the other namespaces own. */
    USER("user", "CLONE_NEWUSER", Constants.CLONE_NEWUSER.value()),
    /** The mount tree. */
    MOUNT("mnt", "CLONE_NEWNS", Constants.CLONE_NEWNS.value()),
    /** Process ids. */
    PID("pid", "CLONE_NEWPID", Constants.CLONE_NEWPID.value()),
    /** Network devices, addresses, routes and ports. */
    NETWORK("net", "CLONE_NEWNET", Constants.CLONE_NEWNET.value()),
    /** System V IPC objects and POSIX message queues. */
    IPC("ipc", "CLONE_NEWIPC", Constants.CLONE_NEWIPC.value()),
    /** Host name and NIS domain name. */
    UTS("uts", "CLONE_NEWUTS", Constants.CLONE_NEWUTS.value()),
    /** The root of the view of the cgroup hierarchy. */
    CGROUP("cgroup", "CLONE_NEWCGROUP", Constants.CLONE_NEWCGROUP.value()),
    /** The monotonic and the boot-time clock. */
    TIME("time", "CLONE_NEWTIME", Constants.CLONE_NEWTIME.value());

    private final String procName;
    private final String flagName;
    private final long flag;

    Namespace(String procName, String flagName, long flag) {
        this.procName = procName;
        this.flagName = flagName;
        this.flag = flag;
    }

    /**
     * The name of its link below {@code /proc/PID/ns}.
     *
     * @return the kernel's short name
     */
    public String procName() {
        return procName;
    }

    /**
     * The flag that makes a new one.
     *
     * @return {@code CLONE_NEW*}
     */
    public Constant cloneFlag() {
        return new Constant(flagName, flag);
    }
}
