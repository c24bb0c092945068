package io.lxc4j.kernel;

import io.lxc4j.error.Errno;
import java.util.List;

/** Which version of Landlock's interface the running kernel has, or why it has none. */
public final class LandlockAbi {
    /** The releases of Linux that brought a version, that of version 1 first. */
    private static final List<String> RELEASES =
            List.of("5.13", "5.19", "6.2", "6.7", "6.10", "6.12", "6.15", "7.0", "7.1");

    private LandlockAbi() {}

    /**
     * Asks the kernel: {@code landlock_create_ruleset(2)} with {@code LANDLOCK_CREATE_RULESET_VERSION}.
     *
     * @return the version, from 1 on, or a negative error number
     */
    public static long query() {
        return Kernel.tryCall(Sys.LANDLOCK_CREATE_RULESET, 0, 0, Constants.LANDLOCK_CREATE_RULESET_VERSION.value());
    }

    /**
     * The kernel that brought a version; for error text only.
     *
     * @param version from 1 on
     * @return a release, for instance {@code 5.13}
     */
    public static String release(int version) {
        return RELEASES.get(version - 1);
    }

    /**
     * What an answer without a version means.
     *
     * @param answer a negative error number
     * @return the reason and the remedy
     */
    public static String problem(long answer) {
        Errno errno = Errno.of((int) -answer);
        return switch (errno) {
            case ENOSYS -> "needs Linux 5.13 built with CONFIG_SECURITY_LANDLOCK, and no seccomp filter that hides it";
            case EOPNOTSUPP -> "switched off at boot; add landlock to lsm= of the kernel's command line";
            case EPERM -> "refused by a seccomp filter; one that allows it is needed";
            default -> "an unexpected answer: " + errno;
        };
    }
}
