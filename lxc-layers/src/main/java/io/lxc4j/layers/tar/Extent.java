package io.lxc4j.layers.tar;

/**
 * A part of a file that is not a hole.
 *
 * @param offset where it begins in the file, in bytes from 0
 * @param length how many bytes it has, from 0
 */
public record Extent(long offset, long length) {
    /**
     * Where it ends.
     *
     * @return the first byte after it
     */
    public long end() {
        return offset + length;
    }
}
