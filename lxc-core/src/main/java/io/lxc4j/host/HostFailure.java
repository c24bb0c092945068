package io.lxc4j.host;

import io.lxc4j.error.ContainerException;
import io.lxc4j.error.Errno;
import io.lxc4j.error.LaunchException;
import io.lxc4j.error.SystemCallException;
import java.util.List;

/**
 * Why something that was tried failed, taken apart.
 *
 * @param operation what was being done
 * @param call the system call without its arguments; empty if none was refused
 * @param error the error, as far as one is known, or all that is known
 * @param hint what to do about it; may be empty
 * @param transitory whether it may work the next time
 */
record HostFailure(String operation, String call, String error, String hint, boolean transitory) {
    private static final String CLONE = "making a process";

    static HostFailure of(ContainerException failure) {
        String message = String.valueOf(failure.getMessage());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LaunchException launch) {
                return of(message, launch.operation(), launch.call(), launch.errno());
            }
            if (cause instanceof SystemCallException refused) {
                return of(message, before(refused, message), refused.call(), refused.errno());
            }
        }
        return new HostFailure("", "", message, "", true);
    }

    /** What a message says before it comes to the call. */
    private static String before(SystemCallException refused, String message) {
        int call = message.indexOf(refused.call());
        return call <= 0 ? "" : message.substring(0, call).strip().replaceFirst(":$", "");
    }

    private static HostFailure of(String message, String operation, String call, Errno errno) {
        String error = errno.toString();
        int end = message.indexOf(error) + error.length();
        String hint = message.startsWith("; ", end) ? message.substring(end + 2) : "";
        int parenthesis = call.indexOf('(');
        return new HostFailure(
                operation,
                parenthesis < 0 ? call : call.substring(0, parenthesis),
                error,
                hint,
                errno == Errno.EAGAIN || errno == Errno.ENOMEM || errno == Errno.EMFILE || errno == Errno.ENFILE);
    }

    /** Whether there was no process yet: the kernel refused one of its namespaces. */
    boolean isOfClone() {
        return operation.startsWith(CLONE);
    }

    /** Whether this user lacks the right. */
    boolean isForbidden() {
        return error.startsWith(Errno.EPERM.name());
    }

    /** Whether all was done but the exec. */
    boolean isOfExec() {
        return operation.startsWith("executing ");
    }

    /**
     * The answer.
     *
     * @param name the ability that was tried
     * @param obstacles what is known to forbid it; better advice than the error's
     */
    Ability ability(String name, List<String> obstacles) {
        return transitory ? Ability.unknown(name, describe(obstacles)) : Ability.unavailable(name, describe(obstacles));
    }

    private String describe(List<String> obstacles) {
        if (call.isEmpty()) {
            return error;
        }
        String what = isOfClone() || operation.isEmpty() ? call : operation + ": " + call;
        String advice = obstacles.isEmpty() ? hint : String.join("; ", obstacles);
        return what + " failed: " + error + (advice.isEmpty() ? "" : "; " + advice);
    }
}
