package io.lxc4j.namespaces;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;

/**
 * A resource of which a process can be kept from taking too much, under its name in C, without {@code RLIMIT_}. What is
 * counted by user is counted apart for each user namespace, since Linux 5.14.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/getrlimit.2.html">getrlimit(2)</a>
 */
public enum Resource {
    /** Address space of the process, in bytes. */
    AS(Constants.RLIMIT_AS.value()),
    /** Size of a core dump, in bytes; 0 for none. */
    CORE(Constants.RLIMIT_CORE.value()),
    /** CPU time of the process, in seconds; SIGXCPU at the soft limit, SIGKILL at the hard one. */
    CPU(Constants.RLIMIT_CPU.value()),
    /** Data segment and private writable memory of the process, in bytes. */
    DATA(Constants.RLIMIT_DATA.value()),
    /** Size that the process can make a file grow to, in bytes. */
    FSIZE(Constants.RLIMIT_FSIZE.value()),
    /** File locks; without effect since Linux 2.4. */
    LOCKS(Constants.RLIMIT_LOCKS.value()),
    /** Memory that can't be swapped out, in bytes. */
    MEMLOCK(Constants.RLIMIT_MEMLOCK.value()),
    /** Space of the user's POSIX message queues, in bytes. */
    MSGQUEUE(Constants.RLIMIT_MSGQUEUE.value()),
    /** How low the process can set its nice value: to 20 minus the limit, which is 1 to 40; 0 for no lower than it is. */
    NICE(Constants.RLIMIT_NICE.value()),
    /** One more than the highest descriptor of the process; at most the sysctl {@code fs.nr_open}. */
    NOFILE(Constants.RLIMIT_NOFILE.value()),
    /** Processes and threads of the user. */
    NPROC(Constants.RLIMIT_NPROC.value()),
    /** Resident memory; without effect since Linux 2.4.30. */
    RSS(Constants.RLIMIT_RSS.value()),
    /** The highest real-time priority that the process can give itself, 0 to 99. */
    RTPRIO(Constants.RLIMIT_RTPRIO.value()),
    /** CPU time that a real-time process takes without waiting for anything, in microseconds. */
    RTTIME(Constants.RLIMIT_RTTIME.value()),
    /** Signals queued for the user's processes. */
    SIGPENDING(Constants.RLIMIT_SIGPENDING.value()),
    /** Stack of the process, in bytes; a quarter of it is room for arguments and environment. */
    STACK(Constants.RLIMIT_STACK.value());

    private final long number;

    Resource(long number) {
        this.number = number;
    }

    Constant constant() {
        return new Constant("RLIMIT_" + name(), number);
    }
}
