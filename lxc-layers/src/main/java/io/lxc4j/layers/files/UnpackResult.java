package io.lxc4j.layers.files;

import java.util.List;

/**
 * What has been unpacked.
 *
 * @param entries how many files, directories, links and so on
 * @param bytes how much the files have together, holes included
 * @param implied directories that had no entry of their own, only files in them: they are as lower layers have them, so in another image
 *     they can be different
 * @param unkept what was left out, since only root can make it: owners, devices and attributes
 */
public record UnpackResult(long entries, long bytes, List<LayerPath> implied, Unkept unkept) {
    /** Makes the list immutable. */
    public UnpackResult {
        implied = List.copyOf(implied);
    }
}
