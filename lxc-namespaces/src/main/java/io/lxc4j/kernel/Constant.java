package io.lxc4j.kernel;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A number of the kernel's interface with its name in C, so that plans and errors can show it as strace does.
 *
 * @param name the name in C, several joined by {@code |}
 * @param value the number
 */
public record Constant(String name, long value) {
    /**
     * Several flags as one.
     *
     * @param flags the flags; none at all gives {@code 0}
     * @return their bitwise or, with the names joined by {@code |}
     */
    public static Constant or(Constant... flags) {
        if (flags.length == 0) {
            return new Constant("0", 0);
        }
        return new Constant(
                Arrays.stream(flags).map(Constant::name).collect(Collectors.joining("|")),
                Arrays.stream(flags).mapToLong(Constant::value).reduce(0, (a, b) -> a | b));
    }

    /**
     * The number as C's {@code int}.
     *
     * @return the low 32 bits
     */
    public int intValue() {
        return (int) value;
    }
}
