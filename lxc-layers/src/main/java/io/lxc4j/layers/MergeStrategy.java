package io.lxc4j.layers;

/** What a merge does where there are conflicts. */
public enum MergeStrategy {
    /** It makes no image, and reports them. */
    REPORT,
    /** It keeps what is merged into as it is there. */
    OURS,
    /** It takes what is merged as it is there. */
    THEIRS
}
