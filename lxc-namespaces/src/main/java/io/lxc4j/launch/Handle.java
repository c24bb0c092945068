package io.lxc4j.launch;

/**
 * A descriptor of the process that is being launched, handed over by its parent or opened by itself. Two are never the same.
 */
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
