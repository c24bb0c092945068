package io.lxc4j.layers.files;

import io.lxc4j.error.InvalidSpecificationException;

/**
 * How much an archive may hold. A layer can be made by anybody, and a small one can unpack to more than any disk has.
 *
 * @param bytes the most that its files may have together, holes included, from 1
 * @param entries the most files, directories and so on, from 1
 * @param depth the most directories in each other, from 1
 */
public record UnpackLimits(long bytes, long entries, int depth) {
    /** What no usual image comes near: 64 GiB in 10 million entries, 256 deep. */
    public static final UnpackLimits USUAL = new UnpackLimits(64L << 30, 10_000_000, 256);

    /** Checks that there is something left to unpack. */
    public UnpackLimits {
        if (bytes < 1 || entries < 1 || depth < 1) {
            throw new InvalidSpecificationException("limits of " + bytes + " bytes, " + entries
                    + " entries and a depth of " + depth + "; each must be at least 1");
        }
    }
}
