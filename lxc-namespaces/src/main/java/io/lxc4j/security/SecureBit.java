package io.lxc4j.security;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;

/**
 * What root's user id does not do any more, for good: each is set and locked.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7), the securebits flags</a>
 */
public enum SecureBit {
    /** Programs that root executes gain no capabilities by that: they have the ambient ones, and those of their file. */
    NO_ROOT(Constants.SECBIT_NOROOT, Constants.SECBIT_NOROOT_LOCKED),
    /** Changing the user id takes no capabilities away and gives none back. */
    NO_SETUID_FIXUP(Constants.SECBIT_NO_SETUID_FIXUP, Constants.SECBIT_NO_SETUID_FIXUP_LOCKED),
    /** No capability becomes ambient any more. */
    NO_AMBIENT_RAISE(Constants.SECBIT_NO_CAP_AMBIENT_RAISE, Constants.SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED);

    private final long bits;

    SecureBit(Constant bit, Constant lock) {
        bits = Constant.or(bit, lock).value();
    }

    Constant locked() {
        String name = this == NO_ROOT ? "NOROOT" : this == NO_AMBIENT_RAISE ? "NO_CAP_AMBIENT_RAISE" : name();
        return new Constant("SECBIT_" + name + "|SECBIT_" + name + "_LOCKED", bits);
    }
}
