package io.lxc4j.seccomp;

import io.lxc4j.error.InvalidSpecificationException;

/**
 * A condition on one argument of a system call. Arguments are compared as unsigned numbers of 64 bits.
 *
 * <p>A call that takes an {@code int} ignores the upper half of its register, which a program may fill with anything. A rule
 * that is to <em>refuse</em> such a value must not look there: {@code maskedEqual(1, 0xffffffffL, TIOCSTI)}.
 *
 * @param index which argument, 0 to 5
 * @param operator how it is compared
 * @param value with what; unsigned
 * @param mask the bits that are looked at, for {@link Operator#MASKED_EQUAL}; else all, -1
 */
public record ArgumentTest(int index, Operator operator, long value, long mask) {
    /** How an argument is compared, with the name that OCI profiles have for it. */
    public enum Operator {
        /** It is the value. */
        EQUAL("SCMP_CMP_EQ", "=="),
        /** It is another. */
        NOT_EQUAL("SCMP_CMP_NE", "!="),
        /** It is less. */
        LESS("SCMP_CMP_LT", "<"),
        /** It is less or the same. */
        LESS_OR_EQUAL("SCMP_CMP_LE", "<="),
        /** It is greater. */
        GREATER("SCMP_CMP_GT", ">"),
        /** It is greater or the same. */
        GREATER_OR_EQUAL("SCMP_CMP_GE", ">="),
        /** Those bits that the mask has are as in the value. */
        MASKED_EQUAL("SCMP_CMP_MASKED_EQ", "==");

        private final String ociName;
        private final String sign;

        Operator(String ociName, String sign) {
            this.ociName = ociName;
            this.sign = sign;
        }

        String ociName() {
            return ociName;
        }
    }

    /**
     * Checks what could never be.
     *
     * @throws InvalidSpecificationException if there is no such argument, the value has bits outside of the mask, or a mask is
     *     given for an operator that takes none
     */
    public ArgumentTest {
        if (index < 0 || index > 5) {
            throw new InvalidSpecificationException("argument " + index + ": it must be 0 to 5");
        }
        if (operator != Operator.MASKED_EQUAL && mask != -1) {
            throw new InvalidSpecificationException("argument " + index + ": " + operator + " takes no mask");
        }
        if ((value & ~mask) != 0) {
            throw new InvalidSpecificationException("argument " + index + ": (arg & " + hex(mask) + ") is never "
                    + hex(value) + ", which has bits outside of the mask");
        }
    }

    /**
     * A comparison of the whole argument.
     *
     * @param index which argument, 0 to 5
     * @param operator any but {@link Operator#MASKED_EQUAL}, which compares all bits here
     * @param value with what; unsigned
     */
    public ArgumentTest(int index, Operator operator, long value) {
        this(index, operator, value, -1);
    }

    /**
     * Whether the argument is a value.
     *
     * @param index which argument, 0 to 5
     * @param value the value; all 64 bits count
     * @return the test
     */
    public static ArgumentTest equal(int index, long value) {
        return new ArgumentTest(index, Operator.EQUAL, value);
    }

    /**
     * Whether some bits of the argument have a value.
     *
     * @param index which argument, 0 to 5
     * @param mask the bits that count
     * @param value the value; no bits outside of the mask
     * @return the test
     */
    public static ArgumentTest maskedEqual(int index, long mask, long value) {
        return new ArgumentTest(index, Operator.MASKED_EQUAL, value, mask);
    }

    /** Renders the test as C has it: {@code arg0 >= 0x10}, {@code (arg1 & 0xffffffff) == 0x5412}. */
    @Override
    public String toString() {
        String argument = mask == -1 ? "arg" + index : "(arg" + index + " & " + hex(mask) + ")";
        return argument + " " + operator.sign + " " + hex(value);
    }

    private static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }
}
