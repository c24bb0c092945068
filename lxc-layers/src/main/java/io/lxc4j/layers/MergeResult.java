package io.lxc4j.layers;

import io.lxc4j.layers.Conflict.OfFile;
import java.util.List;
import java.util.Optional;

/**
 * What came of a merge. Immutable.
 *
 * @param image the image that has the changes of both; empty if conflicts have prevented it
 * @param conflicts where they do not go together, those of files sorted by path, then those of the configuration; with
 *     {@link MergeStrategy#OURS} and {@link MergeStrategy#THEIRS} that is what the strategy has decided
 */
public record MergeResult(Optional<Image> image, List<Conflict> conflicts) {
    private static final int MOST_SHOWN = 10;

    /** Copies. */
    public MergeResult {
        conflicts = List.copyOf(conflicts);
    }

    /**
     * The image, which must be there.
     *
     * @return the image
     * @throws io.lxc4j.error.InvalidSpecificationException if conflicts have prevented it; the message lists the first ten
     */
    public Image orThrow() {
        return image.orElseThrow(() -> new io.lxc4j.error.InvalidSpecificationException(
                "merging: " + conflicts.size() + " conflicts; solve them in one of the images, or choose a strategy: "
                        + String.join(
                                ", ",
                                conflicts.stream()
                                        .limit(MOST_SHOWN)
                                        .map(MergeResult::shown)
                                        .toList())));
    }

    private static String shown(Conflict conflict) {
        return switch (conflict) {
            case OfFile file -> io.lxc4j.layers.tar.ByteStrings.show(file.path());
            case Conflict.Configuration configuration -> "configuration: " + configuration.property();
        };
    }
}
