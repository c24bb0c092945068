package io.lxc4j.launch;

/** A descriptor that the parent hands to the process that is being launched. Two are never the same. */
public final class Handle {
    private final String what;

    /**
     * Names a descriptor to come.
     *
     * @param what what it stands for, as plans show it, for instance {@code the tree /srv/data}
     */
    public Handle(String what) {
        this.what = what;
    }

    @Override
    public String toString() {
        return what;
    }
}
