package io.lxc4j.layers;

import io.lxc4j.layers.oci.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A version in the history of an image. Immutable.
 *
 * @param digest which image; {@link Versions#image(Digest)} gives it
 * @param author who made it; empty if unknown
 * @param message what the author says; may have several lines, empty if nothing
 * @param time when it was made; empty if unknown
 * @param parents the digests of the images that it was made from: none of the first, two of a merge, of which the first is what was
 *     merged into
 * @param gone those of the parents that are not in this store, as of an image that was pulled; the history ends there
 */
public record Commit(
        Digest digest, String author, String message, Optional<Instant> time, List<Digest> parents, Set<Digest> gone) {
    /** Copies. */
    public Commit {
        parents = List.copyOf(parents);
        gone = Set.copyOf(gone);
    }
}
