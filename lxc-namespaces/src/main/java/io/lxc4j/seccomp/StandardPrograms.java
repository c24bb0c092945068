package io.lxc4j.seccomp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The standard profile compiled in advance for the capabilities that containers have by default, or some of them: to read and
 * to compile {@code standard-profile.json} takes a JVM that has done neither before longer than to start a container.
 *
 * <p>{@code standard-ABI.bin} and, with CAP_SYS_CHROOT, {@code standard-ABI-chroot.bin} are arrays of {@code struct
 * sock_filter}. A test compares them with the profile, and says how to make them anew.
 */
final class StandardPrograms {
    /** The capabilities of a container's default ones that the profile does not ask for. */
    static final Set<String> WITHOUT_CALLS = Set.of(
            "CAP_CHOWN",
            "CAP_DAC_OVERRIDE",
            "CAP_FOWNER",
            "CAP_FSETID",
            "CAP_KILL",
            "CAP_SETGID",
            "CAP_SETUID",
            "CAP_SETPCAP",
            "CAP_NET_BIND_SERVICE",
            "CAP_NET_RAW",
            "CAP_SETFCAP");

    static final String CHROOT = "CAP_SYS_CHROOT";

    private StandardPrograms() {}

    /** The program for a kernel of any version; empty if it is not among these. */
    static Optional<BpfProgram> find(Abi abi, Set<String> capabilities) {
        Set<String> others = new HashSet<>(capabilities);
        others.removeAll(WITHOUT_CALLS);
        boolean chroot = others.remove(CHROOT);
        return others.isEmpty() && abi == abi.ofKernel() ? Optional.of(read(name(abi, chroot))) : Optional.empty();
    }

    static String name(Abi abi, boolean chroot) {
        return "standard-" + abi.name().toLowerCase(Locale.ROOT) + (chroot ? "-chroot" : "") + ".bin";
    }

    private static BpfProgram read(String name) {
        try (InputStream program = Objects.requireNonNull(StandardPrograms.class.getResourceAsStream(name), name)) {
            return BpfProgram.of(program.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
