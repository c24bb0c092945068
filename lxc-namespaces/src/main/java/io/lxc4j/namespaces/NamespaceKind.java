package io.lxc4j.namespaces;

import io.lxc4j.kernel.Namespace;

/**
 * The kinds of namespace.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/namespaces.7.html">namespaces(7)</a>
 */
public enum NamespaceKind {
    /** User and group ids, and capabilities over what the other namespaces own. */
    USER(Namespace.USER),
    /** The mount tree. */
    MOUNT(Namespace.MOUNT),
    /** Process ids. */
    PID(Namespace.PID),
    /** Network devices, addresses, routes and ports, and abstract Unix sockets. */
    NETWORK(Namespace.NETWORK),
    /** System V IPC objects and POSIX message queues. */
    IPC(Namespace.IPC),
    /** Host name and NIS domain name. */
    UTS(Namespace.UTS),
    /** The root of the view of the cgroup hierarchy. */
    CGROUP(Namespace.CGROUP),
    /** The monotonic and the boot-time clock. */
    TIME(Namespace.TIME);

    private final Namespace namespace;

    NamespaceKind(Namespace namespace) {
        this.namespace = namespace;
    }

    Namespace namespace() {
        return namespace;
    }

    /**
     * The name of its link below {@code /proc/PID/ns}.
     *
     * @return the kernel's short name, for instance {@code net}
     */
    public String procName() {
        return namespace.procName();
    }
}
