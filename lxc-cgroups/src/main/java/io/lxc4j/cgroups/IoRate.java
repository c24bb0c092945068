package io.lxc4j.cgroups;

import io.lxc4j.error.InvalidSpecificationException;
import java.util.OptionalLong;

/**
 * How much a disk may be used, in a second. Immutable.
 *
 * @param readBytes bytes that are read; empty for no limit, else from 1
 * @param writeBytes bytes that are written
 * @param readOperations reading operations
 * @param writeOperations writing operations
 */
public record IoRate(
        OptionalLong readBytes, OptionalLong writeBytes, OptionalLong readOperations, OptionalLong writeOperations) {
    private static final IoRate UNLIMITED =
            new IoRate(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

    /** The kernel keeps operations in 32 bits. */
    private static final long MOST_OPERATIONS = 0xffff_fffeL;

    /** Refuses what the kernel would. */
    public IoRate {
        check("bytes to read", readBytes, Long.MAX_VALUE);
        check("bytes to write", writeBytes, Long.MAX_VALUE);
        check("reading operations", readOperations, MOST_OPERATIONS);
        check("writing operations", writeOperations, MOST_OPERATIONS);
    }

    private static void check(String what, OptionalLong count, long most) {
        if (count.isPresent() && (count.getAsLong() < 1 || count.getAsLong() > most)) {
            throw new InvalidSpecificationException(
                    "a rate of " + count.getAsLong() + " " + what + " a second: it must be from 1 to " + most);
        }
    }

    /**
     * No limit; the other methods say what is limited.
     *
     * @return a rate without limits
     */
    public static IoRate unlimited() {
        return UNLIMITED;
    }

    /**
     * Limits what is read.
     *
     * @param size a second, from 1 byte
     * @return a rate with that limit, too
     */
    public IoRate read(ByteSize size) {
        return new IoRate(limit(size), writeBytes, readOperations, writeOperations);
    }

    /**
     * Limits what is written.
     *
     * @param size a second, from 1 byte
     * @return a rate with that limit, too
     */
    public IoRate write(ByteSize size) {
        return new IoRate(readBytes, limit(size), readOperations, writeOperations);
    }

    /**
     * Limits how often something is read.
     *
     * @param count times a second, from 1 to 4294967294
     * @return a rate with that limit, too
     */
    public IoRate readOperations(long count) {
        return new IoRate(readBytes, writeBytes, OptionalLong.of(count), writeOperations);
    }

    /**
     * Limits how often something is written.
     *
     * @param count times a second, from 1 to 4294967294
     * @return a rate with that limit, too
     */
    public IoRate writeOperations(long count) {
        return new IoRate(readBytes, writeBytes, readOperations, OptionalLong.of(count));
    }

    private static OptionalLong limit(ByteSize size) {
        return size.isUnlimited() ? OptionalLong.empty() : OptionalLong.of(size.bytes());
    }

    /** Renders it as {@code io.max} has it. */
    @Override
    public String toString() {
        return "rbps=" + shown(readBytes) + " wbps=" + shown(writeBytes) + " riops=" + shown(readOperations) + " wiops="
                + shown(writeOperations);
    }

    private static String shown(OptionalLong count) {
        return count.isPresent() ? Long.toString(count.getAsLong()) : "max";
    }
}
