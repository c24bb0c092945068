package io.lxc4j.launch;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Namespace;
import io.lxc4j.kernel.Sys;

/** What to do about namespaces that can't be joined or made. */
final class JoinHints {
    private JoinHints() {}

    static String of(JoinOperation operation, Sys sys, Errno errno) {
        return switch (operation) {
            case JoinOperation.JoinNamespace join -> joined(join.kind(), errno);
            case JoinOperation.JoinProcess _ -> process(errno);
            case JoinOperation.NewNamespaces made -> made(made, errno);
            case JoinOperation.NewTimeNamespace _ -> time(sys, errno);
            default -> "";
        };
    }

    private static String joined(Namespace kind, Errno errno) {
        return switch (errno) {
            case EPERM ->
                "it takes CAP_SYS_ADMIN over the user namespace that owns it, and over that which the process is in:"
                        + " root has it over all below its own, an ordinary user over those that it has made";
            case EINVAL ->
                switch (kind) {
                    case PID -> "only a PID namespace below this JVM's can be joined";
                    case USER -> "the process is in that user namespace already";
                    default -> "this kernel can't join such a namespace";
                };
            case ENOENT, ESRCH -> "the namespace has ended";
            default -> "";
        };
    }

    private static String process(Errno errno) {
        return switch (errno) {
            case EPERM ->
                "the container's first process has hidden itself from this user, as an init() in users that were joined"
                        + " does; leave init() out, or run this JVM as root";
            case ESRCH -> "the container has ended";
            default -> "";
        };
    }

    private static String made(JoinOperation.NewNamespaces made, Errno errno) {
        return switch (errno) {
            case EPERM ->
                made.kinds().contains(Namespace.USER)
                        ? NamespaceObstacles.current()
                                .adviceOr("this host forbids user namespaces by a security policy")
                        : "";
            case ENOSPC, EUSERS ->
                "a limit in /proc/sys/user/max_*_namespaces is 0 or reached, or namespaces are nested too deep";
            case EINVAL -> "the kernel was built without one of these namespaces";
            default -> "";
        };
    }

    private static String time(Sys sys, Errno errno) {
        return switch (sys) {
            case UNSHARE ->
                switch (errno) {
                    case EINVAL ->
                        "time namespaces need Linux 5.6, built with CONFIG_TIME_NS; shareClocks() does without";
                    case ENOSPC -> "the limit in /proc/sys/user/max_time_namespaces is 0 or reached";
                    default -> "";
                };
            case WRITE ->
                errno == Errno.ERANGE
                        ? "no clock can be shifted to before 0, so not back by more than the host's uptime, nor to"
                                + " beyond 146 years"
                        : "";
            default -> "";
        };
    }
}
