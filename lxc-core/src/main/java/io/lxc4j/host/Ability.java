package io.lxc4j.host;

/**
 * One thing that a host may offer, and whether it does.
 *
 * @param name what it is, for instance {@code overlayfs in a user namespace}; unique within a report
 * @param status whether it is there
 * @param detail what was found; where it is not there, why, and what to do about it. Empty if there is nothing to add
 */
public record Ability(String name, Status status, String detail) {
    /** Whether an ability is there. */
    public enum Status {
        /** It was tried and worked. */
        AVAILABLE,
        /** It was tried and refused, or what it needs is not there. */
        UNAVAILABLE,
        /** It could not be tried. */
        UNKNOWN
    }

    static Ability available(String name, String detail) {
        return new Ability(name, Status.AVAILABLE, detail);
    }

    static Ability unavailable(String name, String detail) {
        return new Ability(name, Status.UNAVAILABLE, detail);
    }

    static Ability unknown(String name, String detail) {
        return new Ability(name, Status.UNKNOWN, detail);
    }

    /**
     * Whether it was tried and worked.
     *
     * @return whether the status is {@link Status#AVAILABLE}
     */
    public boolean isAvailable() {
        return status == Status.AVAILABLE;
    }

    /** Renders the ability: {@code overlayfs: yes (root only)}. */
    @Override
    public String toString() {
        return name + ": " + answer() + (detail.isEmpty() ? "" : " (" + detail + ")");
    }

    /** The status in a word. */
    String answer() {
        return switch (status) {
            case AVAILABLE -> "yes";
            case UNAVAILABLE -> "no";
            case UNKNOWN -> "?";
        };
    }
}
