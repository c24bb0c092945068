package io.lxc4j.launch;

import static io.lxc4j.kernel.Constants.RLIMIT_NOFILE;
import static io.lxc4j.kernel.Constants.SCHED_DEADLINE;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Sys;

/** What to do about limits, attributes and parameters that the kernel refuses. */
final class AttributeHints {
    private AttributeHints() {}

    static String of(ParentOperation.Attribute attribute, Errno errno) {
        return switch (attribute) {
            case ParentOperation.SetLimit(Constant resource, long _, long _) -> limit(resource, errno);
            case ParentOperation.SetScheduler scheduler -> scheduler(scheduler, errno);
            case ParentOperation.SetNice(int value) ->
                isForbidden(errno)
                        ? "a lower nice value than this JVM has needs CAP_SYS_NICE, or for this JVM a limit on NICE of"
                                + " at least " + (20 - value) + " (ulimit -e)"
                        : "";
            case ParentOperation.SetCpus _ ->
                errno == Errno.EINVAL
                        ? "there is no such CPU, it is offline, or the cpuset of this JVM's cgroup does not have it; a"
                                + " deadline policy takes all CPUs"
                        : "";
            case ParentOperation.SetIoPriority _ ->
                isForbidden(errno) ? "the real-time class needs CAP_SYS_NICE or CAP_SYS_ADMIN" : "";
            case ParentOperation.SetOomScoreAdjustment _ ->
                isForbidden(errno)
                        ? "a value below the one that this JVM was given with privilege needs CAP_SYS_RESOURCE"
                        : "";
        };
    }

    private static boolean isForbidden(Errno errno) {
        return errno == Errno.EPERM || errno == Errno.EACCES;
    }

    static String limit(Constant resource, Errno errno) {
        if (errno != Errno.EPERM) {
            return "";
        }
        String raising = "a higher hard limit than this JVM has (ulimit -H) needs CAP_SYS_RESOURCE on the host";
        return resource.equals(RLIMIT_NOFILE) ? raising + ", and none goes beyond the sysctl fs.nr_open" : raising;
    }

    private static String scheduler(ParentOperation.SetScheduler scheduler, Errno errno) {
        if (scheduler.policy().equals(SCHED_DEADLINE)) {
            return switch (errno) {
                case EPERM ->
                    "a deadline policy needs CAP_SYS_NICE, and a process that may run on all CPUs of its cpuset";
                case EBUSY -> "the CPUs have not so much time left for deadline policies";
                case EINVAL ->
                    "the period must be within the sysctls kernel.sched_deadline_period_min_us and"
                            + " kernel.sched_deadline_period_max_us";
                default -> "";
            };
        }
        if (scheduler.priority() > 0) {
            return errno == Errno.EPERM
                    ? "a real-time policy needs CAP_SYS_NICE, or for this JVM a limit on RTPRIO of at least "
                            + scheduler.priority() + " (ulimit -r); and of its cgroup some cpu.rt_runtime_us, where the"
                            + " kernel has that"
                    : "";
        }
        return errno == Errno.EPERM ? "this JVM has the policy SCHED_IDLE, which only CAP_SYS_NICE leaves" : "";
    }

    static String sysctl(Sys sys, Errno errno) {
        return switch (errno) {
            case ENOENT, ENOTDIR ->
                "this kernel has no such sysctl, or only one for the whole host; some appear with their module or"
                        + " device";
            case EACCES, EPERM ->
                sys == Sys.WRITE
                        ? "the kernel lets nobody in a user namespace set it to this value"
                        : "only root of the namespace's owner may set it, and some none at all: the process must be the"
                                + " container's root, and before Linux 6.9 the IPC namespace the host's";
            case EINVAL, ERANGE -> "the kernel does not take this value";
            default -> "";
        };
    }

    static String groups(Errno errno) {
        return switch (errno) {
            case EINVAL -> "a group is not mapped in the container's user namespace";
            case EPERM -> "setgroups is denied where only the caller's own group is mapped";
            default -> "";
        };
    }
}
