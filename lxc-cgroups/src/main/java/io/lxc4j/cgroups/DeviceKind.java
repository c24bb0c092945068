package io.lxc4j.cgroups;

/** Kinds of devices. One number can stand for a device of each kind. */
public enum DeviceKind {
    /** Both kinds, {@code a}. */
    ALL('a'),
    /** Character devices, {@code c}: terminals, {@code /dev/null} and most others. */
    CHARACTER('c'),
    /** Block devices, {@code b}: disks. */
    BLOCK('b');

    private final char letter;

    DeviceKind(char letter) {
        this.letter = letter;
    }

    char letter() {
        return letter;
    }

    boolean includes(DeviceKind one) {
        return this == ALL || this == one;
    }
}
