package io.lxc4j.cgroups;

import io.lxc4j.error.InvalidSpecificationException;

/**
 * A disk, by its numbers. Partitions can't be limited by themselves.
 *
 * @param major from 0 to 4095
 * @param minor from 0 to 1048575
 */
public record BlockDevice(int major, int minor) {
    private static final int HIGHEST_MAJOR = 4095;
    private static final int HIGHEST_MINOR = 1_048_575;

    /** Refuses numbers that no device has. */
    public BlockDevice {
        if (major < 0 || major > HIGHEST_MAJOR || minor < 0 || minor > HIGHEST_MINOR) {
            throw new InvalidSpecificationException("block device " + major + ":" + minor
                    + ": the numbers must be from 0 to " + HIGHEST_MAJOR + " and from 0 to " + HIGHEST_MINOR);
        }
    }

    /** Renders it as the kernel does: {@code 8:0}. */
    @Override
    public String toString() {
        return major + ":" + minor;
    }
}
