package io.lxc4j.layers.registry;

import io.lxc4j.layers.oci.Digest;

/**
 * How far a blob has come.
 *
 * @param direction to or from the registry
 * @param repository where it is or goes, for instance {@code docker.io/library/debian}
 * @param digest which blob
 * @param bytes what has been transferred, from 0; less than before if it begins again
 * @param totalBytes its size
 * @param bytesPerSecond the mean rate so far
 */
public record Transfer(
        Direction direction, String repository, Digest digest, long bytes, long totalBytes, double bytesPerSecond) {
    /** Which way. */
    public enum Direction {
        /** From the registry. */
        FETCH,
        /** To the registry. */
        PUSH
    }

    /**
     * Whether all has been transferred. It is verified after that.
     *
     * @return whether nothing is left
     */
    public boolean isComplete() {
        return bytes == totalBytes;
    }
}
