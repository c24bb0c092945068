package io.lxc4j.cgroups;

import io.lxc4j.kernel.Constant;
import io.lxc4j.kernel.Constants;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** What can be done with a device. */
public enum DevicePermission {
    /** Open it for reading, {@code r}. */
    READ('r', Constants.BPF_DEVCG_ACC_READ),
    /** Open it for writing, {@code w}. */
    WRITE('w', Constants.BPF_DEVCG_ACC_WRITE),
    /** Make a node of it, {@code m}. */
    MKNOD('m', Constants.BPF_DEVCG_ACC_MKNOD);

    /** All of them. */
    static final int ALL_BITS = 7;

    private final char letter;
    private final int bit;

    DevicePermission(char letter, Constant bit) {
        this.letter = letter;
        this.bit = bit.intValue();
    }

    /** As the kernel tells its programs. */
    int bit() {
        return bit;
    }

    static int bits(Set<DevicePermission> permissions) {
        return permissions.stream().mapToInt(DevicePermission::bit).sum();
    }

    /** As the kernel writes them: {@code rwm}. */
    static String letters(int bits) {
        return Arrays.stream(values())
                .filter(permission -> (bits & permission.bit) != 0)
                .map(permission -> String.valueOf(permission.letter))
                .collect(Collectors.joining());
    }

    /** The reverse, of letters in any order; what is no letter of one is left out. */
    static Set<DevicePermission> of(String letters) {
        return Arrays.stream(values())
                .filter(permission -> letters.indexOf(permission.letter) >= 0)
                .collect(Collectors.toUnmodifiableSet());
    }
}
