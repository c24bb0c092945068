package io.lxc4j.layers;

import io.lxc4j.layers.oci.ExecutionParameters;

/**
 * Something that two versions have changed in ways that do not go together. The same change on both sides is none. Immutable.
 *
 * @see Versions#merge(Image, Image, String)
 */
public sealed interface Conflict {
    /** A conflict of two changes of the same path. */
    sealed interface OfFile extends Conflict {
        /**
         * Where.
         *
         * @return the path from the root, without a slash at either end, a character for each byte
         */
        String path();
    }

    /**
     * Both have made something else of a path.
     *
     * @param path where
     * @param ours what one has done
     * @param theirs what the other has done
     */
    record BothChanged(String path, Change ours, Change theirs) implements OfFile {}

    /**
     * One has changed what the other has deleted.
     *
     * @param path where
     * @param ours what one has done
     * @param theirs what the other has done
     */
    record ChangedAndDeleted(String path, Change ours, Change theirs) implements OfFile {}

    /**
     * One has a directory where the other has something else.
     *
     * @param path where
     * @param ours what one has done
     * @param theirs what the other has done
     */
    record FileAndDirectory(String path, Change ours, Change theirs) implements OfFile {}

    /**
     * One has put something into a directory that the other has deleted or replaced.
     *
     * @param path what was put there
     * @param directory the directory that is gone
     * @param added what one has done
     * @param gone what the other has done to the directory
     * @param isOurs whether ours is what put it there
     */
    record InDeletedDirectory(String path, String directory, Change added, Change gone, boolean isOurs)
            implements OfFile {}

    /**
     * Both have changed a property of the configuration.
     *
     * @param property which one, as {@code entrypoint}, or {@code env PATH} for one of several
     * @param base what containers of the common ancestor start with
     * @param ours what those of one start with
     * @param theirs what those of the other start with
     */
    record Configuration(
            String property, ExecutionParameters base, ExecutionParameters ours, ExecutionParameters theirs)
            implements Conflict {}
}
