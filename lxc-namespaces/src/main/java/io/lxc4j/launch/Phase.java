package io.lxc4j.launch;

/**
 * The order in which a process is built, the same for every plan. The place of a phase matters: ids before the mounts
 * that they own, the cgroup before its namespace, the root before the working directory in it, and what takes rights
 * away last.
 */
public enum Phase {
    /** The parent does what only it may do, while the process waits. */
    PARENT,
    /** Waits for the parent. */
    SYNCHRONISE,
    /** Enters namespaces that exist. */
    JOIN,
    /** Takes on the user and group ids. */
    IDENTITY,
    /** Takes the cgroup it is in as the root of its view. */
    CGROUP,
    /** Leaves the parent's session, and arranges to die with it. */
    SESSION,
    /** Builds the file tree. */
    MOUNTS,
    /** Makes that tree the root, and lets go of the host's. */
    ROOT,
    /** Sets host name, loopback, sysctls, file mode mask and personality, and makes a terminal. */
    SYSTEM,
    /** Stays as an init, and goes on as its child. */
    INIT,
    /** Closes all but the declared descriptors, and then enters the working directory. */
    DESCRIPTORS,
    /** Gives up privileges, and takes on the limits that all before would suffer from. */
    CAPABILITIES,
    /** Installs the system call filter. */
    SECCOMP,
    /** Becomes the program; or does what it is there for, and ends. */
    EXEC
}
