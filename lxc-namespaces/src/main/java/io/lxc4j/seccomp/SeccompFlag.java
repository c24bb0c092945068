package io.lxc4j.seccomp;

import io.lxc4j.kernel.Constants;

/**
 * Something else that the kernel does for a filter, under the name that it has in C after {@code SECCOMP_FILTER_FLAG_}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>
 */
public enum SeccompFlag {
    /** The audit system logs all actions but {@code allow} that {@code kernel.seccomp.actions_logged} lists. Since Linux 4.14. */
    LOG(Constants.SECCOMP_FILTER_FLAG_LOG.intValue()),
    /** The process is not protected from speculative store bypass, which Linux before 5.16 does for all others. Since 4.17. */
    SPEC_ALLOW(Constants.SECCOMP_FILTER_FLAG_SPEC_ALLOW.intValue()),
    /** A call of which a supervisor has taken notice is interrupted by fatal signals only. Since Linux 5.19. */
    WAIT_KILLABLE_RECV(Constants.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV.intValue());

    private final int value;

    SeccompFlag(int value) {
        this.value = value;
    }

    /**
     * The flag's bit.
     *
     * @return {@code SECCOMP_FILTER_FLAG_*}
     */
    public int value() {
        return value;
    }
}
