package io.lxc4j.layers.store;

import io.lxc4j.layers.oci.Digest;
import io.lxc4j.layers.oci.ImageConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * What names a layer in an image.
 *
 * @param diffId the digest of its archive without compression
 * @param chainId the same together with all layers below it
 */
record LayerKey(Digest diffId, Digest chainId) {
    /** Those of an image, the lowest first. */
    static List<LayerKey> of(ImageConfig config) {
        List<Digest> diffIds = config.diffIds();
        List<Digest> chainIds = config.chainIds();
        List<LayerKey> keys = new ArrayList<>();
        for (int i = 0; i < diffIds.size(); i++) {
            keys.add(new LayerKey(diffIds.get(i), chainIds.get(i)));
        }
        return keys;
    }

    boolean isLowest() {
        return diffId.equals(chainId);
    }

    @Override
    public String toString() {
        return diffId.toString();
    }
}
