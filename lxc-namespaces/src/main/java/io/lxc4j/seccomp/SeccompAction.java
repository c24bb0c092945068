package io.lxc4j.seccomp;

import io.lxc4j.error.Errno;
import io.lxc4j.error.InvalidSpecificationException;
import io.lxc4j.kernel.Constants;
import java.util.Locale;

/**
 * What the kernel does with a system call that a filter has decided on.
 *
 * @param kind what it does
 * @param data the error's number, 0 to 4095, for {@link Kind#ERRNO}; what the tracer is told, 0 to 65535, for {@link
 *     Kind#TRACE}; else 0
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>
 */
public record SeccompAction(Kind kind, int data) {
    /** The kinds of actions; where several filters are installed, the one that comes first here wins. */
    public enum Kind {
        /** Kills the process with {@code SIGSYS}. Since Linux 4.14. */
        KILL_PROCESS(Constants.SECCOMP_RET_KILL_PROCESS.intValue(), "SCMP_ACT_KILL_PROCESS", 0),
        /** Kills the thread that calls with {@code SIGSYS}; the others go on, usually in vain. */
        KILL_THREAD(Constants.SECCOMP_RET_KILL_THREAD.intValue(), "SCMP_ACT_KILL_THREAD", 0),
        /** Sends the thread {@code SIGSYS}, which a handler can catch. */
        TRAP(Constants.SECCOMP_RET_TRAP.intValue(), "SCMP_ACT_TRAP", 0),
        /** The call fails with an error, and is not made. */
        ERRNO(Constants.SECCOMP_RET_ERRNO.intValue(), "SCMP_ACT_ERRNO", 4095),
        /** A supervisor decides, which the filter's listener tells of the call. Since Linux 5.0. */
        NOTIFY(Constants.SECCOMP_RET_USER_NOTIF.intValue(), "SCMP_ACT_NOTIFY", 0),
        /** A tracer decides; without one the call fails with {@code ENOSYS}. */
        TRACE(Constants.SECCOMP_RET_TRACE.intValue(), "SCMP_ACT_TRACE", 0xffff),
        /** The call is made and logged by the audit system. Since Linux 4.14. */
        LOG(Constants.SECCOMP_RET_LOG.intValue(), "SCMP_ACT_LOG", 0),
        /** The call is made. */
        ALLOW(Constants.SECCOMP_RET_ALLOW.intValue(), "SCMP_ACT_ALLOW", 0);

        private final int value;
        private final String ociName;
        private final int most;

        Kind(int value, String ociName, int most) {
            this.value = value;
            this.ociName = ociName;
            this.most = most;
        }

        String ociName() {
            return ociName;
        }

        /** The greatest data; 0 if there is none. */
        int mostData() {
            return most;
        }
    }

    /**
     * Checks the data.
     *
     * @throws InvalidSpecificationException if this kind of action has no such data
     */
    public SeccompAction {
        if (data < 0 || data > kind.most) {
            throw new InvalidSpecificationException("action " + kind + " with data " + data + ": it must be "
                    + (kind.most == 0 ? "0" : "0 to " + kind.most));
        }
    }

    /**
     * The call is made.
     *
     * @return {@code SECCOMP_RET_ALLOW}
     */
    public static SeccompAction allow() {
        return new SeccompAction(Kind.ALLOW, 0);
    }

    /**
     * The call fails with an error.
     *
     * @param error the error
     * @return {@code SECCOMP_RET_ERRNO}
     */
    public static SeccompAction errno(Errno error) {
        return errno(error.number());
    }

    /**
     * The call fails with an error.
     *
     * @param number the error's number, 1 to 4095; or 0, to have the call return 0 as if it had been made
     * @return {@code SECCOMP_RET_ERRNO}
     * @throws InvalidSpecificationException if it is another
     */
    public static SeccompAction errno(int number) {
        return new SeccompAction(Kind.ERRNO, number);
    }

    /**
     * The thread that calls is killed.
     *
     * @return {@code SECCOMP_RET_KILL_THREAD}
     */
    public static SeccompAction killThread() {
        return new SeccompAction(Kind.KILL_THREAD, 0);
    }

    /**
     * The process is killed.
     *
     * @return {@code SECCOMP_RET_KILL_PROCESS}
     */
    public static SeccompAction killProcess() {
        return new SeccompAction(Kind.KILL_PROCESS, 0);
    }

    /**
     * The thread gets {@code SIGSYS}.
     *
     * @return {@code SECCOMP_RET_TRAP}
     */
    public static SeccompAction trap() {
        return new SeccompAction(Kind.TRAP, 0);
    }

    /**
     * A tracer decides.
     *
     * @param message what {@code PTRACE_GETEVENTMSG} tells the tracer, 0 to 65535
     * @return {@code SECCOMP_RET_TRACE}
     * @throws InvalidSpecificationException if it is another
     */
    public static SeccompAction trace(int message) {
        return new SeccompAction(Kind.TRACE, message);
    }

    /**
     * The call is made and logged.
     *
     * @return {@code SECCOMP_RET_LOG}
     */
    public static SeccompAction log() {
        return new SeccompAction(Kind.LOG, 0);
    }

    /**
     * A supervisor decides.
     *
     * @return {@code SECCOMP_RET_USER_NOTIF}
     */
    public static SeccompAction askSupervisor() {
        return new SeccompAction(Kind.NOTIFY, 0);
    }

    /** The action that a filter has returned. */
    static SeccompAction of(int value) {
        for (Kind kind : Kind.values()) {
            if (kind.value == (value & 0xffff0000)) {
                return new SeccompAction(kind, value & 0xffff);
            }
        }
        throw new IllegalArgumentException("no action: 0x" + Integer.toHexString(value));
    }

    /**
     * What a filter returns for this.
     *
     * @return {@code SECCOMP_RET_*} or'ed with the data
     */
    public int value() {
        return kind.value | data;
    }

    /**
     * The name in OCI profiles, which have the data apart.
     *
     * @return {@code SCMP_ACT_*}
     */
    public String ociName() {
        return kind.ociName;
    }

    /** Renders the action in words: {@code allow}, {@code kill process}, {@code errno EPERM}. */
    @Override
    public String toString() {
        String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return switch (kind) {
            case ERRNO -> name + " " + errorName();
            case TRACE -> name + " " + data;
            default -> name;
        };
    }

    private String errorName() {
        try {
            return Errno.of(data).name();
        } catch (IllegalArgumentException _) {
            return Integer.toString(data);
        }
    }
}
