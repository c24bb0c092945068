package io.lxc4j.seccomp;

/**
 * What a filter is told of a system call.
 *
 * <pre>
 * struct seccomp_data {             // linux/seccomp.h
 *      0  int   nr;
 *      4  __u32 arch;
 *      8  __u64 instruction_pointer;
 *     16  __u64 args[6];
 * };
 * </pre>
 */
final class SeccompData {
    /** The size of the struct in bytes. */
    static final int SIZE = 64;

    static final int MOST_ARGUMENTS = 6;

    static final int NUMBER = 0;
    static final int ARCH = 4;
    private static final int ARGUMENTS = 16;

    private final int number;
    private final int arch;
    private final long[] arguments;

    /**
     * A call.
     *
     * @param number the call
     * @param arch how it is made, {@code AUDIT_ARCH_*}
     * @param arguments what it is given; those that are missing are 0
     */
    SeccompData(int number, int arch, long... arguments) {
        this.number = number;
        this.arch = arch;
        this.arguments = arguments.clone();
    }

    /** Where the lower half of an argument is; both architectures are little-endian. */
    static int low(int argument) {
        return ARGUMENTS + 8 * argument;
    }

    /** Where the upper half of an argument is. */
    static int high(int argument) {
        return low(argument) + 4;
    }

    /** The 32 bits at an offset. */
    int word(int offset) {
        if (offset < ARGUMENTS) {
            return offset == NUMBER ? number : offset == ARCH ? arch : 0;
        }
        int argument = (offset - ARGUMENTS) / 8;
        long value = argument < arguments.length ? arguments[argument] : 0;
        return (int) (offset == low(argument) ? value : value >>> 32);
    }
}
