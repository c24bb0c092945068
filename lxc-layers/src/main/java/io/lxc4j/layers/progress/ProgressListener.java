package io.lxc4j.layers.progress;

/**
 * Is told how far something has come: at its start, about ten times a second, and at its end; from the threads that do it, of several
 * things at once. What it throws ends what it is told of.
 */
@FunctionalInterface
public interface ProgressListener {
    /** Does nothing. */
    ProgressListener NONE = _ -> {};

    /**
     * Something has come further.
     *
     * @param progress how far
     */
    void onProgress(Progress progress);

    /**
     * Tells two.
     *
     * @param other who else is told, after this one
     * @return a listener that tells both
     */
    default ProgressListener and(ProgressListener other) {
        if (other.equals(NONE)) {
            return this;
        }
        return equals(NONE)
                ? other
                : progress -> {
                    onProgress(progress);
                    other.onProgress(progress);
                };
    }
}
