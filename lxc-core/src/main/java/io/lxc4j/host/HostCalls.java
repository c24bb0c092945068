package io.lxc4j.host;

import io.lxc4j.error.Errno;
import io.lxc4j.kernel.Kernel;
import io.lxc4j.kernel.Sys;
import java.util.List;

/**
 * Tries system calls, with arguments that the kernel rejects before it does anything. Only a kernel that has the call,
 * and a seccomp filter that lets it pass, answer with that error.
 */
final class HostCalls {
    private HostCalls() {}

    /** The arguments have a size that no version of the struct has, flags that no kernel knows, or no descriptor. */
    static List<Ability> abilities() {
        return List.of(
                attempt(Sys.CLONE3, Errno.EINVAL, 0, 0),
                attempt(Sys.PIDFD_OPEN, Errno.EINVAL, 0, 0),
                attempt(Sys.PIDFD_SEND_SIGNAL, Errno.EBADF, -1, 0, 0, 0),
                attempt(Sys.CLOSE_RANGE, Errno.EINVAL, 1, 0, 0),
                attempt(Sys.MEMFD_CREATE, Errno.EINVAL, 0, 0x00ffffff),
                attempt(Sys.OPENAT2, Errno.EINVAL, -1, 0, 0, 0),
                attempt(Sys.MOUNT_SETATTR, Errno.EINVAL, -1, 0, 0, 0, 0));
    }

    private static Ability attempt(Sys sys, Errno expected, long... arguments) {
        return answer(sys, expected, Kernel.tryCall(sys, arguments));
    }

    static Ability answer(Sys sys, Errno expected, long result) {
        String name = sys.callName();
        if (result == -expected.number()) {
            return Ability.available(name, "");
        }
        if (result == -Errno.ENOSYS.number()) {
            return Ability.unavailable(name, "needs Linux " + sys.since() + ", and no seccomp filter that hides it");
        }
        if (result == -Errno.EPERM.number()) {
            return Ability.unavailable(name, "refused by a seccomp filter; one that allows it is needed");
        }
        return Ability.unknown(
                name, "an unexpected answer: " + (result < 0 ? Errno.of((int) -result) : Long.toString(result)));
    }
}
