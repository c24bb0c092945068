package io.lxc4j.layers.archive;

import io.lxc4j.layers.oci.Descriptor;
import io.lxc4j.layers.oci.Platform;
import java.io.IOException;
import java.util.Optional;

/**
 * An image, or several of one name for several platforms, in an archive or layout.
 *
 * @param name what it is called there, in whatever form; empty if it has no name
 * @param identity what it is, the same for several names
 * @param taker takes it into the store
 */
record FoundImage(String name, String identity, Taker taker) {
    interface Taker {
        /**
         * Takes it.
         *
         * @param platform whose image is taken; empty for all that there are
         */
        Descriptor take(Optional<Platform> platform) throws IOException;
    }

    /** For an error. */
    @Override
    public String toString() {
        return name.isEmpty() ? identity : name.replaceAll("[^ -~]", "?");
    }
}
