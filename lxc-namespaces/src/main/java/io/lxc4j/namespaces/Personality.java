package io.lxc4j.namespaces;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;

/**
 * Something that the kernel does otherwise for a process, mostly for the sake of old programs, under its name in C.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/personality.2.html">personality(2)</a>
 */
public enum Personality {
    /** {@code uname(2)} names the 32-bit machine, as {@code setarch} does. */
    LINUX32(Constants.PER_LINUX32.value()),
    /** {@code uname(2)} shows a version 2.6. */
    UNAME26(Constants.UNAME26.value()),
    /** Addresses are not randomized; easier to debug, and to attack. */
    ADDR_NO_RANDOMIZE(Constants.ADDR_NO_RANDOMIZE.value()),
    /** The page at address 0 is mapped, where the process has CAP_SYS_RAWIO. */
    MMAP_PAGE_ZERO(Constants.MMAP_PAGE_ZERO.value()),
    /** Memory is mapped from low addresses up. */
    ADDR_COMPAT_LAYOUT(Constants.ADDR_COMPAT_LAYOUT.value()),
    /** What can be read can be executed; lost when a 64-bit program is executed. */
    READ_IMPLIES_EXEC(Constants.READ_IMPLIES_EXEC.value()),
    /** Addresses have 32 bits. */
    ADDR_LIMIT_32BIT(Constants.ADDR_LIMIT_32BIT.value()),
    /** Without effect. */
    SHORT_INODE(Constants.SHORT_INODE.value()),
    /** Without effect. */
    WHOLE_SECONDS(Constants.WHOLE_SECONDS.value()),
    /** {@code select(2)} and the like leave the timeout as it was. */
    STICKY_TIMEOUTS(Constants.STICKY_TIMEOUTS.value()),
    /** Addresses of 32-bit programs end at 3 GiB. */
    ADDR_LIMIT_3GB(Constants.ADDR_LIMIT_3GB.value());

    private final long flag;

    Personality(long flag) {
        this.flag = flag;
    }

    Constant constant() {
        return new Constant(this == LINUX32 ? "PER_LINUX32" : name(), flag);
    }
}
